/** Where servers are, how they are reached, and what they list. */
import { afterAll, describe, expect, test } from "vitest";
import type { Environment } from "../../../../server/backends/backend.ts";
import { tidyBaseUrl } from "../../../../server/backends/http/baseUrl.ts";
import { claudeThinking } from "../../../../server/backends/models/models.ts";
import { endpointOf } from "../../../../server/backends/models/presets.ts";
import { chatBackend } from "../../../support/apiBackends.ts";
import { Conversation, sayOnce, type Turn } from "../../../support/conversation.ts";
import { json, type RawAnswer, type RawRequest, sse, startRawServer } from "../../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const answer: RawAnswer = {
	body: sse(
		{ choices: [{ delta: { content: "Hello" } }] },
		{ choices: [{ delta: {}, finish_reason: "stop" }] },
		"[DONE]",
	),
};

const say = (environment: Environment, model?: string): Promise<Turn> =>
	sayOnce(chatBackend(), environment, model);

const paths = () => server.requests.map(({ path }) => path);

test.each([
	["http://localhost:8000/v1/", "http://localhost:8000/v1"],
	["http://localhost:8000/v1/chat/completions", "http://localhost:8000/v1"],
	["https://api.example.com/openai/v1/chat/completions/", "https://api.example.com/openai/v1"],
	["https://api.example.com/v1/models", "https://api.example.com/v1"],
	["localhost:11434/v1", "http://localhost:11434/v1"],
	["192.168.1.5:8000", "http://192.168.1.5:8000"],
	["gpu:8000/v1", "http://gpu:8000/v1"],
	["api.example.com/v1", "https://api.example.com/v1"],
	[
		"https://me.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
		"https://me.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-10-21",
	],
])("%s is meant as %s", (typed, meant) => expect(tidyBaseUrl(typed)).toBe(meant));

test.each([
	["127.0.0.1", "http://127.0.0.1:11434/v1"],
	[":8080", "http://127.0.0.1:8080/v1"],
	["https://host/ollama/", "https://host/ollama/v1"],
	["http://host:1/v1", "http://host:1/v1"],
])("OLLAMA_HOST=%s is meant as %s", (OLLAMA_HOST, meant) =>
	expect(endpointOf("ollama/qwen3", { OLLAMA_HOST }).baseUrl).toBe(meant),
);

test.each([
	["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "budget"],
	["claude-opus-4-7@20260416", "adaptive"],
	["anthropic/claude-opus-4.7", "adaptive"],
	["deepseek-v4-pro", "none"],
])("%s behind a gateway thinks by %s", (model, kind) => expect(claudeThinking(model)).toBe(kind));

describe("a base URL without /v1", () => {
	const underV1 =
		(otherwise: RawAnswer) =>
		({ path }: RawRequest): RawAnswer =>
			path.startsWith("/v1/") ? answer : otherwise;
	test.each<readonly [string, RawAnswer]>([
		["Ollama", { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found" }],
		["vLLM", json({ detail: "Not Found" }, 404)],
		// https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618
		[
			"LM Studio",
			json({ error: "Unexpected endpoint or method. (POST /chat/completions)" }, 200, {
				"content-length": "67",
			}),
		],
	])("leads to it, for %s", async (_, otherwise) => {
		server.answers(underV1(otherwise));
		const backend = chatBackend();
		const conversation = new Conversation(backend, { OPENAI_BASE_URL: server.url }, "some-model");
		expect(await conversation.say("hello")).toMatchObject({ text: "Hello", error: null });
		await conversation.say("again");
		expect(paths()).toEqual(["/chat/completions", "/v1/chat/completions", "/v1/chat/completions"]);
		await backend.dispose();
	});

	test("is taken as it is where the server answers", async () => {
		server.answers(answer);
		expect(await say({ OPENAI_BASE_URL: server.url })).toMatchObject({ text: "Hello" });
		expect(paths()).toEqual(["/chat/completions"]);
	});

	test("leads to what the server says of the model, when that is what is missing", async () => {
		server.answers(({ path }) =>
			path.startsWith("/v1/")
				? json({ error: { message: 'model "some-model" not found, try pulling it first' } }, 404)
				: { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found" },
		);
		const { error } = await say({ OPENAI_BASE_URL: server.url });
		expect(error).toContain("try pulling it first");
		expect(error).toContain("%ipyai model");
	});
});

describe("keys", () => {
	test("a server of one's own is asked without one", async () => {
		server.answers(answer);
		expect(await say({ OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: " " })).toMatchObject({
			text: "Hello",
		});
	});

	test("a provider that wants one is not asked", async () => {
		expect((await say({}, "openrouter/some-model")).error).toMatch(/No key.*OPENROUTER_API_KEY/);
		expect((await say({ OPENAI_BASE_URL: "https://api.openai.com/v1" }, "gpt")).error).toMatch(
			/No key.*OPENAI_API_KEY/,
		);
	});

	// LiteLLM and OpenRouter list models such as gemini/… and deepseek/… as theirs.
	test("a router's model that is named after a provider is asked for at the router", async () => {
		server.answers(answer);
		const router = { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: "k" };
		expect(await say(router, "deepseek/deepseek-r1")).toMatchObject({ text: "Hello" });
		expect(server.requests[0]!.body.model).toBe("deepseek/deepseek-r1");
		expect(endpointOf("deepseek/deepseek-r1", { ...router, DEEPSEEK_API_KEY: "k" }).preset).toBe("deepseek");
		expect(endpointOf("ollama/qwen3", router).preset).toBe("ollama");
	});

	test("Azure's query goes with each request", async () => {
		server.answers(answer);
		await say({ OPENAI_BASE_URL: `${server.url}/openai/deployments/x?api-version=1`, OPENAI_API_KEY: "k" });
		expect(paths()).toEqual(["/openai/deployments/x/chat/completions?api-version=1"]);
	});
});

describe("the list of models is read", () => {
	const list = async (answer: RawAnswer): Promise<string[]> => {
		server.answers(answer);
		const backend = chatBackend();
		const models = await backend.listModels(
			{ OPENAI_BASE_URL: `${server.url}/v1` },
			new AbortController().signal,
		);
		await backend.dispose();
		return models.map(({ id }) => id);
	};
	test.each<readonly [string, unknown]>([
		["OpenAI's form", { object: "list", data: [{ id: "a" }, { id: "org/b" }] }],
		// https://docs.together.ai/reference/models
		["Together's, which is bare", [{ id: "a", type: "chat" }, { id: "org/b" }]],
		["under models, by name", { models: [{ name: "a" }, { model: "org/b" }] }],
		["as mere names", { data: ["a", "org/b"] }],
	])("in %s", async (_, body) => expect(await list(json(body))).toEqual(["a", "org/b"]));

	test.each<readonly [string, RawAnswer]>([
		["404", json({ detail: "Not Found" }, 404)],
		["nothing", json({ data: null })],
		["a page", { headers: { "content-type": "text/html" }, body: "<html>" }],
		["an error in 200", json({ error: "Unexpected endpoint or method. (GET /models)" })],
	])("as empty from %s", async (_, answer) => expect(await list(answer)).toEqual([]));

	const firstOf = async (environment: Environment) =>
		chatBackend().firstModel!(environment, new AbortController().signal);

	test("for a model that nobody named, past those that do not talk", async () => {
		server.answers(json({ data: [{ id: "nomic-embed-text" }, { id: "whisper-1" }, { id: "qwen3:8b" }] }));
		const found = await firstOf({ OPENAI_BASE_URL: `${server.url}/v1`, GEMINI_API_KEY: "k" });
		expect(found).toEqual({ model: "qwen3:8b", isListed: true });
		const ollama = await firstOf({ OLLAMA_HOST: server.url });
		expect(ollama).toEqual({ model: "ollama/qwen3:8b", isListed: true });
	});

	test("and a server without one is asked for its only model, a provider for none", async () => {
		server.answers(json({ detail: "Not Found" }, 404));
		expect(await firstOf({ OPENAI_BASE_URL: `${server.url}/v1` })).toEqual({
			model: "default",
			isListed: false,
		});
		expect(await firstOf({ OPENAI_API_KEY: "k" })).toBeNull();
	});
});
