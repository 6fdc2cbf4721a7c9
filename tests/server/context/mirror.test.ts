import { expect, test } from "vitest";
import type { AnswerPart, TurnItem } from "../../../protocol/index.ts";
import { mirrorResponse } from "../../../server/context/mirror.ts";

const turn = (parts: AnswerPart[], fields: Partial<TurnItem> = {}): TurnItem => ({
	kind: "turn",
	seq: 1,
	turnId: "t",
	parentId: null,
	content: [],
	source: ".x",
	by: null,
	executionCount: null,
	state: "finished",
	backend: "b",
	model: "m",
	parts,
	stopReason: "endTurn",
	usage: null,
	error: null,
	hidden: false,
	...fields,
});
const said = (text: string): AnswerPart => ({ kind: "text", itemId: "i", text });
const called = (args: Record<string, unknown>, result: string | null, isError = false): AnswerPart => ({
	kind: "toolCall",
	callId: "c",
	name: "pyrun",
	args,
	executor: "server",
	result: result === null ? null : { content: [{ kind: "text", text: result }], isError },
});

test("is the text that the original program stores", () => {
	expect(mirrorResponse(turn([called({ code: "sum(squares)" }, "30"), said("TOOL SAID: 30")]))).toBe(
		"\n\n🔧 pyrun(code='sum(squares)') => 30\n\nTOOL SAID: 30",
	);
});

test("puts thinking into tags, empty thinking nowhere", () => {
	const thinking = (text: string): AnswerPart => ({ kind: "thinking", itemId: "i", text });
	expect(mirrorResponse(turn([thinking(""), thinking("hm"), said("yes")]))).toBe(
		"<thinking>\nhm\n</thinking>\n\nyes",
	);
});

test("says how an answer was cut short", () => {
	expect(mirrorResponse(turn([said("so far")], { stopReason: "cancelled" }))).toBe(
		"so far\n<system>user interrupted</system>",
	);
	expect(mirrorResponse(turn([called({}, null)], { stopReason: "failed", error: "No key." }))).toBe(
		"\n\n🔧 pyrun()\n\n\n<system>failed: No key.</system>",
	);
});
