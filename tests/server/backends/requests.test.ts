/** What stands in a request besides the conversation: thinking, effort, limits, tools, search. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ThinkLevel } from "../../../protocol/index.ts";
import { createBackends } from "../../../server/backends/registry.ts";
import { backendSubjects } from "../../support/backendSubjects.ts";
import { Conversation, pyrun, type SayOptions } from "../../support/conversation.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer/modelServer.ts";

let server: ModelServer;
const backends = createBackends();
beforeAll(async () => {
	server = await startModelServer();
});
beforeEach(() => {
	server.requests.length = 0;
});
afterAll(async () => {
	await backends.dispose();
	await server.close();
});

const bodyOf = async (name: string, model: string, options: SayOptions = {}) => {
	const subject = backendSubjects.find((one) => one.name === name)!;
	await new Conversation(backends.get(name), subject.environment(server), model).say("hello", options);
	const request = server.requests.at(-1)!;
	expect(request.status).toBe(200);
	return request.body;
};

describe("Claude", () => {
	const thinking = async (model: string, options: SayOptions = {}) => {
		const { thinking, output_config, max_tokens } = await bodyOf("claude-api", model, options);
		return { thinking, effort: output_config?.effort, max_tokens };
	};

	test.each([
		["l", "low"],
		["m", "medium"],
		["h", "high"],
		["x", "max"],
	] as const)("think level %s is effort %s", async (think: ThinkLevel, effort) => {
		expect(await thinking("claude-sonnet-5-5", { think })).toEqual({
			thinking: { type: "adaptive", display: "summarized" },
			effort,
			max_tokens: 64_000,
		});
	});

	test("a model that takes a budget gets one, below its limit", async () => {
		expect(await thinking("claude-haiku-4-5", { think: "h" })).toEqual({
			thinking: { type: "enabled", budget_tokens: 16_384 },
			effort: undefined,
			max_tokens: 64_000,
		});
		expect((await thinking("claude-haiku-4-5", { think: "x", maxOutputTokens: 8_000 })).thinking).toEqual({
			type: "enabled",
			budget_tokens: 6_976,
		});
	});

	test("a model without thinking, or somebody else's behind the same interface, gets none", async () => {
		for (const model of ["claude-3-5-haiku-latest", "glm-4.6"])
			expect(await thinking(model)).toMatchObject({ thinking: undefined, effort: undefined });
	});

	test("few tokens are not spent on thinking", async () => {
		const small = { maxOutputTokens: 300 };
		expect((await thinking("claude-haiku-5-5", small)).thinking).toEqual({ type: "disabled" });
		expect((await thinking("claude-haiku-4-5", small)).thinking).toBeUndefined();
	});

	test("short names are full names on the wire", async () => {
		expect((await bodyOf("claude-api", "haiku")).model).toBe("claude-haiku-5-5");
	});

	test.each(["ANTHROPIC_API_KEY", "ANTHROPIC_KEY", "ANTHROPIC_AUTH_TOKEN"])(
		"%s is what is sent",
		async (name) => {
			const environment = { ANTHROPIC_BASE_URL: server.url, [name]: "the-key" };
			await new Conversation(backends.get("claude-api"), environment, "m").say("hi");
			expect(JSON.stringify(server.requests.at(-1)!.headers)).toContain("the-key");
		},
	);
});

test.each([
	["claude-api", "ANTHROPIC_API_KEY"],
	["openai-api", "OPENAI_API_KEY"],
	["openai-chat", "OPENAI_API_KEY"],
])("without a key %s says which one, and sends nothing", async (name, key) => {
	const turn = await new Conversation(backends.get(name), {}, "m").say("hi");
	expect(turn.error).toBe(
		`No key for backend "${name}": set ${key} or choose another backend with %ipyai backend.`,
	);
});

describe("OpenAI", () => {
	test.each([
		["gpt-5.5", "m", "medium"],
		["gpt-5.5", "x", "xhigh"],
		["gpt-6.1-sol", "x", "max"],
		["o3", "x", "high"],
		["gpt-4.1", "h", undefined],
	] as const)("%s at level %s reasons with effort %s", async (model, think, effort) => {
		const body = await bodyOf("openai-api", model, { think });
		expect(body.reasoning?.effort).toBe(effort);
		expect(body.store).toBe(false);
	});

	test("a limit is at least what the service takes", async () => {
		expect((await bodyOf("openai-api", "gpt-5.5", { maxOutputTokens: 5 })).max_output_tokens).toBe(16);
		expect((await bodyOf("openai-chat", "loop", { maxOutputTokens: 5 })).max_tokens).toBe(5);
	});
});

describe.each(backendSubjects.filter(({ keepsHistory, missing }) => keepsHistory && missing === null))(
	"a suggestion asked of $name",
	(subject) => {
		test("carries no tool, and a limit where the program takes one", async () => {
			const backend = subject.create();
			const options: SayOptions = { tools: [], maxOutputTokens: 256, think: "l" };
			// The second child was started while the first answered.
			for (const prompt of ["one", "two"]) {
				const { environment, model, cwd } = subject;
				await new Conversation(backend, environment(server), model, cwd(), "completions:x").say(
					prompt,
					options,
				);
				const { tools, max_tokens, thinking, output_config } = server.requests.at(-1)!.body;
				expect(tools).toEqual([]);
				if (subject.name !== "claude-sdk") continue;
				expect({ max_tokens, thinking, output_config }).toMatchObject({
					max_tokens: 256 + 2_048,
					output_config: { effort: "low" },
				});
			}
			await backend.dispose();
		});
	},
);

test("tool names that a provider refuses are changed on the way out and back", async () => {
	for (const name of ["claude-api", "openai-api", "openai-chat"]) {
		const subject = backendSubjects.find((one) => one.name === name)!;
		const tool = { ...pyrun, name: "my tool.run" };
		const conversation = new Conversation(backends.get(name), subject.environment(server), subject.model);
		const called: string[] = [];
		const options: SayOptions = { tools: [tool], callTool: (call) => `${called.push(call.name)}` };
		await conversation.say("hello", options);
		const offered = server.requests.at(-1)!.body.tools[0];
		const wireName = offered.name ?? offered.function.name;
		expect(wireName).toMatch(/^my_tool_run_[0-9a-f]{8}$/);
		await conversation.say(`@@tool ${wireName} {}@@`, options);
		expect(called).toEqual(["my tool.run"]);
		expect(server.requests.map((request) => request.status)).not.toContain(400);
	}
});

test("without a system prompt or tools the request has no empty ones", async () => {
	for (const name of ["claude-api", "openai-api", "openai-chat"]) {
		const body = await bodyOf(name, "loop-1", { systemPrompt: " ", tools: [] });
		expect(body).not.toHaveProperty("tools");
		expect(body).not.toHaveProperty("system");
		expect(body).not.toHaveProperty("instructions");
		expect(body.messages?.[0].role ?? "user").toBe("user");
	}
});

test("Ollama is asked where its variable says", async () => {
	const environment = { OLLAMA_HOST: server.url.replace("http://", "") };
	const turn = await new Conversation(backends.get("openai-chat"), environment, "ollama/qwen3").say("hello");
	expect(turn.text).toBe("You said: hello");
	expect(server.requests.at(-1)!.body.model).toBe("qwen3");
});

test("models are listed by the provider, and known ones stand in when it cannot be asked", async () => {
	const signal = new AbortController().signal;
	const { environment } = server;
	const ids = async (name: string, from: Record<string, string>) =>
		(await backends.get(name).listModels(from, signal)).map((model) => model.id);
	expect(await ids("claude-api", environment)).toEqual(["claude-loop-1"]);
	expect(await ids("openai-api", environment)).toEqual(["loop-1"]);
	expect(await ids("openai-chat", environment)).toEqual(["loop-1"]);
	const dead = { ANTHROPIC_BASE_URL: "http://127.0.0.1:9", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
	expect(await ids("claude-api", dead)).toContain("claude-sonnet-5-5");
	expect(await ids("openai-api", dead)).toContain("gpt-5.5");
	expect(await ids("openai-chat", dead)).toEqual([]);
});
