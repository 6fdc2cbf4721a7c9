import { expect, test } from "vitest";
import { CellOutput } from "../../../../clients/terminal/output/cellOutput.ts";
import { plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import type { Output } from "../../../../protocol/index.ts";

const printed = (text: string): Output => ({ kind: "stream", name: "stdout", text });
const clear = (wait: boolean): Output => ({ kind: "clearOutput", wait });
const shows = (text: string, displayId?: string): Output => ({
	kind: "displayData",
	data: { "text/plain": text },
	metadata: {},
	...(displayId === undefined ? {} : { displayId }),
});
const updates = (text: string, displayId: string): Output => ({
	kind: "updateDisplayData",
	data: { "text/plain": text },
	metadata: {},
	displayId,
});

/** Takes outputs; gives what went above, what shows in the tail after each, and what goes above at the end. */
const run = (...outputs: Output[]) => {
	const cell = new CellOutput();
	const above: string[] = [];
	const tails: string[] = [];
	for (const output of outputs) {
		above.push(...cell.take(output, { theme: plainTheme, graphics: null, width: 40 }));
		tails.push(cell.live(40).join("|"));
	}
	return { above, tails, end: cell.end() };
};

test("lines go above as they come, the unfinished one waits in the tail", () => {
	expect(run(printed("a\nb"), printed("c\nd"))).toEqual({
		above: ["a", "bc"],
		tails: ["b", "d"],
		end: ["d"],
	});
});

test("a loop that clears shows its newest step alone", () => {
	const steps = [clear(true), printed("step 1\n"), clear(true), printed("step 2\nmore"), clear(true)];
	expect(run(...steps)).toEqual({
		above: [],
		tails: ["", "step 1", "step 1", "step 2|more", "step 2|more"],
		end: ["step 2", "more"],
	});
});

test("without waiting it is empty at once; what had gone above stays there", () => {
	expect(run(printed("kept\nnot"), clear(false), printed("new\n"), clear(false))).toEqual({
		above: ["kept"],
		tails: ["not", "", "new", ""],
		end: [],
	});
});

test("a display with an id is replaced where it stands", () => {
	const outputs = [printed("x\n"), shows("0%", "bar"), printed("loss 1\n"), updates("50%\nhalf", "bar")];
	expect(run(...outputs)).toEqual({
		above: ["x"],
		tails: ["", "0%", "0%|loss 1", "50%|half|loss 1"],
		end: ["50%", "half", "loss 1"],
	});
});

test("the update of a display that stands elsewhere is shown", () => {
	expect(run(shows("plain"), updates("new", "other")).above).toEqual(["plain", "new"]);
});

test("a cell that goes on printing is not kept back", () => {
	const lines = Array.from({ length: 600 }, (_, index) => `${index}`);
	const { above, end } = run(clear(true), ...lines.map((line) => printed(`${line}\n`)));
	expect([...above, ...end]).toEqual(lines);
	expect(above.length).toBeGreaterThan(500);
});
