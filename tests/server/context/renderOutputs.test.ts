import { expect, test } from "vitest";
import type { Output } from "../../../protocol/index.ts";
import { pictures, renderOutputs } from "../../../server/context/renderOutputs.ts";
import { printed, result } from "../../support/context.ts";

const display = (text: string, displayId?: string): Output => ({
	kind: "displayData",
	data: { "text/plain": text },
	metadata: {},
	displayId,
});
const update = (text: string, displayId: string): Output => ({
	kind: "updateDisplayData",
	data: { "text/plain": text },
	metadata: {},
	displayId,
});
const clear = (wait: boolean): Output => ({ kind: "clearOutput", wait });

test("puts pieces in order, a newline between those that lack one", () => {
	expect(
		renderOutputs([printed("a"), printed("b\n"), printed("!", "stderr"), result({ "text/plain": "3" })]),
	).toBe("ab\n!\n3");
});

test("prefers Markdown, then a picture's place, then plain text", () => {
	expect(renderOutputs([result({ "text/markdown": "# x", "text/plain": "x", "image/png": "AA" })])).toBe(
		"# x",
	);
	expect(renderOutputs([result({ "text/plain": "<Figure>", "image/png": "AA" })])).toBe("[image/png]");
	expect(renderOutputs([result({ "text/html": "<b>", "text/plain": ["a\n", "b"] })])).toBe("a\nb");
	expect(renderOutputs([result({ "text/html": "<b>" })])).toBe("");
});

test("shows a traceback without its colours", () => {
	const traceback = ["\x1b[31mZeroDivisionError\x1b[39m", "\x1b[1;32m----> 1\x1b[0m 1/0"];
	expect(renderOutputs([{ kind: "error", ename: "E", evalue: "v", traceback }])).toBe(
		"ZeroDivisionError\n----> 1 1/0",
	);
	expect(renderOutputs([{ kind: "error", ename: "E", evalue: "v", traceback: [] }])).toBe("E: v");
});

test("leaves nothing of escape sequences, links and titles", () => {
	expect(
		renderOutputs([
			printed("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1b]0;title\x07\x1b(B\x1bM\x9b1mx\x00\x07"),
		]),
	).toBe("link x");
});

test("shows nested progress bars as their last state", () => {
	const bars = [0, 50, 100].flatMap((outer) =>
		[0, 99].map((inner) => printed(`\r${outer}% outer\n\r${inner}% inner\x1b[A`, "stderr")),
	);
	expect(renderOutputs([printed("begin\n", "stderr"), ...bars, printed("\n\ndone\n", "stderr")])).toBe(
		"begin\n100% outer\n99% inner\ndone\n",
	);
	expect(renderOutputs([printed("a\nb\n\x1b[2A\x1b[2Knew\n")])).toBe("new\nb\n");
});

test("shows a progress bar as its last state", () => {
	const bar = Array.from({ length: 101 }, (_, n) => printed(`\r${n} %`, "stderr"));
	expect(renderOutputs([...bar, printed("\n", "stderr"), printed("done\r\n")])).toBe("100 %\ndone\n");
	expect(renderOutputs([printed("abc\b\bX\n")])).toBe("aXc\n");
});

test("clears and updates as the notebook does", () => {
	expect(renderOutputs([printed("a"), clear(false), printed("b")])).toBe("b");
	expect(renderOutputs([printed("a"), clear(true)])).toBe("a");
	expect(renderOutputs([printed("a"), clear(true), printed("b")])).toBe("b");
	expect(renderOutputs([display("0 %", "d"), printed("x"), update("100 %", "d")])).toBe("100 %\nx");
	expect(renderOutputs([update("50 %", "earlier"), update("60 %", "earlier")])).toBe("60 %");
});

test("says how much was left out", () => {
	expect(renderOutputs([printed("a\n"), { kind: "omitted", chars: 5, blobId: "b" }])).toBe(
		"a\n[... 5 characters of output left out ...]",
	);
});

test("gives the pictures that are shown", () => {
	const png = result({ "image/png": "AA\nBB" });
	expect(pictures([png, clear(false), result({ "image/jpeg": "CC" })])).toEqual([
		{ mimeType: "image/jpeg", data: "CC" },
	]);
	expect(pictures([png])).toEqual([{ mimeType: "image/png", data: "AABB" }]);
});
