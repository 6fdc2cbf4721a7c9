/**
 * What servers that speak Chat Completions really send, with where it was seen; scenarios without an address are
 * variants of these. The bytes go through the real SDK.
 */
import { afterAll, describe, expect, test } from "vitest";
import { ChatReader } from "../../../../server/backends/chat/stream.ts";
import { readEvents } from "../../../../server/backends/http/eventStream.ts";
import { ResponseItems } from "../../../../server/backends/loop/responseItems.ts";
import { wireNames } from "../../../../server/backends/loop/wireId.ts";
import { chatBackend } from "../../../support/apiBackends.ts";
import { sayOnce, type Turn } from "../../../support/conversation.ts";
import { json, type RawAnswer, sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

/** One turn against these answers, with a fresh backend. */
const say = async (...answers: readonly RawAnswer[]): Promise<Turn> => {
	server.answers(...answers);
	return sayOnce(chatBackend(), { OPENAI_BASE_URL: `${server.url}/v1` });
};

const callsOf = (turn: Turn): string[] =>
	turn.updates.flatMap((update) =>
		update.kind === "toolCall" ? [`${update.call.name} ${JSON.stringify(update.call.args)}`] : [],
	);

const chunk = (delta: object, more: object = {}) => ({ choices: [{ index: 0, delta, ...more }] });
const says = (content: string) => chunk({ content });
const stops = chunk({}, { finish_reason: "stop" });
const calls = chunk({}, { finish_reason: "tool_calls" });
const part = (name: string, code: string, more: object = {}) => ({
	type: "function",
	function: { name, arguments: JSON.stringify({ code }) },
	...more,
});
const done = "[DONE]";
const bytes = (...body: readonly (string | Buffer)[]): RawAnswer => ({ body });
const answered = bytes(sse(says("Done."), stops, done));

describe("an answer arrives whole from", () => {
	const plain = { text: "Hello, world", stopReason: "endTurn" };
	const hello = [says("Hello,"), says(" world")];
	const table: Readonly<Record<string, readonly [RawAnswer, object]>> = {
		// https://openrouter.ai/docs/api/reference/streaming
		"OpenRouter, with comments between the events": [
			bytes(": OPENROUTER PROCESSING\n\n", ": OPENROUTER PROCESSING\n\n", sse(...hello, stops, done)),
			plain,
		],
		// https://github.com/coddy-project/coddy-agent/pull/106 (keep-alive frames)
		"servers that send empty events to keep the connection": [
			bytes("data:\n\n", "event: ping\n\n", ": ping\n\n", "\n\n", sse(...hello, stops, done)),
			plain,
		],
		// The HTML standard's event streams allow all three ends of lines.
		"gateways that end lines as Windows does": [
			bytes(sse(...hello, stops, done).replaceAll("\n", "\r\n")),
			plain,
		],
		// https://github.com/darshi1337/apogee/pull/139: llama.cpp b10603 ends without a blank line
		"llama.cpp, whose last event has no blank line behind it": [
			bytes(`${sse(...hello)}data: ${JSON.stringify(stops)}\n`),
			plain,
		],
		"servers that never say [DONE]": [bytes(sse(...hello, stops)), plain],
		// https://github.com/ranxianglei/billion-context-omp/issues/105
		"servers that say [DONE] and give no reason to stop": [bytes(sse(...hello, done)), plain],
		// https://github.com/ggml-org/llama.cpp/issues/14268
		"llama.cpp, whose first content is null": [
			bytes(sse(chunk({ role: "assistant", content: null }), ...hello, stops, done)),
			plain,
		],
		// https://github.com/ollama/ollama/issues/4357
		"Ollama, with an empty reason in each chunk and the role in each delta": [
			bytes(
				sse(
					chunk({ role: "assistant", content: "Hello," }, { finish_reason: "" }),
					chunk({ role: "assistant", content: " world" }, { finish_reason: "" }),
					stops,
					done,
				),
			),
			plain,
		],
		// https://github.com/AbanteAI/archive-old-cli-mentat/issues/429, https://github.com/microsoft/autogen/issues/6465
		"Azure, with filters in chunks without choices and choices without a delta": [
			bytes(
				sse(
					{ id: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }], usage: null },
					...hello,
					stops,
					{ id: "", choices: [{ finish_reason: null, index: 0, content_filter_offsets: {} }] },
					done,
				),
			),
			plain,
		],
		"gateways that leave out the choices, or send null for them": [
			bytes(sse({ object: "ping" }, ...hello, { choices: null }, stops, done)),
			plain,
		],
		// https://github.com/tinyhumansai/tinyagents/pull/56
		"servers that do not stream": [
			json({
				object: "chat.completion",
				choices: [
					{ index: 0, message: { role: "assistant", content: "Hello, world" }, finish_reason: "stop" },
				],
				usage: { prompt_tokens: 7, completion_tokens: 3 },
			}),
			plain,
		],
		// The same, behind a gateway that has the wrong type on every answer.
		"servers that stream under another type": [
			{ ...bytes(sse(...hello, stops, done)), headers: { "content-type": "application/json" } },
			plain,
		],
		// Text that came before a byte order mark was ever expected.
		"servers that begin with a byte order mark": [bytes(`\ufeff${sse(...hello, stops, done)}`), plain],
		// https://github.com/BerriAI/litellm/issues/16272: Magistral
		"Mistral, whose content is a list of parts": [
			bytes(
				sse(
					chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "A greeting" }] }] }),
					chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: ", then." }] }] }),
					chunk({ content: [{ type: "text", text: "Hello," }] }),
					chunk({
						content: [
							{ type: "reference", reference_ids: [0] },
							{ type: "text", text: " world" },
						],
					}),
					stops,
					done,
				),
			),
			{ ...plain, thinking: "A greeting, then." },
		],
		// https://github.com/vllm-project/vllm/issues/17144: a server without a reasoning parser
		"vLLM, which leaves thinking in the text": [
			bytes(
				sse(
					says("<th"),
					says("ink>\nHm, a < b."),
					says("\n</thi"),
					says("nk>\n\nHello,"),
					says(" world"),
					stops,
				),
			),
			{ ...plain, thinking: "Hm, a < b.\n" },
		],
		// Qwen3 without thinking
		"models whose thinking is empty": [
			bytes(sse(says("<think>\n\n"), says("</think>\n\nHello,"), says(" world"), stops)),
			{ ...plain, thinking: "" },
		],
		"models that write about the tag": [
			bytes(sse(says("Hello, <think> is a tag</think>"), stops)),
			{ text: "Hello, <think> is a tag</think>", thinking: "" },
		],
		"models that think and are cut": [
			bytes(sse(says("<think>So"), says(" long</th"), chunk({}, { finish_reason: "length" }))),
			{ text: "", thinking: "So long</th", stopReason: "maxTokens" },
		],
		// https://openrouter.ai/docs/use-cases/reasoning-tokens
		"OpenRouter, with reasoning in two forms": [
			bytes(
				sse(
					chunk({
						content: "",
						reasoning: "Hm.",
						reasoning_details: [{ type: "reasoning.text", text: "Hm.", index: 0 }],
					}),
					...hello,
					stops,
					done,
				),
			),
			{ ...plain, thinking: "Hm." },
		],
		"OpenRouter, with reasoning in details alone": [
			bytes(
				sse(
					chunk({ reasoning_details: [{ type: "reasoning.summary", summary: "Hm.", index: 0 }] }),
					...hello,
					stops,
					done,
				),
			),
			{ ...plain, thinking: "Hm." },
		],
		// https://github.com/sgl-project/sglang/pull/8417
		"SGLang of 2025, which ends twice": [
			bytes(sse(hello[0]!, chunk({ content: " world" }, { finish_reason: "stop" }), stops, done)),
			plain,
		],
		// https://docs.perplexity.ai: each chunk has the delta and the message so far
		"Perplexity, which repeats the message so far beside the delta": [
			bytes(
				sse(
					{ choices: [{ index: 0, delta: { content: "Hello," }, message: { content: "Hello," } }] },
					{ choices: [{ index: 0, delta: { content: " world" }, message: { content: "Hello, world" } }] },
					stops,
				),
			),
			plain,
		],
	};
	test.each(Object.entries(table))("%s", async (_, [answer, expected]) => {
		const turn = await say(answer);
		expect({ ...turn }).toMatchObject({ error: null, ...expected });
		expect(server.requests.length).toBe(1);
	});

	test("a connection that splits letters and lines anywhere", async () => {
		const all = Buffer.from(sse(says("Grüße — 日本 🎉"), stops, done).replaceAll("\n", "\r\n"));
		const pieces = Array.from(all, (_, index) => all.subarray(index, index + 1));
		expect((await say(bytes(...pieces))).text).toBe("Grüße — 日本 🎉");
	});

	// https://github.com/maximhq/bifrost/issues/6784
	test("a server that goes on with heartbeats when all is said", async () => {
		let beat: NodeJS.Timeout | undefined;
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				const send = (text: string) => controller.enqueue(Buffer.from(text));
				send(sse(...hello, stops));
				beat = setInterval(() => send(": ping\n\n"), 1);
			},
			cancel: () => clearInterval(beat),
		});
		const reader = new ChatReader(new ResponseItems(() => {}), wireNames([]));
		await readEvents(new Response(body), new AbortController().signal, reader, 20);
		expect(reader.finish()).toMatchObject({ stop: "endTurn" });
		clearInterval(beat);
	});

	test("a server that leaves the connection open after [DONE]", async () => {
		const turn = await say({ body: sse(...hello, stops, done), after: "stays" });
		expect(turn).toMatchObject(plain);
	});

	test("a server that closes the connection after each answer", async () => {
		const closing = { ...bytes(sse(...hello, stops, done)), headers: { connection: "close" } };
		expect(await say(closing)).toMatchObject(plain);
	});
});

describe("usage is counted from", () => {
	const counts = { prompt_tokens: 12, completion_tokens: 3 };
	const table: Readonly<Record<string, readonly object[]>> = {
		"a last chunk without choices": [
			{ ...stops, usage: null },
			{ choices: [], usage: counts },
		],
		"the chunk that ends": [{ ...stops, usage: counts }],
		"a chunk before the end": [{ ...says("!"), usage: counts }, stops],
		// vLLM's continuous_usage_stats, xAI
		"every chunk": [
			{ ...says("!"), usage: { prompt_tokens: 12, completion_tokens: 1 } },
			{ ...stops, usage: counts },
		],
		// https://platform.moonshot.ai/docs: Kimi counts in the choice
		"the choice itself": [chunk({}, { finish_reason: "stop", usage: counts })],
		// https://console.groq.com/docs: Groq's own member, without stream_options
		"Groq's own member": [{ ...stops, x_groq: { id: "req", usage: counts } }],
	};
	test.each(Object.entries(table))("%s", async (_, chunks) => {
		const { usage } = await say(bytes(sse(says("Hi"), ...chunks, done)));
		expect(usage).toMatchObject({ inputTokens: 12, outputTokens: 3 });
	});

	test("DeepSeek's names for what its cache held", async () => {
		const usage = { ...counts, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 4 };
		const turn = await say(bytes(sse(says("Hi"), { ...stops, usage }, done)));
		expect(turn.usage).toMatchObject({ inputTokens: 4, cacheReadTokens: 8 });
	});
});

describe("calls of tools are run once each, as they were meant:", () => {
	const one = 'pyrun {"code":"1"}';
	const two = ['pyrun {"code":"1"}', 'pyrun {"code":"2"}'];
	const delta = (...tool_calls: readonly object[]) => chunk({ tool_calls });
	const table: Readonly<Record<string, readonly [readonly (object | string)[], readonly string[]]>> = {
		// https://github.com/vercel/ai/pull/14277: Ollama 0.20
		"index 0 for all (Ollama)": [
			[
				delta(part("pyrun", "1", { index: 0, id: "a" })),
				delta(part("pyrun", "2", { index: 0, id: "b" })),
				calls,
			],
			two,
		],
		"index 0 for all, in one chunk": [
			[delta(part("pyrun", "1", { index: 0, id: "a" }), part("pyrun", "2", { index: 0, id: "b" })), calls],
			two,
		],
		// https://github.com/huggingface/smolagents/pull/1958
		"index 0 for all, and no ids": [
			[delta(part("pyrun", "1", { index: 0 })), delta(part("pyrun", "2", { index: 0 })), calls],
			two,
		],
		// https://github.com/open-webui/computer/issues/224: Gemini, which also ends with stop
		"no index (Gemini), ended with stop": [
			[delta(part("pyrun", "1", { id: "a" })), delta(part("pyrun", "2", { id: "b" })), stops],
			two,
		],
		"neither index nor id": [[delta(part("pyrun", "1")), delta(part("pyrun", "2")), stops], two],
		"no index, the arguments in pieces (Gemini)": [
			[
				delta({ id: "a", function: { name: "pyrun", arguments: '{"co' } }),
				delta({ function: { arguments: 'de":"1"}' } }),
				stops,
			],
			[one],
		],
		// https://github.com/QwenLM/Qwen-Agent/pull/943
		"pieces of two calls that alternate": [
			[
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: '{"co' } }),
				delta({ index: 1, id: "b", function: { name: "pyrun", arguments: '{"co' } }),
				delta({ index: 0, function: { arguments: 'de":"1"}' } }),
				delta({ index: 1, function: { arguments: 'de":"2"}' } }),
				calls,
			],
			two,
		],
		"the id and name repeated in each piece": [
			[
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: '{"code"' } }),
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: ':"1"}' } }),
				calls,
			],
			[one],
		],
		"the name and id empty or null after the first piece": [
			[
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: null } }),
				delta({ index: 0, id: "", function: { name: "", arguments: '{"code"' } }),
				delta({ index: 0, id: null, function: { name: null, arguments: ':"1"}' } }),
				calls,
			],
			[one],
		],
		// https://github.com/anomalyco/opencode/pull/17339, https://github.com/lidge-jun/opencodex/issues/361
		"the arguments whole once more behind their pieces": [
			[
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: "" } }),
				delta({ index: 0, function: { arguments: '{"co' } }),
				delta({ index: 0, function: { arguments: 'de":"1"}' } }),
				delta({ index: 0, function: { arguments: '{"code":"1"}' } }),
				calls,
			],
			[one],
		],
		// https://github.com/NousResearch/hermes-agent/pull/35718
		"all so far in each piece": [
			[
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: '{"co' } }),
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: '{"code":' } }),
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: '{"code":"1"}' } }),
				calls,
			],
			[one],
		],
		"the whole call again in the last chunk": [
			[
				delta(part("pyrun", "1", { index: 0 })),
				chunk({ tool_calls: [part("pyrun", "1", { index: 0 })] }, { finish_reason: "tool_calls" }),
			],
			[one],
		],
		"the whole call again under another index": [
			[
				delta(part("pyrun", "1", { index: 0, id: "a" })),
				delta(part("pyrun", "1", { index: 1, id: "a" })),
				calls,
			],
			[one],
		],
		"pieces that look like all so far": [
			[
				delta({ index: 0, id: "a", function: { name: "pyrun", arguments: '{"code":' } }),
				delta({ index: 0, function: { arguments: '{"code":"1"}}' } }),
				calls,
			],
			['pyrun {"code":{"code":"1"}}'],
		],
		"indexes that begin at 1": [[delta(part("pyrun", "1", { index: 1, id: "a" })), calls], [one]],
		// https://github.com/ggml-org/llama.cpp/issues/20198
		"arguments as an object (llama.cpp of March 2026)": [
			[delta({ index: 0, id: "a", function: { name: "pyrun", arguments: { code: "1" } } }), calls],
			[one],
		],
		"no arguments at all": [[delta({ index: 0, id: "a", function: { name: "pyrun" } }), calls], ["pyrun {}"]],
		"arguments that are null": [
			[delta({ index: 0, id: "a", function: { name: "pyrun", arguments: "null" } }), calls],
			["pyrun {}"],
		],
		"one id for both": [
			[delta(part("pyrun", "1", { index: 0, id: "a" }), part("pyrun", "2", { index: 1, id: "a" })), calls],
			two,
		],
		// https://github.com/tashfeenahmed/freellmapi: calls are null in deltas that have none
		"null where there are none": [
			[chunk({ content: "Hi", tool_calls: null }), delta(part("pyrun", "1", { index: 0, id: "a" })), calls],
			[one],
		],
		"[DONE] without a reason to stop": [[delta(part("pyrun", "1", { index: 0, id: "a" })), done], [one]],
	};
	test.each(Object.entries(table))("%s", async (_, [events, expected]) => {
		const turn = await say(bytes(sse(...events)), answered);
		expect(callsOf(turn)).toEqual(expected);
		expect(turn).toMatchObject({ stopReason: "endTurn", error: null });
		expect(turn.text.endsWith("Done.")).toBe(true);
		const sent = server.requests[1]!.body.messages;
		const [asked] = sent.filter((message: { role: string }) => message.role === "assistant");
		const ids = asked.tool_calls.map((call: { id: string }) => call.id);
		expect(new Set(ids).size).toBe(expected.length);
		const results = sent.filter((message: { role: string }) => message.role === "tool");
		expect(results.map((result: { tool_call_id: string }) => result.tool_call_id)).toEqual(ids);
	});

	test("of a server that does not stream", async () => {
		const message = { role: "assistant", content: null, tool_calls: [part("pyrun", "1", { id: "a" })] };
		const turn = await say(json({ choices: [{ index: 0, message, finish_reason: "tool_calls" }] }), answered);
		expect(callsOf(turn)).toEqual([one]);
		expect(turn.text).toBe("Done.");
	});

	// https://github.com/HKUDS/nanobot/pull/1555
	test("of Copilot, in a choice of their own", async () => {
		const message = (content: object) => ({
			message: { role: "assistant", ...content },
			finish_reason: "tool_calls",
		});
		const said = message({ content: "I look." });
		const called = message({ content: null, tool_calls: [part("pyrun", "1", { id: "a" })] });
		const turn = await say(json({ choices: [said, called] }), answered);
		expect([callsOf(turn), turn.text]).toEqual([[one], "I look.Done."]);
	});

	// https://github.com/anomalyco/opencode/issues/1680
	test("their ids are such as Mistral takes", async () => {
		await say(bytes(sse(delta(part("pyrun", "1", { index: 0, id: "a" })), calls)), answered);
		expect(server.requests[1]!.body.messages.at(-1).tool_call_id).toMatch(/^[a-zA-Z0-9]{9}$/);
	});
});

describe("what comes with a call goes back with it:", () => {
	const call = part("pyrun", "1", { index: 0, id: "functions.pyrun:0" });
	const sentBack = async (...events: readonly object[]) => {
		await say(bytes(sse(...events, calls, done)), answered);
		return server.requests[1]!.body.messages.find(
			(message: { role: string }) => message.role === "assistant",
		);
	};

	// https://github.com/anomalyco/opencode/issues/24722: DeepSeek; Kimi asks for the same
	test("reasoning of servers that name it reasoning_content", async () => {
		const back = await sentBack(
			chunk({ reasoning_content: "Hm" }),
			chunk({ reasoning_content: "." }),
			chunk({ tool_calls: [call] }),
		);
		expect(back).toMatchObject({ reasoning_content: "Hm.", tool_calls: [{ id: "functions.pyrun:0" }] });
	});

	// https://github.com/tashfeenahmed/freellmapi/issues/1070: Groq refuses what it did not send
	test("but not under a name the server does not know", async () => {
		const back = await sentBack(chunk({ reasoning: "Hm." }), chunk({ tool_calls: [call] }));
		expect(back).not.toHaveProperty("reasoning_content");
		expect(back).not.toHaveProperty("reasoning");
	});

	// https://github.com/microsoft/agent-framework/issues/2947
	test("OpenRouter's details, put together", async () => {
		const detail = (more: object) => chunk({ reasoning: "x", reasoning_details: [{ index: 0, ...more }] });
		const back = await sentBack(
			detail({ type: "reasoning.text", text: "H", format: "anthropic-claude-v1" }),
			detail({ type: "reasoning.text", text: "m." }),
			detail({ type: "reasoning.text", signature: "sig" }),
			chunk({
				tool_calls: [call],
				reasoning_details: [{ type: "reasoning.encrypted", data: "e", id: "functions.pyrun:0", index: 1 }],
			}),
		);
		expect(back.reasoning_details).toEqual([
			{ type: "reasoning.text", text: "Hm.", format: "anthropic-claude-v1", signature: "sig", index: 0 },
			{ type: "reasoning.encrypted", data: "e", id: "functions.pyrun:0", index: 1 },
		]);
	});

	// https://github.com/open-webui/computer/issues/224: a piece of its own for the signature
	test("Gemini's signature, also when it comes by itself", async () => {
		const extra_content = { google: { thought_signature: "sig" } };
		const back = await sentBack(
			chunk({ tool_calls: [{ id: "a", function: { name: "pyrun", arguments: '{"code":"1"}' } }] }),
			chunk({ tool_calls: [{ extra_content }] }),
		);
		expect(back.tool_calls).toMatchObject([{ id: "a", extra_content }]);
	});
});

describe("a failure is told, with what had arrived, from", () => {
	const error = (answer: RawAnswer, text: string, ...expected: readonly (string | RegExp)[]) =>
		[answer, text, expected] as const;
	const table = {
		// https://openrouter.ai/docs/api/reference/errors-and-debugging
		"OpenRouter in mid-stream": error(
			bytes(
				sse(says("Hel"), {
					id: "cmpl-1",
					error: { code: 502, message: "Provider disconnected unexpectedly" },
					choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
				}),
			),
			"Hel",
			"Provider disconnected unexpectedly",
		),
		"OpenRouter, in the choice": error(
			bytes(
				sse(
					says("Hel"),
					chunk({}, { finish_reason: "error", error: { code: 400, message: "bad news" } }),
					done,
				),
			),
			"Hel",
			"bad news",
		),
		// https://github.com/OpenRouterTeam/openrouter-examples/issues/67
		"OpenRouter, which only says error": error(
			bytes(
				sse(
					says("Hel"),
					chunk({}, { finish_reason: "error", native_finish_reason: "MALFORMED_FUNCTION_CALL" }),
					done,
				),
			),
			"Hel",
			"MALFORMED_FUNCTION_CALL",
		),
		// https://github.com/bigduu/Bamboo-agent/pull/98
		"a server whose error is a string": error(
			bytes(sse(says("Hel"), { error: "model runner crashed" })),
			"Hel",
			"model runner crashed",
		),
		// https://github.com/coddy-project/coddy-agent/pull/106: llama.cpp b5966
		"llama.cpp of 2025, under a field of its own": error(
			bytes(
				sse(says("Hel")),
				'error: {"code":400,"message":"the request exceeds the available context size. try increasing the context size or enable context shift","type":"invalid_request_error"}\n\n',
				sse(done),
			),
			"Hel",
			"context size",
			"%ipyai reset",
		),
		"a server that breaks the connection": error(
			{ body: sse(says("Hel")), after: "breaks" },
			"Hel",
			"broke off",
		),
		"a server that stops in mid-sentence": error(bytes(sse(says("Hel"))), "Hel", "broke off"),
		// https://api-docs.deepseek.com: out of capacity
		"DeepSeek without capacity": error(
			bytes(sse(says("Hel"), chunk({}, { finish_reason: "insufficient_system_resource" }), done)),
			"Hel",
			"insufficient_system_resource",
		),
		// https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618
		"LM Studio, 200 with an error": error(
			json({ error: "Unexpected endpoint or method. (POST /v1/chat/completions)" }),
			"",
			"Unexpected endpoint or method",
			"base URL",
		),
		"a server that answers 200 with a web page": error(
			{ headers: { "content-type": "text/html" }, body: "<!doctype html><title>Open WebUI</title>" },
			"",
			"Open WebUI",
			"base URL",
		),
		"a server that answers 200 with nothing": error({ body: "" }, "", "nothing"),
	} as const;
	test.each(Object.entries(table))("%s", async (_, [answer, text, expected]) => {
		const turn = await say(answer);
		expect(turn.stopReason).toBe("failed");
		expect(turn.text).toBe(text);
		for (const word of expected) expect(turn.error).toMatch(word);
		expect(turn.error).not.toMatch(/\n|undefined|\[object|at .*\.ts:/);
		if (text !== "") expect(server.requests.length, "what was shown is not asked for again").toBe(1);
	});
});
