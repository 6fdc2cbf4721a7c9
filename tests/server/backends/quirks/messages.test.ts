/**
 * What servers that speak Anthropic's Messages really send: gateways, and other providers' compatible endpoints. The
 * addresses say where it was seen; scenarios without one are variants of these.
 */
import { afterAll, describe, expect, test } from "vitest";
import { AnthropicReader } from "../../../../server/backends/anthropic/stream.ts";
import { readEvents } from "../../../../server/backends/http/eventStream.ts";
import { ResponseItems } from "../../../../server/backends/loop/responseItems.ts";
import { wireNames } from "../../../../server/backends/loop/wireId.ts";
import { messagesBackend } from "../../../support/apiBackends.ts";
import { Conversation, sayOnce, type Turn } from "../../../support/conversation.ts";
import { json, namedSse, type RawAnswer, sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const say = async (...answers: readonly RawAnswer[]): Promise<Turn> => {
	server.answers(...answers);
	return sayOnce(messagesBackend(), {
		ANTHROPIC_BASE_URL: server.url,
		ANTHROPIC_AUTH_TOKEN: "loopback-key",
	});
};

type Event = { readonly type: string; readonly [key: string]: unknown };

const start: Event = {
	type: "message_start",
	message: { id: "m", usage: { input_tokens: 5, output_tokens: 0 } },
};
const opens = (index: number, content_block: object): Event => ({
	type: "content_block_start",
	index,
	content_block,
});
const adds = (index: number, delta: object): Event => ({ type: "content_block_delta", index, delta });
const closes = (index: number): Event => ({ type: "content_block_stop", index });
const ends = (stop_reason: string | null): Event => ({
	type: "message_delta",
	delta: { stop_reason },
	usage: { output_tokens: 4 },
});
const stop: Event = { type: "message_stop" };
const textBlock = (text: string, index = 0): Event[] => [
	opens(index, { type: "text", text: "" }),
	adds(index, { type: "text_delta", text }),
	closes(index),
];
const callBlock = (index: number, id: string, code: string): Event[] => [
	opens(index, { type: "tool_use", id, name: "pyrun", input: {} }),
	adds(index, { type: "input_json_delta", partial_json: JSON.stringify({ code }) }),
	closes(index),
];
const named = (...events: readonly Event[]): RawAnswer => ({ body: namedSse(...events) });
const hello = [start, ...textBlock("Hello"), ends("end_turn"), stop];
const answered = named(start, ...textBlock("Done."), ends("end_turn"), stop);

const callsOf = (turn: Turn): string[] =>
	turn.updates.flatMap((update) => (update.kind === "toolCall" ? [String(update.call.args.code)] : []));

describe("an answer arrives whole from", () => {
	const plain = { text: "Hello", stopReason: "endTurn", error: null };
	const table: Readonly<Record<string, readonly [RawAnswer, object]>> = {
		// https://github.com/earendil-works/pi/issues/4381, /issues/1983
		"gateways that leave out the names of events": [{ body: sse(...hello) }, plain],
		// https://github.com/theopenco/llmgateway/pull/927
		"gateways that end as OpenAI does": [{ body: `${namedSse(...hello)}data: [DONE]\n\n` }, plain],
		"gateways that end so and forget the end of the message": [
			{ body: `${namedSse(start, ...textBlock("Hello"), ends("end_turn"))}data: [DONE]\n\n` },
			plain,
		],
		// https://github.com/earendil-works/pi/issues/5592
		"gateways that leave the connection open": [{ body: namedSse(...hello), after: "stays" }, plain],
		"gateways that forget the end of the message": [
			named(start, ...textBlock("Hello"), ends("end_turn")),
			plain,
		],
		"gateways that give the reason first and usage later": [
			named(start, ...textBlock("Hello"), ends("end_turn"), ends(null), stop),
			plain,
		],
		"events and blocks that nobody knows yet": [
			named(
				{ type: "ping" },
				start,
				{ type: "content_block_heartbeat", index: 0 },
				...textBlock("Hello"),
				opens(1, { type: "hologram", data: "x" }),
				adds(1, { type: "hologram_delta", data: "y" }),
				closes(1),
				ends("end_turn"),
				stop,
			),
			plain,
		],
		"messages without usage": [
			named(
				{ type: "message_start", message: { id: "m" } },
				...textBlock("Hello"),
				{ type: "message_delta", delta: { stop_reason: "end_turn" } },
				stop,
			),
			plain,
		],
		"gateways that begin with no message": [named(...hello.slice(1)), plain],
		"blocks that are never opened": [
			named(start, adds(0, { type: "text_delta", text: "Hello" }), ends("end_turn"), stop),
			plain,
		],
		"blocks that are whole when they open, and never closed": [
			named(start, opens(0, { type: "text", text: "Hello" }), ends("end_turn"), stop),
			plain,
		],
		"index 0 for every block": [
			named(start, ...textBlock("Hel"), ...textBlock("lo"), ends("end_turn"), stop),
			plain,
		],
		"servers that do not stream": [
			json({
				type: "message",
				role: "assistant",
				content: [{ type: "text", text: "Hello" }],
				stop_reason: "end_turn",
				usage: { input_tokens: 5, output_tokens: 4 },
			}),
			plain,
		],
		"a window that is full": [
			named(start, ...textBlock("Hello"), ends("model_context_window_exceeded"), stop),
			{ ...plain, stopReason: "maxTokens" },
		],
		"a refusal": [
			named(start, ...textBlock("Hello"), ends("refusal"), stop),
			{ ...plain, stopReason: "refusal" },
		],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, expected]) => {
		expect(await say(answer)).toMatchObject(expected);
		expect(server.requests.length).toBe(1);
	});

	test("gateways that forget the end of the message and leave the connection open", async () => {
		const body = new ReadableStream<Uint8Array>({
			start: (controller) => controller.enqueue(Buffer.from(namedSse(...hello.slice(0, -1)))),
		});
		const reader = new AnthropicReader(new ResponseItems(() => {}), wireNames([]));
		await readEvents(new Response(body), new AbortController().signal, reader, 20);
		expect(reader.finish()).toMatchObject({ stop: "endTurn" });
	});

	test("a pause, which is asked on", async () => {
		const turn = await say(named(start, ...textBlock("Hel"), ends("pause_turn"), stop), named(...hello));
		expect(turn).toMatchObject({ text: "HelHello", stopReason: "endTurn" });
	});
});

describe("calls of tools are run once each:", () => {
	const table: Readonly<Record<string, readonly [RawAnswer, readonly string[]]>> = {
		"ended with end_turn": [named(start, ...callBlock(0, "a", "1"), ends("end_turn"), stop), ["1"]],
		"the input whole in the block": [
			named(
				start,
				opens(0, { type: "tool_use", id: "a", name: "pyrun", input: { code: "1" } }),
				closes(0),
				ends("tool_use"),
				stop,
			),
			["1"],
		],
		"the block never closed": [
			named(start, ...callBlock(0, "a", "1").slice(0, 2), ends("tool_use"), stop),
			["1"],
		],
		"index 0 for both": [
			named(start, ...callBlock(0, "a", "1"), ...callBlock(0, "b", "2"), ends("tool_use"), stop),
			["1", "2"],
		],
		"of a server that does not stream": [
			json({
				type: "message",
				content: [{ type: "tool_use", id: "a", name: "pyrun", input: { code: "1" } }],
				stop_reason: "tool_use",
			}),
			["1"],
		],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, expected]) => {
		const turn = await say(answer, answered);
		expect(callsOf(turn)).toEqual(expected);
		expect(turn).toMatchObject({ text: "Done.", stopReason: "endTurn" });
	});
});

describe("thinking goes back with its call", () => {
	const sentBack = async (...thinking: readonly Event[]) => {
		await say(named(start, ...thinking, ...callBlock(1, "a", "1"), ends("tool_use"), stop), answered);
		return server.requests[1]!.body.messages[1].content;
	};

	// https://github.com/NousResearch/hermes-agent/pull/17510, https://github.com/can1357/oh-my-pi/pull/908
	test("without a signature, to servers that sign nothing (DeepSeek, GLM)", async () => {
		const back = await sentBack(
			opens(0, { type: "thinking", thinking: "" }),
			adds(0, { type: "thinking_delta", thinking: "Hm." }),
			closes(0),
		);
		expect(back).toEqual([
			{ type: "thinking", thinking: "Hm." },
			{ type: "tool_use", id: "a", name: "pyrun", input: { code: "1" } },
		]);
	});

	// https://github.com/ranxianglei/billion-context/pull/147
	test("with the signature it had, and what is closed to us", async () => {
		const back = await sentBack(
			opens(0, { type: "thinking", thinking: "", signature: "" }),
			adds(0, { type: "thinking_delta", thinking: "Hm." }),
			adds(0, { type: "signature_delta", signature: "sig" }),
			closes(0),
			opens(2, { type: "redacted_thinking", data: "x" }),
			closes(2),
		);
		expect(back.slice(0, 2)).toEqual([
			{ type: "thinking", thinking: "Hm.", signature: "sig" },
			{ type: "redacted_thinking", data: "x" },
		]);
	});
});

describe("a failure is told, with what had arrived, from", () => {
	const table: Readonly<Record<string, readonly [RawAnswer, string, string | RegExp]>> = {
		"the provider in mid-stream": [
			named(start, ...textBlock("Hel").slice(0, 2), {
				type: "error",
				error: { type: "overloaded_error", message: "Overloaded" },
			}),
			"Hel",
			"overloaded_error: Overloaded",
		],
		"a gateway, under no name": [
			{
				body: sse(start, ...textBlock("Hel").slice(0, 2), {
					type: "error",
					error: { message: "upstream died" },
				}),
			},
			"Hel",
			"upstream died",
		],
		"a gateway, in plain words": [
			{ body: `${namedSse(start, ...textBlock("Hel").slice(0, 2))}event: error\ndata: upstream died\n\n` },
			"Hel",
			"upstream died",
		],
		"a message that stops in the middle": [named(start, ...textBlock("Hel").slice(0, 2)), "Hel", "broke off"],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, text, expected]) => {
		const turn = await say(answer);
		expect(turn).toMatchObject({ stopReason: "failed", text });
		expect(turn.error).toMatch(expected);
		expect(server.requests.length).toBe(1);
	});
});

test.each(["", "/", "/v1", "/v1/", "/v1/messages"])("a base URL may end in %j", async (end) => {
	server.answers(named(...hello));
	const backend = messagesBackend();
	const environment = {
		ANTHROPIC_BASE_URL: `${server.url}/anthropic${end}`,
		ANTHROPIC_API_KEY: "loopback-key",
	};
	await new Conversation(backend, environment, "some-model").say("hello");
	expect(server.requests.map(({ path }) => path)).toEqual(["/anthropic/v1/messages"]);
	await backend.dispose();
});
