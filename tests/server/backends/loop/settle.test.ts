import { expect, test } from "vitest";
import { settleTranscript } from "../../../../server/backends/loop/settle.ts";
import type { Entry } from "../../../../server/context/transcript.ts";
import { text } from "../../../support/conversation.ts";

const owner = { backend: "b", model: "m", endpoint: "e" };
const settle = (transcript: readonly Entry[], tools: readonly string[] = ["pyrun"]) =>
	settleTranscript(transcript, { tools: new Set(tools), owner }).map((step) =>
		step.role === "user"
			? `user: ${step.content.map((part) => (part.kind === "text" ? part.text : part.mimeType)).join(" + ")}`
			: step.role === "tool"
				? `tool: ${step.results.map((result) => `${result.callId}=${JSON.stringify(result.content)}`).join(" ")}`
				: `assistant: ${JSON.stringify(step.native ?? step.items)}`,
	);

const user = (value: string): Entry => ({ role: "user", content: [text(value)] });
const call = (callId: string, name = "pyrun") =>
	({ kind: "toolCall", callId, name, args: {}, executor: "server" }) as const;

test("a call without a result gets one that says it was cancelled", () => {
	expect(
		settle([user("go"), { role: "assistant", items: [call("c1")] }, user("next")]),
	).toMatchInlineSnapshot(`
		[
		  "user: go",
		  "assistant: [{"kind":"toolCall","callId":"c1","name":"pyrun","args":{},"executor":"server"}]",
		  "tool: c1=[{"kind":"text","text":"Cancelled before it finished."}]",
		  "user: next",
		]
	`);
});

test("results stand in the order of the calls, and strangers are left out", () => {
	const results = ["stray", "c2", "c1"].map((callId) => ({
		callId,
		content: [text(callId)],
		isError: false,
	}));
	expect(
		settle([
			{ role: "assistant", items: [call("c1"), call("c2")] },
			{ role: "tool", results },
		]).at(-1),
	).toMatchInlineSnapshot(`"tool: c1=[{"kind":"text","text":"c1"}] c2=[{"kind":"text","text":"c2"}]"`);
});

test("a call whose tool is not on offer becomes text, and so does its result", () => {
	const transcript: Entry[] = [
		{ role: "assistant", items: [call("c1", "Bash"), call("c2")] },
		{ role: "tool", results: [{ callId: "c1", content: [text("files")], isError: false }] },
	];
	expect(settle(transcript)).toMatchInlineSnapshot(`
		[
		  "assistant: [{"kind":"text","text":"<tool-call name=\\"Bash\\">{}</tool-call>"},{"kind":"toolCall","callId":"c2","name":"pyrun","args":{},"executor":"server"}]",
		  "tool: c2=[{"kind":"text","text":"Cancelled before it finished."}]",
		  "user: <tool-result name="Bash">files</tool-result>",
		]
	`);
});

test("native items stand only where they were made", () => {
	const items = [{ kind: "text", text: "said" }] as const;
	const of = (change: object) =>
		settle([{ role: "assistant", items, native: { ...owner, ...change, items: ["native"] } }])[0];
	expect(of({})).toBe('assistant: ["native"]');
	for (const change of [{ backend: "x" }, { model: "x" }, { endpoint: "x" }])
		expect(of(change)).toBe('assistant: [{"kind":"text","text":"said"}]');
});

test("native calls of tools that are gone become text", () => {
	const native = { ...owner, items: ["native"] };
	expect(settle([{ role: "assistant", items: [call("c1")], native }], [])[0]).toContain("<tool-call");
});

test("the prompt after an interrupted answer says so", () => {
	const items = [{ kind: "text", text: "half" }] as const;
	expect(settle([{ role: "assistant", items, partial: true }, user("next")]).at(-1)).toBe(
		"user: [The answer before was interrupted.] + next",
	);
});

test("what is blank is left out or named", () => {
	expect(
		settle([user(" "), { role: "assistant", items: [{ kind: "text", text: "\n" }] }, user("b")]),
	).toEqual(["user: (empty)", "user: b"]);
});

test("a longer transcript begins with what the shorter one settled to", () => {
	const transcript: Entry[] = [
		user("a"),
		{ role: "assistant", items: [call("c1"), call("c2", "gone")] },
		{ role: "tool", results: [{ callId: "c1", content: [], isError: false }] },
		{ role: "assistant", items: [{ kind: "text", text: "half" }], partial: true },
		user("b"),
	];
	const whole = settle(transcript);
	for (const length of [1, 3, 4, 5])
		expect(whole.slice(0, settle(transcript.slice(0, length)).length)).toEqual(
			settle(transcript.slice(0, length)),
		);
});
