/** What real servers vary in their streams, beyond what the model server says. */
import { expect, test } from "vitest";
import { readAnthropicStream } from "../../../../server/backends/anthropic/stream.ts";
import type { TurnUpdate } from "../../../../server/backends/backend.ts";
import { toChatMessages } from "../../../../server/backends/chat/messages.ts";
import { readChatStream } from "../../../../server/backends/chat/stream.ts";
import type { WireEvent } from "../../../../server/backends/http/eventStream.ts";
import { ResponseItems } from "../../../../server/backends/loop/responseItems.ts";
import { settleTranscript } from "../../../../server/backends/loop/settle.ts";
import { wireNames } from "../../../../server/backends/loop/wireId.ts";
import { text } from "../../../support/conversation.ts";

const names = wireNames([]);

async function* from<T>(values: readonly unknown[]): AsyncGenerator<T> {
	yield* values as T[];
}

const readAll = async <T>(
	stream: AsyncGenerator<TurnUpdate, T>,
): Promise<{ updates: TurnUpdate[]; end: T }> => {
	const updates: TurnUpdate[] = [];
	for (;;) {
		const step = await stream.next();
		if (step.done) return { updates, end: step.value };
		updates.push(step.value);
	}
};

const readChat = async (deltas: readonly object[], finish = "tool_calls") => {
	const items = new ResponseItems();
	const chunks = [
		...deltas.map((delta) => ({ choices: [{ delta }] })),
		{ choices: [{ delta: {}, finish_reason: finish }] },
	];
	const read = await readAll(readChatStream(from<WireEvent>(chunks), items, names));
	return {
		...read,
		calls: items.calls().map(({ call }) => `${call.name} ${JSON.stringify(call.args)}`),
		items,
	};
};

test("tool calls without an index, each whole in one chunk", async () => {
	const call = (id: string, name: string) => ({
		tool_calls: [{ id, function: { name, arguments: '{"a":1}' } }],
	});
	expect((await readChat([call("x", "one"), call("y", "two")])).calls).toEqual([
		'one {"a":1}',
		'two {"a":1}',
	]);
});

test("tool calls in pieces, by index, ended with `stop` by a careless server", async () => {
	const deltas = [
		{ tool_calls: [{ index: 0, id: "x", function: { name: "one", arguments: "" } }] },
		{ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
		{ tool_calls: [{ index: 0, function: { arguments: ":2}" } }] },
	];
	const { calls, end } = await readChat(deltas, "stop");
	expect([calls, end.stop]).toEqual([['one {"a":2}'], "toolUse"]);
});

test("reasoning under its other name", async () => {
	const { updates } = await readChat([{ reasoning: "hm" }, { content: "yes" }], "stop");
	expect(updates.map((update) => update.kind)).toEqual(["thinkingDelta", "thinking", "textDelta", "text"]);
});

test("a signature on a call comes back with it; calls from elsewhere carry the word for none", async () => {
	const extra_content = { google: { thought_signature: "sig" } };
	const { end, items } = await readChat([
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

test("a search of the provider's own is told as its call, and replayed as it was", async () => {
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
	const items = new ResponseItems();
	const { updates, end } = await readAll(readAnthropicStream(from<WireEvent>(events), items, names));
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
