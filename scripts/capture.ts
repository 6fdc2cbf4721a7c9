/**
 * `npm run capture`: what the installed Claude Code and Codex say to our adapters, with a model on loopback, as lines
 * of JSON in `tests/fixtures/captures`. What differs from run to run is taken out, so that a difference is a change
 * of theirs.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Backend, Environment, TurnRequest } from "../server/backends/backend.ts";
import { ClaudeSdkBackend } from "../server/backends/claudeSdk/claudeSdk.ts";
import { findClaude } from "../server/backends/claudeSdk/locate.ts";
import { CodexBackend } from "../server/backends/codex/codex.ts";
import { findCodex } from "../server/backends/codex/locate.ts";
import { codexConfig } from "../tests/support/modelServer/codexConfig.ts";
import { startModelServer } from "../tests/support/modelServer/modelServer.ts";
import { scrub } from "./capture/scrub.ts";

const prompts = {
	plain: "hello",
	thinking: "@@think Let me see.@@ @@say Done.@@",
	tool: '@@say One call.@@ @@tool pyrun {"code":"2+2"}@@',
};
/** A tool of Codex's own. */
const command =
	'@@say One command.@@ @@tool exec_command {"cmd":"echo made; exit 3"}@@@@then@@@@say It failed.@@';

const target = join(import.meta.dirname, "../tests/fixtures/captures");
const folder = mkdtempSync(join(tmpdir(), "ipyai-capture-"));
const server = await startModelServer();

/** A program that runs another one and keeps what it prints. */
const recorder = (name: string, program: string, end: string) => {
	const [path, out] = [join(folder, name), join(folder, `${name}.out`)];
	writeFileSync(path, `#!/bin/sh\n"${program}" "$@" | tee "${out}"\n`);
	chmodSync(path, 0o755);
	/** Our adapter may have read the end before it is in the file. */
	const lines = async (): Promise<string[]> => {
		for (;;) {
			const text = readFileSync(out, "utf8");
			if (text.includes(end) && text.endsWith("\n")) return text.trim().split("\n");
			await sleep(20);
		}
	};
	return { path, lines };
};

const run = async (backend: Backend, environment: Environment, model: string, prompt: string) => {
	const request: TurnRequest = {
		conversationId: prompt,
		environment,
		cwd: folder,
		systemPrompt: "You help with Python.",
		transcript: [{ role: "user", content: [{ kind: "text", text: prompt }] }],
		tools: [
			{
				name: "pyrun",
				description: "Runs Python.",
				inputSchema: { type: "object", properties: { code: { type: "string" } }, required: ["code"] },
			},
		],
		model,
		think: "m",
		search: null,
		maxRounds: 5,
		signal: new AbortController().signal,
		callTool: async ({ callId }) => ({ callId, content: [{ kind: "text", text: "4" }], isError: false }),
		permitProviderTool: async () => null,
		takeSteering: () => [],
	};
	for await (const update of backend.runTurn(request))
		if (update.kind === "end" && update.stopReason !== "endTurn") throw new Error(update.error ?? "no end");
	await backend.dispose();
};

type Message = { type?: string; subtype?: string; params?: { threadId?: string } };

const save = (name: string, lines: readonly string[], isWanted: (message: Message) => boolean) => {
	const messages = lines.map((line) => JSON.parse(line)).filter(isWanted);
	const text = scrub(messages.map((message) => JSON.stringify(message)).join("\n"), { [folder]: "/folder" });
	writeFileSync(join(target, `${name}.jsonl`), `${text}\n`);
	console.log(`${name}: ${messages.length} messages`);
};

mkdirSync(target, { recursive: true });
writeFileSync(join(folder, "config.toml"), codexConfig(server.url));
const common = { PATH: process.env.PATH ?? "", HOME: folder };
const [claude, codex] = [findClaude({}), findCodex({})?.[0] ?? null];
for (const [name, prompt] of Object.entries({ ...prompts, command })) {
	if (claude !== null && prompt !== command) {
		const { path, lines } = recorder(`claude-${name}`, claude, '"type":"result"');
		const environment = {
			...common,
			CLAUDE_CONFIG_DIR: join(folder, ".claude"),
			IPYAI_CLAUDE_PATH: path,
			ANTHROPIC_BASE_URL: server.url,
			ANTHROPIC_API_KEY: "loopback-key",
		};
		await run(new ClaudeSdkBackend(), environment, "claude-sonnet-5-5", prompt);
		save(
			`claude-${name}`,
			await lines(),
			({ type, subtype }) => !type?.startsWith("control_") && subtype !== "session_state_changed",
		);
	}
	if (codex !== null) {
		const { path, lines } = recorder(`codex-${name}`, codex, '"turn/completed"');
		const environment = { ...common, CODEX_HOME: folder, IPYAI_CODEX_CMD: path, LOOP_KEY: "loopback-key" };
		await run(new CodexBackend(), environment, "loop-1", prompt);
		save(`codex-${name}`, await lines(), ({ params }) => params?.threadId !== undefined);
	}
}
await server.close();
// The programs write for a moment after they were told to end.
await sleep(1_000);
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
