/**
 * What servers and what stands before them answer when something is wrong, and what a person reads then. The words are
 * theirs; the addresses say where they were seen.
 */
import { afterAll, describe, expect, test } from "vitest";
import { chatBackend, messagesBackend, responsesBackend } from "../../../support/apiBackends.ts";
import { Conversation, sayOnce, type Turn } from "../../../support/conversation.ts";
import { json, type RawAnswer, sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const say = async (answer: RawAnswer, wire: "chat" | "messages" = "chat"): Promise<Turn> => {
	server.answers(answer);
	const backend = wire === "chat" ? chatBackend() : messagesBackend();
	const environment = {
		OPENAI_BASE_URL: `${server.url}/v1`,
		OPENAI_API_KEY: "loopback-key",
		ANTHROPIC_BASE_URL: server.url,
		ANTHROPIC_API_KEY: "loopback-key",
	};
	const turn = await sayOnce(backend, environment);
	expect(turn.stopReason).toBe("failed");
	expect(turn.error).not.toMatch(/\n|undefined|\[object|at .*\.ts:|no body/);
	return turn;
};

const tooLong = "Hide earlier turns, or start afresh with %ipyai reset.";
const said = (message: string, more: object = {}) => ({ error: { message, ...more } });

describe("a body is read in the form of", () => {
	test.each<readonly [string, RawAnswer, string]>([
		[
			"OpenAI",
			json(said("The model is unwell", { type: "server_error" }), 400),
			"400 server_error: The model is unwell.",
		],
		["FastAPI", json({ detail: "Model is unwell" }, 400), "400 Model is unwell."],
		[
			"FastAPI's checks",
			json(
				{ detail: [{ loc: ["body", "messages", 0, "role"], msg: "Input should be 'user'", type: "enum" }] },
				422,
			),
			"422 messages.0.role: Input should be 'user'.",
		],
		["a plain message", json({ message: "Model is unwell" }, 400), "400 Model is unwell."],
		["an error in words", json({ error: "Model is unwell" }, 400), "400 Model is unwell."],
		[
			"vLLM before 0.10",
			json(
				{ object: "error", message: "Model is unwell", type: "BadRequestError", param: null, code: 400 },
				400,
			),
			"400 BadRequestError: Model is unwell.",
		],
		// https://github.com/google-gemini/gemini-cli/issues/4701
		[
			"Gemini",
			json(
				[
					{
						error: {
							code: 400,
							message: "Request contains an invalid argument.",
							status: "INVALID_ARGUMENT",
						},
					},
				],
				400,
			),
			"400 INVALID_ARGUMENT: Request contains an invalid argument.",
		],
		// https://github.com/lbjlaq/Antigravity-Manager/issues/1942
		[
			"gateways that pass on a body as a text",
			json(
				said('{\n "error": {\n "code": 400, "message": "Model is unwell", "status": "UPSTREAM_ERROR" } }'),
				400,
			),
			"400 Model is unwell.",
		],
		// https://github.com/massgen/MassGen/issues/624
		[
			"OpenRouter",
			json(
				said("Provider returned error", {
					code: 400,
					metadata: { raw: '{"error":{"message":"Model is unwell"}}', provider_name: "Acme" },
				}),
				400,
			),
			"400 Acme: Model is unwell.",
		],
		[
			"Azure's gateway",
			json({ statusCode: 400, message: "Resource is unwell" }, 400),
			"400 Resource is unwell.",
		],
		[
			"a plain text",
			{ status: 400, headers: { "content-type": "text/plain" }, body: "model is unwell\n" },
			"400 model is unwell.",
		],
		[
			"nginx",
			{
				status: 502,
				headers: { "content-type": "text/html" },
				body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center></body></html>",
			},
			'502 an HTML page titled "502 Bad Gateway".',
		],
		["nobody", { status: 400, body: "" }, "400 without a word why."],
	])("%s", async (_, answer, expected) => {
		expect((await say(answer)).error).toContain(`openai-chat: ${expected} `);
		expect((await say(answer, "messages")).error).toContain(`claude-api: ${expected} `);
	});
});

describe("a conversation that is too long is known from", () => {
	// https://github.com/earendil-works/pi (packages/ai/src/utils/overflow.ts) keeps a list of them.
	test.each<readonly [string, RawAnswer]>([
		[
			"OpenAI",
			json(
				said("Your input exceeds the context window of this model.", { code: "context_length_exceeded" }),
				400,
			),
		],
		[
			"vLLM",
			json(
				said("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
				400,
			),
		],
		// https://github.com/harbor-framework/harbor/pull/996
		[
			"vLLM 0.16",
			json(
				said(
					"You passed 1015 input tokens and requested 10 output tokens. However, the model's context length is only 1024 tokens",
				),
				400,
			),
		],
		// https://github.com/ggml-org/llama.cpp/pull/15780
		[
			"llama.cpp",
			json(
				said(
					"the request exceeds the available context size. try increasing the context size or enable context shift",
					{ code: 500, type: "exceed_context_size_error" },
				),
				500,
			),
		],
		[
			"LM Studio",
			json(
				{ error: "The number of tokens to keep from the initial prompt is greater than the context length" },
				400,
			),
		],
		["Ollama", json(said("prompt too long; exceeded max context length by 12 tokens"), 400)],
		[
			"TGI",
			json(
				{
					error: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000",
					error_type: "validation",
				},
				422,
			),
		],
		[
			"Gemini",
			json(
				[
					{
						error: {
							code: 400,
							message:
								"The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
							status: "INVALID_ARGUMENT",
						},
					},
				],
				400,
			),
		],
		[
			"Mistral",
			json(
				{
					object: "error",
					message: "Prompt contains 40960 tokens, too large for model with 32768 maximum context length",
				},
				400,
			),
		],
		[
			"Groq",
			json(
				said("Please reduce the length of the messages or completion.", { code: "context_length_exceeded" }),
				400,
			),
		],
		[
			"xAI",
			json(
				{ error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens." },
				400,
			),
		],
		[
			"Together",
			json(said("The input (5000 tokens) is longer than the model's context length (4096 tokens)."), 400),
		],
		[
			"Poolside",
			json(said("Input length 300000 exceeds the maximum allowed input length of 262144 tokens."), 400),
		],
		["Copilot", json(said("prompt token count of 130000 exceeds the limit of 128000"), 400)],
		["MiniMax", json(said("invalid params, context window exceeds limit"), 400)],
		["Kimi", json(said("Your request exceeded model token limit: 262144 (requested: 270000)"), 400)],
		["Bedrock", json({ message: "Input is too long for requested model." }, 400)],
		[
			"Anthropic",
			json(
				{
					type: "error",
					error: {
						type: "invalid_request_error",
						message: "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000",
					},
				},
				400,
			),
		],
		[
			"a proxy with a limit of its own",
			{
				status: 413,
				headers: { "content-type": "text/html" },
				body: "<html><title>413 Request Entity Too Large</title></html>",
			},
		],
		// https://github.com/dcdpr/jp/pull/978
		[
			"OpenRouter in the stream",
			{
				body: sse({
					error: { code: 400, message: "prompt is too long: 1284668 tokens > 1000000 maximum" },
					choices: [],
				}),
			},
		],
	])("%s", async (_, answer) => {
		expect((await say(answer)).error).toContain(tooLong);
		expect(server.requests.length, "asking again does not make it shorter").toBe(1);
	});

	test("and not from a limit of rate", async () => {
		const { error } = await say(
			json(said("Rate limit: too many input tokens per minute, maximum 30000. The input is too large."), 429),
		);
		expect(error).toContain("Wait a little");
	});
});

describe("the next step fits", () => {
	test.each<readonly [string, RawAnswer, string, number]>([
		["a key that is refused", json(said("Incorrect API key provided"), 401), "Check OPENAI_API_KEY", 1],
		[
			"an account without money",
			json(said("Insufficient Balance", { code: "invalid_request_error" }), 402),
			"credit",
			1,
		],
		[
			"a quota that is used up",
			json(
				said("You exceeded your current quota", { type: "insufficient_quota", code: "insufficient_quota" }),
				429,
			),
			"credit",
			1,
		],
		[
			"a model that is not there",
			json(said('model "x" not found, try pulling it first'), 404),
			"%ipyai model",
			1,
		],
		[
			"an address that takes no questions",
			{ status: 405, body: '{"detail":"Method Not Allowed"}' },
			"base URL",
			1,
		],
		// https://github.com/ggml-org/llama.cpp: the server answers while it loads
		[
			"a model that is being loaded",
			json(said("Loading model", { code: 503, type: "unavailable_error" }), 503),
			"in a moment",
			5,
		],
		// https://github.com/groq/groq-typescript/issues/28
		[
			"a call that the model wrote wrong (Groq)",
			json(
				said(
					"Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
					{ type: "invalid_request_error", code: "tool_use_failed" },
				),
				400,
			),
			"another model",
			3,
		],
		["too many questions", json(said("slow down"), 429), "Wait a little", 5],
	])("%s", async (_, answer, advice, requests) => {
		expect((await say(answer)).error).toContain(advice);
		expect(server.requests.length).toBe(requests);
	});
});

test("a server without Responses: which backend speaks with it", async () => {
	server.answers({ status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found" });
	const backend = responsesBackend();
	const environment = { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: "k" };
	const turn = await new Conversation(backend, environment, "some-model").say("hello");
	expect(turn.error).toContain("%ipyai backend openai-chat");
	await backend.dispose();
});

describe("the wait before another attempt is the server's own", () => {
	const waits = async (answer: RawAnswer): Promise<number[]> =>
		(await say(answer)).updates.flatMap((update) => (update.kind === "retrying" ? [update.delayMs] : []));
	const busy = (headers: Record<string, string>, body: unknown = said("slow down")) =>
		json(body, 429, headers);

	test.each<readonly [string, RawAnswer, number]>([
		["in seconds", busy({ "retry-after": "7" }), 7000],
		["in fractions of them (Groq)", busy({ "retry-after": "7.66" }), 7660],
		["in milliseconds", busy({ "retry-after-ms": "250", "retry-after": "1" }), 250],
		["as a date that has passed", busy({ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }), 0],
		// https://ai.google.dev/gemini-api/docs/rate-limits
		[
			"in the body (Gemini)",
			busy({}, [
				{
					error: {
						code: 429,
						message: "Quota exceeded",
						status: "RESOURCE_EXHAUSTED",
						details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "37s" }],
					},
				},
			]),
			37_000,
		],
	])("%s", async (_, answer, expected) => expect(await waits(answer)).toEqual(Array(4).fill(expected)));

	test("and longer ones are told instead of waited for", async () => {
		expect(await waits(busy({ "retry-after": "3600" }))).toEqual([]);
	});
});
