import { expect, test } from "vitest";
import { toGrammarSchema, toHistory } from "../../../../server/backends/local/history.ts";
import type { HistoryItem } from "../../../../server/backends/local/messages.ts";
import { settleTranscript } from "../../../../server/backends/loop/settle.ts";
import { wireNames } from "../../../../server/backends/loop/wireId.ts";
import type { Entry, ToolCall } from "../../../../server/context/transcript.ts";
import { pyrun, text } from "../../../support/conversation.ts";

const history = (transcript: readonly Entry[]) =>
	toHistory(
		settleTranscript(transcript, {
			tools: new Set([pyrun.name]),
			owner: { backend: "local", model: "m", endpoint: "" },
			takesPictures: false,
		}),
		"Help.",
		wireNames([pyrun]),
	);
const user = (words: string): Entry => ({ role: "user", content: [text(words)] });
const call = (callId: string, code: string): ToolCall => ({
	kind: "toolCall",
	callId,
	name: "pyrun",
	args: { code },
	executor: "server",
});
const result = (callId: string, words: string, isError = false) => ({
	callId,
	content: [text(words)],
	isError,
});

test("a turn is one response of the model, calls with their results in their places", () => {
	const turn: Entry[] = [
		user("add"),
		{ role: "assistant", items: [{ kind: "text", text: "Two." }, call("a", "1"), call("b", "2")] },
		{ role: "tool", results: [result("a", "one"), result("b", "no", true)] },
		{ role: "assistant", items: [call("c", "3")] },
		{ role: "tool", results: [result("c", "three")] },
		{
			role: "assistant",
			items: [
				{ kind: "thinking", text: "hm" },
				{ kind: "text", text: "Done." },
			],
		},
		user("and"),
	];
	const of = (params: object, words: string, first: boolean) => ({
		type: "functionCall",
		name: "pyrun",
		params,
		result: words,
		...(first ? { startsNewChunk: true } : {}),
	});
	expect(history(turn)).toEqual([
		{ type: "system", text: "Help." },
		{ type: "user", text: "add" },
		{
			type: "model",
			response: [
				"Two.",
				of({ code: "1" }, "one", true),
				of({ code: "2" }, "The tool failed:\nno", false),
				of({ code: "3" }, "three", true),
				"Done.",
			],
		},
		{ type: "user", text: "and" },
		{ type: "model", response: [] },
	]);
	// What was sent is what the next request begins with.
	const partsOf = (item: HistoryItem | undefined) => (item?.type === "model" ? item.response : []);
	const before = partsOf(history(turn.slice(0, 5)).at(-1));
	expect(partsOf(history(turn)[2]).slice(0, before.length)).toEqual(before);
});

test("prompts without an answer are one, and pictures are told", () =>
	expect(
		history([
			user("first"),
			{ role: "user", content: [text("second"), { kind: "image", mimeType: "image/png", data: "AA==" }] },
		])[1],
	).toEqual({
		type: "user",
		text: "first\n\nsecond\n[a picture (image/png), which this model does not take]",
	}));

test.each([
	[
		{ type: "string", description: "d", title: "t" },
		{ type: "string", description: "d" },
	],
	[{ enum: ["a", 1], type: "string" }, { enum: ["a", 1] }],
	[{ anyOf: [{ type: "integer" }, { type: "null" }] }, { oneOf: [{ type: "integer" }, { type: "null" }] }],
	[
		{ type: "array", items: { type: "number", minimum: 1 } },
		{ type: "array", items: { type: "number" } },
	],
	[
		{
			type: "object",
			properties: { a: { type: "string" }, b: { type: "integer", default: 1 } },
			required: ["a"],
		},
		{ type: "object", properties: { a: { type: "string" } } },
	],
	[{ type: "object" }, { type: "object", additionalProperties: true }],
	[{}, { type: ["string", "number", "boolean", "null"] }],
])("the schema %j asks a grammar for %j", (schema, grammar) =>
	expect(toGrammarSchema(schema)).toEqual(grammar),
);
