/** What servers that speak OpenAI's Responses really send: gateways and local servers. */
import { afterAll, describe, expect, test } from "vitest";
import { responsesBackend } from "../../../support/apiBackends.ts";
import { sayOnce, type Turn } from "../../../support/conversation.ts";
import { json, namedSse, type RawAnswer, sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const say = async (...answers: readonly RawAnswer[]): Promise<Turn> => {
	server.answers(...answers);
	return sayOnce(responsesBackend(), {
		OPENAI_BASE_URL: `${server.url}/v1`,
		OPENAI_API_KEY: "loopback-key",
	});
};

type Event = { readonly type: string; readonly [key: string]: unknown };

const message = (text: string) => ({
	type: "message",
	role: "assistant",
	content: [{ type: "output_text", text }],
});
const call = (code: string, id = "a", more: object = {}) => ({
	type: "function_call",
	call_id: id,
	name: "pyrun",
	arguments: JSON.stringify({ code }),
	...more,
});
const adds = (delta: string, more: object = { output_index: 0 }): Event => ({
	type: "response.output_text.delta",
	delta,
	...more,
});
const item = (output_index: number, done: object): Event => ({
	type: "response.output_item.done",
	output_index,
	item: done,
});
const completed = (output: readonly object[] = [], more: object = {}): Event => ({
	type: "response.completed",
	response: { status: "completed", output, usage: { input_tokens: 5, output_tokens: 4 }, ...more },
});
const named = (...events: readonly Event[]): RawAnswer => ({ body: namedSse(...events) });
const answered = named(adds("Done."), item(0, message("Done.")), completed());

const callsOf = (turn: Turn): string[] =>
	turn.updates.flatMap((update) => (update.kind === "toolCall" ? [String(update.call.args.code)] : []));

describe("an answer arrives whole from", () => {
	const plain = { text: "Hello", stopReason: "endTurn", error: null };
	const table: Readonly<Record<string, readonly [RawAnswer, object]>> = {
		// https://github.com/BerriAI/litellm/pull/32724: ChatGPT's own endpoint
		"an endpoint whose end holds no output": [
			named(adds("Hello"), item(0, message("Hello")), completed()),
			plain,
		],
		// https://github.com/BerriAI/litellm/pull/20943: vLLM
		"servers that leave out the indexes": [
			named(
				adds("Hel", {}),
				adds("lo", {}),
				{ type: "response.output_item.done", item: message("Hello") },
				completed(),
			),
			plain,
		],
		// https://github.com/Oaklight/llm-rosetta/issues/56
		"servers that never end an item": [named(adds("Hel"), adds("lo"), completed()), plain],
		"servers that only tell the end": [named(completed([message("Hello")])), plain],
		"servers that tell items whole": [named(item(0, message("Hello")), completed([message("Hello")])), plain],
		"servers that tell a text whole": [
			named(
				{ type: "response.output_text.done", output_index: 0, text: "Hello" },
				completed([message("Hello")]),
			),
			plain,
		],
		"servers that leave out the names of events": [{ body: sse(adds("Hello"), completed()) }, plain],
		"servers whose names of events stand above the data alone": [
			{
				body: 'event: response.output_text.delta\ndata: {"output_index":0,"delta":"Hello"}\n\nevent: response.completed\ndata: {"response":{}}\n\n',
			},
			plain,
		],
		// https://github.com/BerriAI/litellm/issues/37852
		"LiteLLM, with an item that was never opened": [
			named(adds("Hello"), item(0, message("Hello")), item(1, message("")), completed()),
			plain,
		],
		"servers that say [DONE] and not that it is completed": [
			{ body: `${namedSse(adds("Hello"), item(0, message("Hello")))}data: [DONE]\n\n` },
			plain,
		],
		"servers that do not stream": [
			json({
				object: "response",
				status: "completed",
				error: null,
				output: [message("Hello")],
				usage: { input_tokens: 5, output_tokens: 4 },
			}),
			plain,
		],
		"servers that leave the connection open": [
			{ body: namedSse(adds("Hello"), completed()), after: "stays" },
			plain,
		],
		"events and items that nobody knows yet": [
			named(
				{ type: "response.queued" },
				item(0, { type: "hologram" }),
				adds("Hello", { output_index: 1 }),
				completed(),
			),
			plain,
		],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, expected]) => {
		expect(await say(answer)).toMatchObject(expected);
		expect(server.requests.length).toBe(1);
	});
});

describe("calls of tools are run once each:", () => {
	const table: Readonly<Record<string, readonly [RawAnswer, readonly string[]]>> = {
		"told with their items": [
			named(item(0, call("1")), item(1, call("2", "b")), completed([call("1"), call("2", "b")])),
			["1", "2"],
		],
		"told at the end alone": [named(completed([call("1"), call("2", "b")])), ["1", "2"]],
		// https://github.com/lidge-jun/opencodex/pull/4652
		"the arguments in events of their own": [
			named(
				{ type: "response.function_call_arguments.done", output_index: 0, arguments: '{"code":"1"}' },
				item(0, call("1", "a", { arguments: "" })),
				completed(),
			),
			["1"],
		],
		"the arguments in pieces alone": [
			named(
				{ type: "response.function_call_arguments.delta", output_index: 0, delta: '{"code"' },
				{ type: "response.function_call_arguments.delta", output_index: 0, delta: ':"1"}' },
				item(0, call("1", "a", { arguments: "" })),
				completed(),
			),
			["1"],
		],
		"the arguments as an object": [
			named(item(0, call("1", "a", { arguments: { code: "1" } })), completed()),
			["1"],
		],
		"of a server that does not stream": [
			json({ object: "response", status: "completed", output: [call("1")] }),
			["1"],
		],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, expected]) => {
		const turn = await say(answer, answered);
		expect(callsOf(turn)).toEqual(expected);
		expect(turn).toMatchObject({ text: "Done.", stopReason: "endTurn" });
	});
});

describe("a failure is told, with what had arrived, from", () => {
	const table: Readonly<Record<string, readonly [RawAnswer, string, string | RegExp]>> = {
		"the provider": [
			named(adds("Hel"), {
				type: "response.failed",
				response: { error: { code: "server_error", message: "The model crashed." } },
			}),
			"Hel",
			"server_error: The model crashed.",
		],
		"the provider, at once": [
			named(adds("Hel"), { type: "error", code: "server_error", message: "It is down" }),
			"Hel",
			"It is down",
		],
		// https://github.com/dativo-io/talon/pull/254
		"a gateway, one level deeper": [
			named(adds("Hel"), { type: "error", error: { type: "api_error", message: "upstream died" } }),
			"Hel",
			"upstream died",
		],
		"a server that does not stream": [
			json({
				object: "response",
				status: "failed",
				error: { code: "server_error", message: "It is down" },
				output: [],
			}),
			"",
			"It is down",
		],
		"a cancelled response": [
			named(adds("Hel"), { type: "response.cancelled", response: { status: "cancelled" } }),
			"Hel",
			"cancelled",
		],
		"an answer that stops in the middle": [named(adds("Hel")), "Hel", "broke off"],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, text, expected]) => {
		const turn = await say(answer);
		expect(turn).toMatchObject({ stopReason: "failed", text });
		expect(turn.error).toMatch(expected);
	});
});
