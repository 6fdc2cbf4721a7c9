/**
 * Streams in which anything may be anything: the turn ends once, with what had arrived, and with words a person can
 * read. The contract of a turn is checked by `Conversation`.
 */
import { afterAll, expect, test } from "vitest";
import { chatBackend, messagesBackend, responsesBackend } from "../../../support/apiBackends.ts";
import { Conversation } from "../../../support/conversation.ts";
import { createRandom, type Random, scaled } from "../../../support/random.ts";
import { sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const call = { id: "a", type: "function", function: { name: "pyrun", arguments: '{"code":"1"}' } };

const wires = {
	chat: {
		create: () => chatBackend(),
		events: [
			{
				choices: [{ index: 0, delta: { role: "assistant", content: "", reasoning_content: "Hm" } }],
				usage: null,
			},
			{
				choices: [
					{
						index: 0,
						delta: { content: "Hello", reasoning_details: [{ type: "reasoning.text", text: "x", index: 0 }] },
					},
				],
			},
			{
				choices: [
					{
						index: 0,
						delta: { content: [{ type: "text", text: " there" }], tool_calls: [{ index: 0, ...call }] },
					},
				],
			},
			{ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
			{
				choices: [],
				usage: { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 0 } },
			},
		],
		calm: [{ choices: [{ delta: { content: "Done." }, finish_reason: "stop" }] }],
	},
	messages: {
		create: () => messagesBackend(),
		events: [
			{ type: "message_start", message: { id: "m", usage: { input_tokens: 1, output_tokens: 0 } } },
			{
				type: "content_block_start",
				index: 0,
				content_block: { type: "thinking", thinking: "", signature: "" },
			},
			{ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm" } },
			{ type: "content_block_stop", index: 0 },
			{ type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
			{ type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hello" } },
			{ type: "content_block_stop", index: 1 },
			{
				type: "content_block_start",
				index: 2,
				content_block: { type: "tool_use", id: "a", name: "pyrun", input: {} },
			},
			{
				type: "content_block_delta",
				index: 2,
				delta: { type: "input_json_delta", partial_json: '{"code":"1"}' },
			},
			{ type: "content_block_stop", index: 2 },
			{ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 4 } },
			{ type: "message_stop" },
		],
		calm: [
			{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Done." } },
			{ type: "message_delta", delta: { stop_reason: "end_turn" } },
		],
	},
	responses: {
		create: () => responsesBackend(),
		events: [
			{ type: "response.reasoning_summary_part.added", output_index: 0, summary_index: 0 },
			{ type: "response.reasoning_summary_text.delta", output_index: 0, delta: "Hm" },
			{
				type: "response.output_item.done",
				output_index: 0,
				item: { type: "reasoning", id: "r", summary: [], encrypted_content: "e" },
			},
			{ type: "response.output_text.delta", output_index: 1, delta: "Hello" },
			{
				type: "response.output_item.done",
				output_index: 1,
				item: { type: "message", content: [{ type: "output_text", text: "Hello" }] },
			},
			{
				type: "response.output_item.done",
				output_index: 2,
				item: { type: "function_call", call_id: "a", name: "pyrun", arguments: '{"code":"1"}' },
			},
			{
				type: "response.completed",
				response: { status: "completed", output: [], usage: { input_tokens: 1, output_tokens: 2 } },
			},
		],
		calm: [
			{ type: "response.output_text.delta", output_index: 0, delta: "Done." },
			{ type: "response.completed", response: {} },
		],
	},
};

const odd = [null, "", "x", 0, -1, 1e9, true, [], {}, [null], { x: 1 }, ["x"], [{}]];

/** The value with one thing in it made odd, left out, or doubled. */
const spoil = (value: unknown, random: Random): unknown => {
	const isInside = typeof value === "object" && value !== null && Object.keys(value).length > 0;
	if (!isInside || random.int(6) === 0) return random.pick(odd);
	const name = random.pick(Object.keys(value));
	const entries = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
		if (key !== name) return [[key, member]];
		return random.int(5) === 0 ? [] : [[key, spoil(member, random)]];
	});
	return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
};

const spoilt = (events: readonly object[], random: Random): (object | string)[] => {
	const list = events.flatMap((event) =>
		random.int(12) === 0 ? [] : random.int(12) === 0 ? [event, event] : [event],
	);
	const at = random.int(Math.max(1, list.length));
	return list.map((event, index) => (index === at ? (spoil(event, random) as object) : event));
};

test.each(Object.entries(wires))("%s", async (_, { create, events, calm }) => {
	const environment = {
		OPENAI_BASE_URL: `${server.url}/v1`,
		OPENAI_API_KEY: "loopback-key",
		ANTHROPIC_BASE_URL: server.url,
		ANTHROPIC_API_KEY: "loopback-key",
	};
	const backend = create();
	for (let seed = 1; seed <= scaled(150); seed++) {
		const random = createRandom(seed);
		const body = sse(...spoilt(events, random), ...(random.int(2) === 0 ? [] : ["[DONE]"]));
		server.answers({ body }, { body: sse(...calm) });
		let runs = 0;
		const conversation = new Conversation(backend, environment, "some-model");
		const turn = await conversation.say("hello", { maxRounds: 3, callTool: () => `${++runs}` });
		const what = `seed ${seed}: ${body}\n${turn.error}`;
		expect(turn.error ?? "", what).not.toMatch(
			/undefined|\[object|at .*\.ts:|Cannot read|is not a function|not iterable/,
		);
		expect(`${turn.text}${turn.thinking}`, what).not.toMatch(/undefined|\[object/);
		expect(runs, what).toBeLessThanOrEqual(2);
	}
	await backend.dispose();
});
