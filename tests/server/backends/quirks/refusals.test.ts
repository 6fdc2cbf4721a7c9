/**
 * What servers refuse of a request, in their own words, and how they are asked then. The addresses say where they were
 * seen.
 */
import { afterAll, describe, expect, test } from "vitest";
import type { Backend, Environment } from "../../../../server/backends/backend.ts";
import type { Entry } from "../../../../server/context/transcript.ts";
import { chatBackend, messagesBackend, responsesBackend } from "../../../support/apiBackends.ts";
import { Conversation, type SayOptions, type Turn } from "../../../support/conversation.ts";
import {
	json,
	namedSse,
	type RawAnswer,
	type RawRequest,
	sse,
	startRawServer,
} from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

// biome-ignore lint/suspicious/noExplicitAny: request bodies are only looked at
type Body = any;

const error = (message: string, status = 400, more: object = {}): RawAnswer =>
	json({ error: { message, ...more } }, status);

const answers = {
	chat: {
		body: sse(
			{ choices: [{ delta: { content: "Hello" } }] },
			{ choices: [{ delta: {}, finish_reason: "stop" }] },
			"[DONE]",
		),
	},
	messages: {
		body: namedSse(
			{ type: "message_start" },
			{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } } as {
				type: string;
			},
			{ type: "message_delta", delta: { stop_reason: "end_turn" } } as { type: string },
			{ type: "message_stop" },
		),
	},
	responses: {
		body: namedSse(
			{ type: "response.output_text.delta", output_index: 0, delta: "Hello" } as { type: string },
			{ type: "response.completed", response: {} } as { type: string },
		),
	},
} satisfies Record<string, RawAnswer>;

type Wire = keyof typeof answers;

const makers: Readonly<Record<Wire, () => Backend>> = {
	chat: () => chatBackend(),
	messages: () => messagesBackend(),
	responses: () => responsesBackend(),
};

const environmentOf = (): Environment => ({
	OPENAI_BASE_URL: `${server.url}/v1`,
	OPENAI_API_KEY: "loopback-key",
	ANTHROPIC_BASE_URL: server.url,
	ANTHROPIC_API_KEY: "loopback-key",
});

const picture = { kind: "image", mimeType: "image/png", data: "iVBORw0KGgo=" } as const;
const text = (value: string) => ({ kind: "text", text: value }) as const;

/** A turn that ran a tool, as another model might have left it. */
const earlier: readonly Entry[] = [
	{ role: "user", content: [text("add")] },
	{
		role: "assistant",
		items: [{ kind: "toolCall", callId: "call_1", name: "pyrun", args: { code: "1+1" }, executor: "server" }],
	},
	{ role: "tool", results: [{ callId: "call_1", content: [text("2")], isError: false }] },
	{ role: "assistant", items: [{ kind: "text", text: "It is 2." }] },
];

type Case = {
	readonly refusal: RawAnswer;
	/** The requests that are refused. */
	readonly when: (body: Body) => boolean;
	/** What the request that is taken looks like. */
	readonly asked?: (body: Body) => void;
	readonly notice?: string;
	readonly options?: SayOptions;
	readonly prompt?: readonly (typeof picture | ReturnType<typeof text>)[];
	readonly transcript?: readonly Entry[];
	readonly model?: string;
};

const noticesOf = (turn: Turn) =>
	turn.updates.flatMap((update) => (update.kind === "notice" ? [update.text] : []));

const check = async (wire: Wire, given: Case): Promise<void> => {
	const model = given.model ?? "some-model";
	server.answers(({ body }: RawRequest) => (given.when(body) ? given.refusal : answers[wire]));
	const backend = makers[wire]();
	const conversation = new Conversation(backend, environmentOf(), model);
	conversation.transcript = [...(given.transcript ?? [])];
	const turn = await conversation.say(given.prompt ?? "hello", given.options);
	expect(turn).toMatchObject({ text: "Hello", stopReason: "endTurn", error: null });
	expect(server.requests.length, "asked once more").toBe(2);
	given.asked?.(server.requests[1]!.body);
	const notices = noticesOf(turn);
	expect(notices.length).toBe(given.notice === undefined ? 0 : 1);
	if (given.notice !== undefined) expect(notices[0]).toBe(`${model} ${given.notice}`);
	const again = await conversation.say(given.prompt ?? "again", given.options);
	expect(again.text).toBe("Hello");
	expect(server.requests.length, "and then as was learnt").toBe(3);
	expect(noticesOf(again)).toEqual([]);
	await backend.dispose();
};

const isIn = (name: string) => (body: Body) => name in body;
const rolesOf = (body: Body) => body.messages.map((message: Body) => message.role).join(" ");
const hasPicture = (body: Body) => JSON.stringify(body).includes("iVBORw0KGgo=");
const noTools = "takes no tools here: it answers without running anything.";
const noPictures = "takes no pictures: it is told where there was one.";
const noEffort = "takes no level of thinking: it thinks as it does by itself.";
const withTools = (refusal: RawAnswer): Case => ({
	refusal,
	when: isIn("tools"),
	transcript: earlier,
	notice: noTools,
	asked: (body) => {
		expect(rolesOf(body)).toBe("system user assistant user assistant user");
		expect(JSON.stringify(body.messages)).toContain("<tool-result>2</tool-result>");
	},
});
const withPicture = (refusal: RawAnswer): Case => ({
	refusal,
	when: hasPicture,
	prompt: [text("what is this?"), picture],
	notice: noPictures,
	asked: (body) => expect(JSON.stringify(body)).toContain("a picture, which this model does not take"),
});

test.each(Object.keys(makers) as Wire[])("prompts share a connection: %s", async (wire) => {
	server.answers(answers[wire]);
	const backend = makers[wire]();
	const conversation = new Conversation(backend, environmentOf(), "some-model");
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

describe("Chat Completions", () => {
	const table: Readonly<Record<string, Case>> = {
		// https://github.com/FlowiseAI/Flowise/issues/2866
		"Fireworks and stream_options": {
			refusal: error("Extra inputs are not permitted, field: 'stream_options'"),
			when: isIn("stream_options"),
		},
		// https://github.com/partITech/php-mistral/issues/76
		"Mistral and stream_options, in a list of complaints": {
			refusal: json(
				{
					object: "error",
					message: {
						detail: [
							{
								type: "extra_forbidden",
								loc: ["body", "stream_options"],
								msg: "Extra inputs are not permitted",
							},
						],
					},
				},
				422,
			),
			when: isIn("stream_options"),
		},
		// https://github.com/OpenHands/software-agent-sdk/issues/1083
		"Azure and max_tokens": {
			refusal: error(
				"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
				400,
				{
					param: "max_tokens",
					code: "unsupported_parameter",
				},
			),
			when: isIn("max_tokens"),
			options: { maxOutputTokens: 7 },
			asked: (body) => expect(body.max_completion_tokens).toBe(7),
		},
		// https://github.com/pydantic/pydantic-ai/issues/703
		"Ollama and tools": withTools(
			error("registry.ollama.ai/library/llama3:8b does not support tools", 400, { type: "api_error" }),
		),
		"Ollama and tools, in words alone": withTools(
			json({ error: "registry.ollama.ai/library/llama3:8b does not support tools" }, 400),
		),
		// https://github.com/evalstate/fast-agent/issues/122
		"OpenRouter and tools": withTools(
			error(
				"No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
				404,
			),
		),
		// https://github.com/defilantech/LLMKube/issues/126, https://github.com/ggml-org/llama.cpp/issues/10920
		"llama.cpp and tools": withTools(error("tools param requires --jinja flag", 500)),
		"llama.cpp of 2024 and tools": withTools(error("Unsupported param: tools", 500)),
		// https://docs.vllm.ai/en/latest/features/tool_calling.html
		"vLLM and tools": withTools(
			json(
				{
					object: "error",
					message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
					type: "BadRequestError",
					param: null,
					code: 400,
				},
				400,
			),
		),
		"a failure inside of the stream": withTools({
			body: sse({ error: { message: "llama3 does not support tools", code: 400 } }),
		}),
		// https://github.com/rikkahub/rikkahub/issues/1433
		"DeepSeek and pictures": withPicture(
			error(
				"Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 679289",
			),
		),
		"llama.cpp and pictures": withPicture(
			error(
				"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
				500,
			),
		),
		"OpenRouter and pictures": withPicture(error("No endpoints found that support image input", 404)),
		// https://github.com/vllm-project/vllm/issues/23402
		"vLLM and pictures": withPicture(error("some-model is not a multimodal model None")),
		// https://github.com/EricLBuehler/mistral.rs/issues/506
		"Gemma and a system prompt": {
			refusal: error("System role not supported", 500),
			when: (body) => rolesOf(body).includes("system"),
			asked: (body) =>
				expect(body.messages).toEqual([{ role: "user", content: "You help with Python.\n\nhello" }]),
		},
		// https://github.com/suitenumerique/conversations/issues/197
		"templates that want roles to alternate": {
			refusal: error("Conversation roles must alternate user/assistant/user/assistant/..."),
			when: (body) => /user user/.test(rolesOf(body)),
			transcript: [{ role: "user", content: [text("one")] }],
			asked: (body) =>
				expect(body.messages).toEqual([{ role: "user", content: "You help with Python.\n\none\n\nhello" }]),
		},
		// https://github.com/NousResearch/hermes-agent/issues/20154
		"Mistral and pictures of a tool": {
			refusal: error("Unexpected role 'user' after role 'tool'", 400, { code: "3230" }),
			when: (body) => /tool user/.test(rolesOf(body)),
			transcript: [
				...earlier.slice(0, 2),
				{ role: "tool", results: [{ callId: "call_1", content: [picture], isError: false }] },
			],
			asked: (body) => expect(rolesOf(body)).toBe("system user assistant tool assistant user user"),
		},
		"Gemini and words of JSON Schema": {
			refusal: json(
				[
					{
						error: {
							code: 400,
							message:
								"Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters': Cannot find field.",
							status: "INVALID_ARGUMENT",
						},
					},
				],
				400,
			),
			when: (body) => JSON.stringify(body).includes("additionalProperties"),
			options: {
				tools: [
					{
						name: "pyrun",
						description: "Runs.",
						inputSchema: { type: "object", properties: {}, additionalProperties: false },
					},
				],
			},
			asked: (body) => expect(body.tools[0].function.parameters).toEqual({ type: "object", properties: {} }),
		},
		"servers that take no list of texts": {
			refusal: error("messages.1.content: Input should be a valid string", 422),
			when: (body) => Array.isArray(body.messages.at(-1).content),
			prompt: [text("one"), text("two")],
			asked: (body) => expect(body.messages.at(-1).content).toBe("one\n\ntwo"),
		},
		// https://github.com/anomalyco/opencode/issues/24722: calls that another model made
		"DeepSeek and calls without reasoning": {
			refusal: error("The `reasoning_content` in the thinking mode must be passed back to the API."),
			when: (body) =>
				body.messages.some((message: Body) => message.role === "assistant" && !message.reasoning_content),
			transcript: earlier,
		},
		"Kimi and calls without reasoning": {
			refusal: error(
				"thinking is enabled but reasoning_content is missing in assistant tool call message at index 2",
			),
			when: (body) => body.messages.some((message: Body) => message.tool_calls && !message.reasoning_content),
			transcript: earlier,
		},
		// https://github.com/massgen/MassGen/issues/624
		"Gemini behind a gateway and calls without a signature": {
			refusal: json(
				{
					error: {
						message: "Provider returned error",
						code: 400,
						metadata: {
							raw: "Upstream error: Function call is missing a thought_signature in functionCall parts.",
							provider_name: "Google AI Studio",
						},
					},
				},
				400,
			),
			when: (body) =>
				body.messages.some((message: Body) => message.tool_calls && !message.tool_calls[0].extra_content),
			transcript: earlier,
		},
		// https://github.com/groq/groq-python/issues/27
		"tools that come in one piece alone": {
			refusal: error("Tool and function calls do not currently support streaming"),
			when: isIn("stream"),
			asked: (body) => expect(body.tools).toBeDefined(),
		},
		"models that must be verified to stream": {
			refusal: error("Your organization must be verified to stream this model.", 400, {
				param: "stream",
				code: "unsupported_value",
			}),
			when: isIn("stream"),
			asked: (body) => expect(body).not.toHaveProperty("stream_options"),
		},
	};
	test.each(Object.entries(table))("%s", (_, given) => check("chat", given));

	// https://github.com/BerriAI/litellm/issues/30835: LiteLLM names Mistral's thinking so, Mistral refuses it
	test("LiteLLM before Mistral, which refuses what it told", async () => {
		const call = { index: 0, id: "a", function: { name: "pyrun", arguments: "{}" } };
		const refusal = json(
			{
				detail: [
					{
						type: "extra_forbidden",
						loc: ["body", "messages", 2, "assistant", "reasoning_content"],
						msg: "Extra inputs are not permitted",
					},
				],
			},
			422,
		);
		server.answers(
			{
				body: sse(
					{ choices: [{ delta: { reasoning_content: "Hm." } }] },
					{ choices: [{ delta: { tool_calls: [call] }, finish_reason: "tool_calls" }] },
				),
			},
			({ body }) => (JSON.stringify(body).includes("Hm.") ? refusal : answers.chat),
			answers.chat,
		);
		const backend = makers.chat();
		const turn = await new Conversation(backend, environmentOf(), "some-model").say("hello");
		expect(turn).toMatchObject({ text: "Hello", error: null });
		expect(server.requests.length).toBe(3);
		await backend.dispose();
	});

	// https://github.com/promptfoo/promptfoo/issues/3781
	test("models that take no effort", async () => {
		server.answers(({ body }) =>
			"reasoning_effort" in body
				? error("Unknown parameter: 'reasoning_effort'.", 400, { param: "reasoning_effort" })
				: answers.chat,
		);
		const backend = makers.chat();
		const IPYAI_CHAT_SERVERS = JSON.stringify({ openrouter: { baseUrl: `${server.url}/v1` } });
		const turn = await new Conversation(backend, { IPYAI_CHAT_SERVERS }, "openrouter/a/b").say("hello");
		expect(turn).toMatchObject({ text: "Hello", error: null });
		expect(noticesOf(turn)).toEqual([`a/b ${noEffort}`]);
		await backend.dispose();
	});

	test("what is refused twice is told", async () => {
		server.answers(error("stream_options: not supported"));
		const backend = makers.chat();
		const turn = await new Conversation(backend, environmentOf(), "some-model").say("hello");
		expect(turn).toMatchObject({ stopReason: "failed" });
		expect(server.requests.length).toBe(2);
		await backend.dispose();
	});

	test("another model of the server is asked whole", async () => {
		server.answers(({ body }) =>
			body.model === "small" && "tools" in body ? error("small does not support tools") : answers.chat,
		);
		const backend = makers.chat();
		const conversation = new Conversation(backend, environmentOf(), "small");
		await conversation.say("hello");
		await conversation.say("again", { model: "large" });
		expect(server.requests.map(({ body }) => [body.model, "tools" in body])).toEqual([
			["small", true],
			["small", false],
			["large", true],
		]);
		await backend.dispose();
	});
});

describe("Messages", () => {
	const table: Readonly<Record<string, Case>> = {
		"Bedrock and thinking": {
			refusal: error(
				"thinking.type: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'disabled', 'enabled'",
			),
			when: isIn("thinking"),
			model: "claude-sonnet-5-5",
			notice: noEffort,
		},
		"gateways and effort": {
			refusal: error("output_config: Extra inputs are not permitted"),
			when: isIn("output_config"),
			model: "claude-sonnet-5-5",
			notice: noEffort,
		},
		// https://github.com/caozhiyuan/copilot-api/issues/145
		"gateways and cache markers": {
			refusal: error("system.0.cache_control: Extra inputs are not permitted"),
			when: (body) => JSON.stringify(body).includes("cache_control"),
		},
		"models without tools": {
			refusal: error("some-model does not support tools"),
			when: isIn("tools"),
			transcript: earlier,
			notice: noTools,
			asked: (body) => expect(JSON.stringify(body.messages)).toContain("<tool-result>2</tool-result>"),
		},
		"models that answer less": {
			refusal: error(
				"max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for some-model",
			),
			when: (body) => body.max_tokens > 4096,
		},
		"models without eyes": withPicture(error("This model does not support image input")),
	};
	test.each(Object.entries(table))("%s", (_, given) => check("messages", given));

	test("gateways that sign anew: thinking is left out", async () => {
		const block = (index: number, content_block: object, delta: object) => [
			{ type: "content_block_start", index, content_block },
			{ type: "content_block_delta", index, delta },
			{ type: "content_block_stop", index },
		];
		const called = namedSse(
			...block(
				0,
				{ type: "thinking", thinking: "Hm.", signature: "" },
				{ type: "signature_delta", signature: "old" },
			),
			...block(
				1,
				{ type: "tool_use", id: "a", name: "pyrun" },
				{ type: "input_json_delta", partial_json: "{}" },
			),
			{ type: "message_delta", delta: { stop_reason: "tool_use" } } as { type: string },
			{ type: "message_stop" },
		);
		server.answers(
			{ body: called },
			error("messages.1.content.0: Invalid `signature` in `thinking` block"),
			answers.messages,
		);
		const backend = makers.messages();
		const turn = await new Conversation(backend, environmentOf(), "some-model").say("hello");
		expect(turn).toMatchObject({ text: "Hello", error: null });
		const types = (at: number) => server.requests[at]!.body.messages[1].content.map(({ type }: Body) => type);
		expect([types(1), types(2)]).toEqual([["thinking", "tool_use"], ["tool_use"]]);
		await backend.dispose();
	});
});

describe("Responses", () => {
	const table: Readonly<Record<string, Case>> = {
		// https://github.com/home-assistant/core/issues/160212
		"organizations that are not verified": {
			refusal: error(
				"Your organization must be verified to generate reasoning summaries. Please go to: https://platform.openai.com/settings/organization/general",
				400,
				{
					param: "reasoning.summary",
					code: "unsupported_value",
				},
			),
			when: (body) => body.reasoning?.summary !== undefined,
			model: "gpt-5.5",
			notice: "does not tell its thinking: the provider gives summaries to verified organizations alone.",
			asked: (body) => expect(body.reasoning.effort).toBeDefined(),
		},
		"models that must be verified to stream": {
			refusal: error("Your organization must be verified to stream this model.", 400, { param: "stream" }),
			when: isIn("stream"),
		},
		// https://github.com/BerriAI/litellm/issues/13609
		"LiteLLM before Bedrock and reasoning": {
			refusal: error(
				'litellm.BadRequestError: BedrockException - {"message":"The model returned the following errors: reasoning: Extra inputs are not permitted"}',
			),
			when: isIn("reasoning"),
			notice: noEffort,
		},
		"servers without encrypted reasoning": {
			refusal: error("Encrypted content is not supported with this model.", 400, { param: "include" }),
			when: isIn("include"),
		},
		"servers without keys for their cache": {
			refusal: json(
				{
					detail: [
						{
							loc: ["body", "prompt_cache_key"],
							msg: "Extra inputs are not permitted",
							type: "extra_forbidden",
						},
					],
				},
				422,
			),
			when: isIn("prompt_cache_key"),
		},
	};
	test.each(Object.entries(table))("%s", (_, given) => check("responses", given));
});
