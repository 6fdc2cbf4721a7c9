/** What only Codex does: threads are kept and replaced, one process serves all. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Backend } from "../../../../server/backends/backend.ts";
import { CodexBackend } from "../../../../server/backends/codex/codex.ts";
import { backendSubjects } from "../../../support/backendSubjects.ts";
import { Conversation, text } from "../../../support/conversation.ts";
import { type ModelServer, startModelServer } from "../../../support/modelServer/modelServer.ts";

const subject = backendSubjects.find((one) => one.name === "codex")!;

test("without the program the turn ends with the way to get it", async () => {
	const environment = { PATH: "/nowhere", HOME: "/nowhere", IPYAI_CODEX_CMD: "/nowhere/codex --flag" };
	const backend = new CodexBackend();
	const hint = "IPYAI_CODEX_CMD says /nowhere/codex --flag, which is no program: correct or unset it.";
	expect(backend.login(environment)).toEqual({ kind: "missing", hint });
	const turn = await new Conversation(backend, environment, "gpt-5.5").say("hello");
	expect([turn.stopReason, turn.error]).toEqual(["failed", `codex: Codex was not found. ${hint}`]);
});

test("a program that ends at once ends the turn with what it said", async () => {
	const folder = mkdtempSync(join(process.env.HOME!, "program-"));
	const program = join(folder, "codex");
	writeFileSync(program, "#!/bin/sh\necho broken config >&2\nexit 3\n", { mode: 0o755 });
	const backend = new CodexBackend();
	const environment = { PATH: process.env.PATH ?? "", HOME: folder, IPYAI_CODEX_CMD: `'${program}'` };
	const turn = await new Conversation(backend, environment, "gpt-5.5").say("hello");
	expect(turn.stopReason).toBe("failed");
	expect(turn.error).toContain("exit code 3");
	await backend.dispose();
});

describe.skipIf(subject.missing !== null)("login", () => {
	const login = (files: Record<string, string>, variables: Record<string, string> = {}) => {
		const home = mkdtempSync(join(process.env.HOME!, "login-"));
		for (const [name, content] of Object.entries(files)) writeFileSync(join(home, name), content);
		return new CodexBackend().login({ CODEX_HOME: home, PATH: "", ...variables });
	};
	const loop = (key: string) =>
		`model_provider = "loop"\n[model_providers.loop]\nname = "l"\n${key}\n[other]\n`;

	test.each([
		["nothing", login({}), "missing"],
		["a ChatGPT login", login({ "auth.json": '{"tokens":{"access_token":"t"}}' }), "login"],
		["a stored key", login({ "auth.json": '{"OPENAI_API_KEY":"sk-secret"}' }), "storedKey"],
		["a key in the environment", login({}, { CODEX_API_KEY: "k" }), "environment"],
		["a provider without a key", login({ "config.toml": loop("") }), "notNeeded"],
		["a provider whose key is not set", login({ "config.toml": loop('env_key = "LOOP"') }), "missing"],
		[
			"a provider with its key",
			login({ "config.toml": loop('env_key = "LOOP"') }, { LOOP: "k" }),
			"environment",
		],
		["a broken file", login({ "auth.json": "{" }), "missing"],
	])("with %s is told, without the secret", (_, told, kind) => {
		expect(told.kind).toBe(kind);
		expect(JSON.stringify(told)).not.toContain("sk-secret");
	});
});

describe.skipIf(subject.missing !== null)("with Codex", () => {
	let server: ModelServer;
	let backend: Backend;
	let conversation: Conversation;
	beforeAll(async () => {
		server = await startModelServer();
		backend = subject.create();
	});
	beforeEach(() => {
		server.requests.length = 0;
		conversation = new Conversation(backend, subject.environment(server), subject.model, subject.cwd());
	});
	afterAll(async () => {
		await backend.dispose();
		await server.close();
	});

	test("the system prompt stands instead of its own", async () => {
		await conversation.say("hello", { systemPrompt: "Speak plainly." });
		const [first, ...rest] = server.requests[0]!.body.input;
		expect(first.content[0].text).toBe("Speak plainly.");
		expect(rest).toHaveLength(1);
	});

	test("an edited transcript is what the model sees next", async () => {
		await conversation.say("the first");
		await conversation.say("the second");
		conversation.transcript = [
			{ role: "user", content: [text("the edited")] },
			...conversation.transcript.slice(1),
		];
		expect((await conversation.say("third")).text).toBe("You said: third");
		const { raw } = server.requests.at(-1)!;
		expect(raw).toContain("the edited");
		expect(raw).not.toContain('"the first"');
	});

	test("a model that calls tools from scripts gets them, and each call is told", async () => {
		const script =
			'const a = await tools.pyrun({code: "1"}); const b = await tools.pyrun({code: a}); text(b);';
		const called: unknown[] = [];
		const turn = await conversation.say(`@@custom exec ${script}@@`, {
			model: "gpt-6-sol",
			callTool: (call) => `${called.push(call.args.code)}`,
		});
		expect(called).toEqual(["1", "1"]);
		expect(turn.text).toContain("Script completed");
		expect((await conversation.say("next", { model: "gpt-6-sol" })).text).toBe("You said: next");
	});

	test("the person's own MCP servers are not started", async () => {
		const home = mkdtempSync(join(process.env.HOME!, "mcp-"));
		const { CODEX_HOME } = subject.environment(server);
		const probe = `[mcp_servers."a probe"]\ncommand = "/bin/sh"\nargs = ["-c", "touch ${home}/started; sleep 1"]\n`;
		writeFileSync(
			join(home, "config.toml"),
			`${readFileSync(join(CODEX_HOME!, "config.toml"), "utf8")}${probe}`,
		);
		const environment = { ...subject.environment(server), CODEX_HOME: home };
		const turn = await conversation.say("hello", { environment });
		expect(turn.text).toBe("You said: hello");
		expect(server.requests[0]!.raw).not.toContain("mcp_resource");
		expect(existsSync(join(home, "started"))).toBe(false);
	});

	test("two conversations run at once on one process", async () => {
		const other = new Conversation(backend, subject.environment(server), subject.model, subject.cwd());
		const [one, two] = await Promise.all([
			conversation.say('@@tool pyrun {"code":"1"}@@', { callTool: () => "first" }),
			other.say('@@tool pyrun {"code":"2"}@@', { callTool: () => "second" }),
		]);
		expect([one.text, two.text]).toEqual(["TOOL SAID: first", "TOOL SAID: second"]);
	});
});
