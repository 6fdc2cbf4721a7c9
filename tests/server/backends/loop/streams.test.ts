/** What real servers vary in their streams, beyond what the model server says. */
import { expect, test } from "vitest";
import { AnthropicReader } from "../../../../server/backends/anthropic/stream.ts";
import type { TurnUpdate } from "../../../../server/backends/backend.ts";
import { toChatMessages } from "../../../../server/backends/chat/messages.ts";
import { ChatReader } from "../../../../server/backends/chat/stream.ts";
import type { Api } from "../../../../server/backends/http/apiBackend.ts";
import type { WireEvent } from "../../../../server/backends/http/eventStream.ts";
import { ResponseItems } from "../../../../server/backends/loop/responseItems.ts";
import { settleTranscript } from "../../../../server/backends/loop/settle.ts";
import { wireNames } from "../../../../server/backends/loop/wireId.ts";
import { text } from "../../../support/conversation.ts";

const names = wireNames([]);

const read = (events: readonly unknown[], Reader: Api<never, object>["Reader"]) => {
	const updates: TurnUpdate[] = [];
	const items = new ResponseItems((update) => updates.push(update));
	const reader = new Reader(items, { names, tools: [], habits: new Set() });
	for (const event of events) reader.take(event as WireEvent);
	return { end: reader.finish(), updates, items };
};

const readChat = (deltas: readonly object[], finish = "tool_calls") => {
	const chunks = [
		...deltas.map((delta) => ({ choices: [{ delta }] })),
		{ choices: [{ delta: {}, finish_reason: finish }] },
	];
	const { items, ...told } = read(chunks, ChatReader);
	const calls = items.calls().map(({ call }) => `${call.name} ${JSON.stringify(call.args)}`);
	return { ...told, calls, items };
};

test("tool calls without an index, each whole in one chunk", () => {
	const call = (id: string, name: string) => ({
		tool_calls: [{ id, function: { name, arguments: '{"a":1}' } }],
	});
	expect(readChat([call("x", "one"), call("y", "two")]).calls).toEqual(['one {"a":1}', 'two {"a":1}']);
});

test("tool calls in pieces, by index, ended with `stop` by a careless server", () => {
	const deltas = [
		{ tool_calls: [{ index: 0, id: "x", function: { name: "one", arguments: "" } }] },
		{ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
		{ tool_calls: [{ index: 0, function: { arguments: ":2}" } }] },
	];
	const { calls, end } = readChat(deltas, "stop");
	expect([calls, end.stop]).toEqual([['one {"a":2}'], "toolUse"]);
});

test("reasoning under its other name", () => {
	const { updates } = readChat([{ reasoning: "hm" }, { content: "yes" }], "stop");
	expect(updates.map((update) => update.kind)).toEqual(["thinkingDelta", "thinking", "textDelta", "text"]);
});

test("a signature on a call comes back with it; calls from elsewhere carry the word for none", () => {
	const extra_content = { google: { thought_signature: "sig" } };
	const { end, items } = readChat([
		{ tool_calls: [{ index: 0, id: "x", function: { name: "run", arguments: "{}" }, extra_content }] },
	]);
	const owner = { backend: "openai-chat", model: "gemini-3", endpoint: "e" };
	const entry = items.entry({ ...owner, items: end.native! });
	const messages = (model: string) =>
		toChatMessages(
			settleTranscript([{ role: "user", content: [text("go")] }, entry], {
				tools: new Set(["run"]),
				owner: { ...owner, model },
			}),
			{ systemPrompt: "", names, foreignSignature: true },
		);
	expect(messages("gemini-3").slice(1)).toMatchObject([
		{ tool_calls: [{ id: "x", extra_content }] },
		{ role: "tool", tool_call_id: "x" },
	]);
	expect(JSON.stringify(messages("gemini-2.5"))).toContain("skip_thought_signature_validator");
});

test("a search of the provider's own is told as its call, and replayed as it was", () => {
	const block = (index: number, content_block: object, ...deltas: object[]) => [
		{ type: "content_block_start", index, content_block },
		...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
		{ type: "content_block_stop", index },
	];
	const found = [
		{ type: "web_search_result", title: "Python", url: "https://python.org", encrypted_content: "e" },
	];
	const citation = { type: "web_search_result_location", url: "https://python.org" };
	const events = [
		{ type: "message_start", message: { usage: { input_tokens: 5, output_tokens: 1 } } },
		...block(
			0,
			{ type: "server_tool_use", id: "srv_1", name: "web_search", input: {} },
			{ type: "input_json_delta", partial_json: '{"query":"python"}' },
		),
		...block(1, { type: "web_search_tool_result", tool_use_id: "srv_1", content: found }),
		...block(
			2,
			{ type: "text", text: "", citations: null },
			{ type: "citations_delta", citation },
			{ type: "text_delta", text: "It is here." },
		),
		{ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
		{ type: "message_stop" },
	];
	const { updates, end } = read(events, AnthropicReader);
	expect(updates).toMatchObject([
		{ kind: "toolCall", call: { name: "web_search", args: { query: "python" }, executor: "provider" } },
		{ kind: "toolResult", result: { content: [{ text: "Python https://python.org" }], isError: false } },
		{ kind: "textDelta", delta: "It is here." },
		{ kind: "text" },
	]);
	expect(end.usage).toMatchObject({ inputTokens: 5, outputTokens: 9, cacheReadTokens: null });
	expect(end.native).toMatchObject([
		{ type: "server_tool_use", input: { query: "python" } },
		{ type: "web_search_tool_result", content: found },
		{ type: "text", text: "It is here.", citations: [citation] },
	]);
});
