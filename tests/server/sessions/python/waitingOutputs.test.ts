import { expect, test } from "vitest";
import type { Output } from "../../../../protocol/index.ts";
import { WaitingOutputs } from "../../../../server/sessions/python/waitingOutputs.ts";

const forms: Record<string, Output> = {
	clear: { kind: "clearOutput", wait: false },
	clearLater: { kind: "clearOutput", wait: true },
};

/** Words `WHOSE:WHAT`: prints (`!` to stderr), `clear`, `clearLater`, `show=ID` and `update=ID.N`. */
const taken = (words: string): string => {
	const waiting = new WaitingOutputs<string>();
	for (const word of words.split(" ")) {
		const [whose = "", what = ""] = word.split(":");
		waiting.add(whose, toOutput(what));
	}
	return waiting
		.take()
		.map(({ record, output }) => `${record}:${draw(output)}`)
		.join(" ");
};

const toOutput = (what: string): Output => {
	const [kind, id = ""] = what.split("=");
	if (kind === "show") return { kind: "displayData", data: {}, metadata: {}, displayId: id };
	if (kind === "update") {
		const [displayId = "", n] = id.split(".");
		return { kind: "updateDisplayData", data: { n }, metadata: {}, displayId };
	}
	const isError = what.startsWith("!");
	return forms[what] ?? { kind: "stream", name: isError ? "stderr" : "stdout", text: what };
};

const draw = (output: Output): string => {
	if (output.kind === "stream") return output.text;
	if (output.kind === "updateDisplayData") return `update=${output.displayId}.${output.data.n}`;
	if (output.kind === "displayData") return `show=${output.displayId}`;
	return output.kind === "clearOutput" && output.wait ? "clearLater" : "clear";
};

test.each([
	["prints in a row are one", "a:x a:y a:!z a:!w a:v", "a:xy a:!z!w a:v"],
	["each cell has its own", "a:x b:y a:z", "a:x b:y a:z"],
	["what was cleared is left out", "a:x a:clear a:y", "a:clear a:y"],
	["a clear that waits takes effect with what comes next", "a:x a:clearLater a:y", "a:clearLater a:y"],
	["and not before", "a:x a:clearLater", "a:x a:clearLater"],
	["of another cell nothing is cleared", "b:x a:y a:clear", "b:x a:clear"],
	[
		"of a display's updates the last counts",
		"a:show=d a:update=d.1 b:update=d.2 a:update=e.1",
		"a:show=d b:update=d.2 a:update=e.1",
	],
	[
		"an update of a display of elsewhere outlives a clear",
		"a:update=d.1 a:x a:clear",
		"a:update=d.1 a:clear",
	],
])("%s", (_name, words, expected) => {
	expect(taken(words)).toBe(expected);
});

test("taking empties it", () => {
	const waiting = new WaitingOutputs<string>();
	waiting.add("a", { kind: "stream", name: "stdout", text: "12345" });
	expect([waiting.chars, waiting.first]).toEqual([5, "a"]);
	waiting.take();
	expect([waiting.chars, waiting.first, waiting.take()]).toEqual([0, undefined, []]);
});
