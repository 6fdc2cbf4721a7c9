/** What the text fixtures cannot say: connections, heartbeats, several models and servers. */
import { afterAll, describe, expect, test } from "vitest";
import { AnthropicReader } from "../../../../server/backends/anthropic/stream.ts";
import type { Backend } from "../../../../server/backends/backend.ts";
import { ChatReader } from "../../../../server/backends/chat/stream.ts";
import type { AnswerReader, Expected } from "../../../../server/backends/http/apiBackend.ts";
import { readEvents } from "../../../../server/backends/http/eventStream.ts";
import { ResponseItems } from "../../../../server/backends/loop/responseItems.ts";
import { wireNames } from "../../../../server/backends/loop/wireId.ts";
import { chatBackend, messagesBackend, responsesBackend } from "../../../support/apiBackends.ts";
import { Conversation, sayOnce } from "../../../support/conversation.ts";
import { json, namedSse, sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const environment = {
	OPENAI_BASE_URL: `${server.url}/v1`,
	OPENAI_API_KEY: "loopback-key",
	ANTHROPIC_BASE_URL: server.url,
	ANTHROPIC_API_KEY: "loopback-key",
};

type Event = { readonly type: string; readonly [key: string]: unknown };
const hello = {
	chat: sse(
		{ choices: [{ delta: { content: "Hello" } }] },
		{ choices: [{ delta: {}, finish_reason: "stop" }] },
	),
	messages: namedSse(
		{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } } as Event,
		{ type: "message_delta", delta: { stop_reason: "end_turn" } } as Event,
	),
	responses: namedSse(
		{ type: "response.output_text.delta", output_index: 0, delta: "Hello" } as Event,
		{ type: "response.completed", response: {} } as Event,
	),
};

test.each<readonly [keyof typeof hello, () => Backend]>([
	["chat", chatBackend],
	["messages", messagesBackend],
	["responses", responsesBackend],
])("prompts share a connection: %s", async (wire, create) => {
	server.answers({ body: hello[wire] });
	const backend = create();
	const conversation = new Conversation(backend, environment, "some-model");
	await conversation.say("hello");
	const { connections } = server;
	for (const prompt of ["one", "two", "three"]) {
		// The end of the answer before is read meanwhile.
		await new Promise(setImmediate);
		await conversation.say(prompt);
	}
	expect(server.connections).toBe(connections);
	await backend.dispose();
});

// https://github.com/maximhq/bifrost/issues/6784
describe("a server that is never done when all is said", () => {
	test.each<
		readonly ["chat" | "messages", new (items: ResponseItems, expected: Expected) => AnswerReader, number]
	>([
		["chat", ChatReader, 1],
		["messages", AnthropicReader, 0],
	])("%s", async (wire, Reader, beats) => {
		let beat: NodeJS.Timeout | undefined;
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				controller.enqueue(Buffer.from(hello[wire]));
				if (beats > 0) beat = setInterval(() => controller.enqueue(Buffer.from(": ping\n\n")), beats);
			},
			cancel: () => clearInterval(beat),
		});
		const expected = { names: wireNames([]), tools: [], habits: new Set<string>() };
		const reader = new Reader(new ResponseItems(() => {}), expected);
		await readEvents(new Response(body), new AbortController().signal, reader, 20);
		expect(reader.finish()).toMatchObject({ stop: "endTurn" });
		clearInterval(beat);
	});
});

test("a connection that splits letters and lines anywhere", async () => {
	const odd = "Grüße — 日本 🎉";
	const all = Buffer.from(hello.chat.replace("Hello", odd).replaceAll("\n", "\r\n"));
	server.answers({ body: Array.from(all, (_, index) => all.subarray(index, index + 1)) });
	expect((await sayOnce(chatBackend(), environment)).text).toBe(odd);
});

// https://github.com/anomalyco/opencode/issues/1680
test("ids of calls are such as Mistral takes", async () => {
	const call = { index: 0, id: "a", function: { name: "pyrun", arguments: "{}" } };
	server.answers(
		{ body: sse({ choices: [{ delta: { tool_calls: [call] }, finish_reason: "tool_calls" }] }) },
		{ body: hello.chat },
	);
	await sayOnce(chatBackend(), environment);
	expect(server.requests[1]!.body.messages.at(-1).tool_call_id).toMatch(/^[a-zA-Z0-9]{9}$/);
});

// https://github.com/promptfoo/promptfoo/issues/3781
test("models of a named server that take no effort", async () => {
	server.answers(({ body }) =>
		"reasoning_effort" in body
			? json({ error: { message: "Unknown parameter: 'reasoning_effort'.", param: "reasoning_effort" } }, 400)
			: { body: hello.chat },
	);
	const IPYAI_CHAT_SERVERS = JSON.stringify({ openrouter: { baseUrl: `${server.url}/v1` } });
	const turn = await sayOnce(chatBackend(), { IPYAI_CHAT_SERVERS }, "openrouter/a/b");
	expect(turn).toMatchObject({ text: "Hello", error: null });
	expect(turn.updates).toContainEqual({
		kind: "notice",
		text: "a/b takes no level of thinking: it thinks as it does by itself.",
	});
});

test("another model of a server that refused something is asked whole", async () => {
	server.answers(({ body }) =>
		body.model === "small" && "tools" in body
			? json({ error: { message: "small does not support tools" } }, 400)
			: { body: hello.chat },
	);
	const backend = chatBackend();
	const conversation = new Conversation(backend, environment, "small");
	await conversation.say("hello");
	await conversation.say("again", { model: "large" });
	expect(server.requests.map(({ body }) => [body.model, "tools" in body])).toEqual([
		["small", true],
		["small", false],
		["large", true],
	]);
	await backend.dispose();
});

test("what a server was seen to do is expected of its next answer: thinking without a beginning", async () => {
	const says = (content: string) => ({
		body: sse({ choices: [{ delta: { content } }] }, { choices: [{ delta: {}, finish_reason: "stop" }] }),
	});
	server.answers(says("Hm.\n</think>\nOne."), says("So.\n</think>\nTwo."), says("Three."), says("Four."));
	const backend = chatBackend();
	const conversation = new Conversation(backend, environment, "some-model");
	const shown: string[] = [];
	for (const prompt of ["one", "two", "three", "four"]) {
		const { updates, text, thinking } = await conversation.say(prompt);
		const first = updates.find(({ kind }) => kind.endsWith("Delta"));
		shown.push(`${first?.kind}: ${thinking.trim()} | ${text}`);
	}
	expect(shown).toEqual([
		"textDelta: Hm. | One.",
		"thinkingDelta: So. | Two.",
		// One that does not think is told as it turns out, and the habit forgotten.
		"thinkingDelta:  | Three.",
		"textDelta:  | Four.",
	]);
	await backend.dispose();
});

test.each(["", "/", "/v1", "/v1/", "/v1/messages"])("Messages' base URL may end in %j", async (end) => {
	server.answers({ body: hello.messages });
	await sayOnce(messagesBackend(), { ...environment, ANTHROPIC_BASE_URL: `${server.url}/anthropic${end}` });
	expect(server.requests.map(({ path }) => path)).toEqual(["/anthropic/v1/messages"]);
});
