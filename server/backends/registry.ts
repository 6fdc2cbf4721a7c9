/** All backends, by name and alias, and which of them is ready. */

import { nearest } from "../../ground/text/nearest.ts";
import { createAnthropicBackend } from "./anthropic/anthropic.ts";
import type { Backend, Environment } from "./backend.ts";
import { createOpenAiChatBackend } from "./chat/openaiChat.ts";
import { createClaudeSdkBackend } from "./claudeSdk/claudeSdk.ts";
import { createCodexBackend } from "./codex/codex.ts";
import { createLocalBackend } from "./local/local.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./loop/retry.ts";
import { serversOf } from "./models/presets.ts";
import { createCodexApiBackend } from "./responses/codexApi/codexApi.ts";
import { createOpenAiBackend } from "./responses/openaiResponses.ts";

export type Backends = {
	/** In order of preference: a login before a billed key, a named provider before any other server. */
	readonly all: readonly Backend[];
	/** The backend of this name or alias, `null` when there is none. */
	find(nameOrAlias: string): Backend | null;
	/** As `find`; throws `UnknownBackend` with the nearest name. */
	get(nameOrAlias: string): Backend;
	/**
	 * The first backend whose credentials are in place and that knows a model to begin with: one with a login if
	 * there is any, else one with a key.
	 */
	firstReady(environment: Environment): Backend | null;
	/** What to tell a person who has no backend, in two lines. */
	howToGetOne(): string;
	/** What `anthropic/claude-opus-5` means: `null` when the word before the slash names no provider or server. */
	modelSpec(spec: string, environment?: Environment): ModelSpec | null;
	dispose(): Promise<void>;
};

export type ModelSpec = { readonly backend: string; readonly model: string };

/** No backend has this name. The message names the nearest one and all there are. */
export class UnknownBackend extends Error {
	override readonly name = "UnknownBackend";
}

export type BackendsOptions = { readonly retryPolicy?: RetryPolicy };

export const createBackends = (options: BackendsOptions = {}): Backends => {
	const retryPolicy = options.retryPolicy ?? defaultRetryPolicy;
	return backendsOf([
		createClaudeSdkBackend(),
		createCodexBackend(),
		createCodexApiBackend(retryPolicy),
		createAnthropicBackend(retryPolicy),
		createOpenAiBackend(retryPolicy),
		createOpenAiChatBackend(retryPolicy),
		createLocalBackend({ retryPolicy }),
	]);
};

/** These backends as a registry, in order of preference. */
export const backendsOf = (all: readonly Backend[]): Backends => {
	const byName = new Map(
		all.flatMap((backend) => [backend.name, ...backend.aliases].map((word) => [word, backend] as const)),
	);
	const find = (word: string) => byName.get(word.trim().toLowerCase()) ?? null;
	return {
		all,
		find,
		get(word) {
			const backend = find(word);
			if (backend !== null) return backend;
			const near = nearest(word.trim(), [...byName.keys()]);
			const hint = near === null ? "" : ` Did you mean "${near}"?`;
			const names = all.map((backend) => backend.name).join(", ");
			throw new UnknownBackend(`No backend "${word}".${hint} There are: ${names}.`);
		},
		firstReady(environment) {
			const ready = all.filter(
				(backend) => backend.login(environment).kind !== "missing" && hasModel(backend, environment),
			);
			const loggedIn = ready.find((backend) => backend.login(environment).kind === "login");
			if (loggedIn !== undefined) return loggedIn;
			const first = ready[0] ?? null;
			const key = first && keyOf(first, environment);
			// With nothing but a key its API is asked directly: a child would add its start and its memory.
			const isDirect = (other: Backend) =>
				!other.capabilities.providerTools && keyOf(other, environment) === key;
			return key === null ? first : (ready.find(isDirect) ?? first);
		},
		howToGetOne: () =>
			"No AI backend is ready. Log in with claude or codex login, or set ANTHROPIC_API_KEY or OPENAI_API_KEY in your shell and start ipyai again,\nor point OPENAI_BASE_URL at a local server (Ollama: http://localhost:11434/v1) and choose -b openai-chat --model NAME, or name a model file: --model ./NAME.gguf.",
		modelSpec(spec, environment = {}) {
			// A file, or one that is downloaded; not the models of a server that are named after theirs.
			if (/^(\/|~\/|\.{1,2}\/|hf:).*\.gguf$/i.test(spec)) return { backend: "local", model: spec };
			const slash = spec.indexOf("/");
			if (slash <= 0) return null;
			const typed = spec.slice(0, slash).toLowerCase();
			const word = typed === "google" ? "gemini" : typed;
			const model = spec.slice(slash + 1);
			if (word in serversOf(environment)) return { backend: "openai-chat", model: `${word}/${model}` };
			const backend = find((Object.hasOwn(providers, word) ? providers[word] : null) ?? word);
			return backend === null ? null : { backend: backend.name, model };
		},
		dispose: async () => void (await Promise.all(all.map((backend) => backend.dispose()))),
	};
};

/** The variable that a backend's key is in, where it has one. */
const keyOf = (backend: Backend, environment: Environment): string | null => {
	const login = backend.login(environment);
	return login.kind === "environment" ? login.name : null;
};

/** Providers by the words that predecessors and other programs use for them. */
const providers: Readonly<Record<string, string>> = {
	anthropic: "claude-api",
	openai: "openai-api",
	claude_code: "claude-sdk",
	"claude-code": "claude-sdk",
	// The predecessors mean the endpoint, not the program.
	"openai-codex": "codex-api",
};

/** A key for some preset alone does not say which model is meant; a server of one's own offers its own. */
const hasModel = (backend: Backend, environment: Environment): boolean =>
	(backend.defaultModel !== null || environment.OPENAI_BASE_URL !== undefined) &&
	(backend.hasModel?.(environment) ?? true);
