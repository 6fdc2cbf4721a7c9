/** The backends that hold the contract, each with what its tests need to know. A new backend adds one entry. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend, Environment } from "../../server/backends/backend.ts";
import { ClaudeSdkBackend } from "../../server/backends/claudeSdk/claudeSdk.ts";
import { findClaude } from "../../server/backends/claudeSdk/locate.ts";
import { CodexBackend } from "../../server/backends/codex/codex.ts";
import { findCodex } from "../../server/backends/codex/locate.ts";
import { chatBackend, codexApiBackend, messagesBackend, responsesBackend } from "./apiBackends.ts";
import { codexConfig } from "./modelServer/codexConfig.ts";
import { loopAccount, loopToken } from "./modelServer/codexWire.ts";

export type Subject = {
	readonly name: string;
	readonly model: string;
	/** Another model of a backend that replays native items, `null` when it has none to replay. */
	readonly otherModel: string | null;
	create(): Backend;
	environment(server: { url: string }): Environment;
	cwd(): string;
	/** A variable with a key that the model server refuses. */
	readonly badKey: Readonly<Record<string, string>>;
	/** The provider's own client retries and mends; what it does then is not ours to say. */
	readonly retriesItself: boolean;
	/** Each case takes a process of some seconds; absent ones are skipped, and said to be. */
	readonly missing: string | null;
	/** The child keeps the history, so requests carry what it adds. */
	readonly keepsHistory: boolean;
	/** The provider's client refuses broken arguments before they reach us. */
	readonly providerChecksArguments: boolean;
	/** Characters of a tool result that reach the model. */
	readonly toolChars: number;
};

const stateless = {
	cwd: () => "/tmp",
	retriesItself: false,
	missing: null,
	keepsHistory: false,
	providerChecksArguments: false,
	toolChars: 900_000,
};

const openAiEnvironment = ({ url }: { url: string }) => ({
	OPENAI_BASE_URL: `${url}/v1`,
	OPENAI_API_KEY: "loopback-key",
});

/** A folder of its own under the test file's home, which is removed with it. */
const newFolder = (name: string): string => {
	const home = process.env.HOME ?? tmpdir();
	mkdirSync(home, { recursive: true });
	return mkdtempSync(join(home, name));
};

const claudeHome = newFolder("claude-");

const codexHome = (url: string): string => {
	const home = newFolder("codex-");
	writeFileSync(join(home, "config.toml"), codexConfig(url));
	return home;
};
/** A folder with a ChatGPT login; without a refresh token when there is none to renew. */
export const codexLoginHome = (token: string, tokens: object = {}): string => {
	const home = newFolder("chatgpt-");
	const text = JSON.stringify({ tokens: { access_token: token, account_id: loopAccount, ...tokens } });
	writeFileSync(join(home, "auth.json"), text, { mode: 0o600 });
	return home;
};
const loopLogin = codexLoginHome(loopToken("good", 4_000_000_000));
const codexHomes = new Map<string, string>();

export const backendSubjects: readonly Subject[] = [
	{
		...stateless,
		name: "claude-api",
		model: "claude-sonnet-5-5",
		otherModel: "claude-haiku-4-5",
		create: () => messagesBackend(),
		environment: ({ url }) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "loopback-key" }),
		badKey: { ANTHROPIC_API_KEY: "bad-key-123456" },
	},
	{
		...stateless,
		name: "openai-api",
		model: "gpt-5.5",
		otherModel: "gpt-5.4-mini",
		create: () => responsesBackend(),
		environment: openAiEnvironment,
		badKey: { OPENAI_API_KEY: "bad-key-123456" },
	},
	{
		...stateless,
		name: "openai-chat",
		model: "loop-1",
		otherModel: null,
		create: () => chatBackend(),
		environment: openAiEnvironment,
		badKey: { OPENAI_API_KEY: "bad-key-123456" },
	},
	{
		name: "claude-sdk",
		model: "claude-sonnet-5-5",
		otherModel: "claude-haiku-4-5",
		create: () => new ClaudeSdkBackend(),
		environment: ({ url }) => ({
			PATH: process.env.PATH ?? "",
			HOME: claudeHome,
			CLAUDE_CONFIG_DIR: join(claudeHome, ".claude"),
			CLAUDE_CODE_MAX_RETRIES: "0",
			ANTHROPIC_BASE_URL: url,
			ANTHROPIC_API_KEY: "loopback-key",
		}),
		cwd: () => claudeHome,
		badKey: { ANTHROPIC_API_KEY: "bad-key-123456" },
		retriesItself: true,
		missing: findClaude({}) === null ? "Claude Code is not installed" : null,
		keepsHistory: true,
		providerChecksArguments: true,
		toolChars: 400_000,
	},
	{
		name: "codex",
		model: "loop-1",
		otherModel: "loop-2",
		create: () => new CodexBackend(1),
		environment: ({ url }) => {
			if (!codexHomes.has(url)) codexHomes.set(url, codexHome(url));
			const home = codexHomes.get(url)!;
			return { PATH: process.env.PATH ?? "", HOME: home, CODEX_HOME: home, LOOP_KEY: "loopback-key" };
		},
		cwd: () => claudeHome,
		badKey: { LOOP_KEY: "bad-key-123456" },
		retriesItself: true,
		missing: findCodex({}) === null ? "Codex is not installed" : null,
		keepsHistory: true,
		providerChecksArguments: false,
		toolChars: 400_000,
	},
	{
		...stateless,
		name: "codex-api",
		model: "gpt-5.5",
		otherModel: "gpt-5.4-mini",
		create: () => codexApiBackend(),
		environment: ({ url }) => ({
			CODEX_HOME: loopLogin,
			IPYAI_CODEX_API_BASE_URL: `${url}/backend-api/codex`,
			IPYAI_CODEX_TOKEN_URL: `${url}/oauth/token`,
		}),
		badKey: { CODEX_HOME: codexLoginHome(loopToken("bad.expired", 4_000_000_000)) },
	},
];
