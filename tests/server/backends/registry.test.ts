import { expect, test } from "vitest";
import { createBackends, UnknownBackend } from "../../../server/backends/registry.ts";
import { folderWith } from "../../support/folder.ts";

const backends = createBackends();

test.each([
	["claude-api", "claude-api"],
	[" API ", "claude-api"],
	["ipyclaude", "claude-api"],
	["openai", "openai-api"],
	["openai-chat", "openai-chat"],
])("%s finds %s", (word, name) => expect(backends.get(word).name).toBe(name));

test("a wrong name is answered with the nearest one and all names", () => {
	expect(() => backends.get("claud-api")).toThrow(UnknownBackend);
	expect(() => backends.get("claud-api")).toThrow(
		'No backend "claud-api". Did you mean "claude-api"? There are: ',
	);
	expect(() => backends.get("zzzzzz")).not.toThrow("Did you mean");
	expect(backends.find("zzzzzz")).toBeNull();
});

test.each([
	["anthropic/claude-opus-5", { backend: "claude-api", model: "claude-opus-5" }],
	["openai/gpt-5.5", { backend: "openai-api", model: "gpt-5.5" }],
	["gemini/gemini-3-flash-preview", { backend: "openai-chat", model: "gemini/gemini-3-flash-preview" }],
	["google/gemini-3-pro", { backend: "openai-chat", model: "gemini/gemini-3-pro" }],
	["openai-codex/gpt-5.5", { backend: "codex-api", model: "gpt-5.5" }],
	["openrouter/meta/llama-4", { backend: "openai-chat", model: "openrouter/meta/llama-4" }],
	["gpt-5.5", null],
	["local/qwen3-4b", { backend: "local", model: "qwen3-4b" }],
	["./models/a.gguf", { backend: "local", model: "./models/a.gguf" }],
	["hf:owner/repository/a.gguf", { backend: "local", model: "hf:owner/repository/a.gguf" }],
	["llama.cpp/a.gguf", { backend: "openai-chat", model: "llama.cpp/a.gguf" }],
	["meta/llama", null],
	["/x", null],
])("the model %s means %j", (spec, meaning) => expect(backends.modelSpec(spec, {})).toEqual(meaning));

/** No CLI is found: neither on the path nor by a setting. */
const bare = {
	PATH: "/nowhere",
	HOME: "/nowhere",
	IPYAI_CLAUDE_PATH: "/nowhere",
	IPYAI_CODEX_CMD: "/nowhere",
	IPYAI_LLAMA_PATH: "/nowhere",
};

test.each([
	[{}, undefined],
	[{ ANTHROPIC_API_KEY: "k" }, "claude-api"],
	[{ ANTHROPIC_KEY: "k", OPENAI_API_KEY: "k" }, "claude-api"],
	[{ ANTHROPIC_AUTH_TOKEN: "k" }, "claude-api"],
	[{ ANTHROPIC_API_KEY: " ", OPENAI_API_KEY: "k" }, "openai-api"],
	[{ OPENAI_BASE_URL: "http://127.0.0.1:8080/v1" }, "openai-chat"],
	[{ OPENAI_BASE_URL: "https://api.openai.com/v1/" }, undefined],
	[{ GEMINI_API_KEY: "k" }, undefined],
])("with %j the first that is ready is %s", (environment, name) => {
	expect(backends.firstReady({ ...bare, ...environment })?.name).toBe(name);
});

test("a local model is ready when its file is there, and comes after all others", () => {
	const models = folderWith({ "tiny.gguf": "" });
	const { IPYAI_LLAMA_PATH: _, ...found } = bare;
	expect(backends.firstReady({ ...found, IPYAI_MODELS: models })?.name).toBe("local");
	expect(backends.firstReady({ ...bare, IPYAI_MODELS: models })).toBeNull();
	expect(backends.firstReady({ ...found, IPYAI_MODELS: "/nowhere" })).toBeNull();
	const withKey = { ...found, IPYAI_MODELS: models, OPENAI_API_KEY: "k" };
	expect(backends.firstReady(withKey)?.name).toBe("openai-api");
	const withServer = { ...found, IPYAI_MODELS: models, OPENAI_BASE_URL: "http://127.0.0.1:8080/v1" };
	expect(backends.firstReady(withServer)?.name).toBe("openai-chat");
});

test("a login is preferred to a key, and with a key alone the API to a child", () => {
	const environment = { PATH: "/nowhere", HOME: "/nowhere", ANTHROPIC_API_KEY: "k" };
	expect(backends.firstReady(environment)?.name).toBe("claude-api");
	if (backends.get("claude").login(environment).kind === "missing") return;
	const loggedIn = { ...environment, CLAUDE_CODE_OAUTH_TOKEN: "t" };
	expect(backends.firstReady(loggedIn)?.name).toBe("claude-sdk");
});

test("a login names where the key comes from, never the key", () => {
	const login = backends.get("claude-api").login({ ANTHROPIC_KEY: "secret" });
	expect(login).toEqual({ kind: "environment", name: "ANTHROPIC_KEY" });
	expect(backends.get("openai-chat").login({ GEMINI_API_KEY: "secret" })).toEqual({
		kind: "environment",
		name: "GEMINI_API_KEY",
	});
	for (const backend of backends.all) {
		const missing = backend.login(bare);
		expect(missing.kind).toBe("missing");
		expect(missing).toHaveProperty("hint", expect.stringMatching(/[A-Z].*\.$/));
	}
});
