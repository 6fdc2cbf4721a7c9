/** All backends, by name and alias, and which of them is ready. */

import { nearest } from "../../ground/text/nearest.ts";
import { anthropicApi } from "./anthropic/anthropic.ts";
import type { Backend, Environment } from "./backend.ts";
import { chatApi } from "./chat/openaiChat.ts";
import { ClaudeSdkBackend } from "./claudeSdk/claudeSdk.ts";
import { CodexBackend } from "./codex/codex.ts";
import { ApiBackend } from "./http/apiBackend.ts";
import { LocalBackend } from "./local/local.ts";
import { serversOf } from "./models/presets.ts";
import { codexApi } from "./responses/codexApi/codexApi.ts";
import { openAiApi } from "./responses/openaiResponses.ts";

/** In order of preference: a login before a billed key, a named provider before any other server. */
export const createBackends = (): Backends =>
	new Backends([
		new ClaudeSdkBackend(),
		new CodexBackend(),
		new ApiBackend(codexApi()),
		new ApiBackend(anthropicApi),
		new ApiBackend(openAiApi),
		new ApiBackend(chatApi),
		new LocalBackend(),
	]);

export type ModelSpec = { readonly backend: string; readonly model: string };

/** No backend has this name. The message names the nearest one and all there are. */
export class UnknownBackend extends Error {
	override readonly name = "UnknownBackend";
}

export class Backends {
	/** In order of preference. */
	readonly all: readonly Backend[];
	readonly #byWord: ReadonlyMap<string, Backend>;

	constructor(all: readonly Backend[]) {
		this.all = all;
		this.#byWord = new Map(
			all.flatMap((backend) => [backend.name, ...backend.aliases].map((word) => [word, backend] as const)),
		);
	}

	/** The backend of this name or alias, `null` when there is none. */
	find(word: string): Backend | null {
		return this.#byWord.get(word.trim().toLowerCase()) ?? null;
	}

	/** As `find`; throws `UnknownBackend` with the nearest name. */
	get(word: string): Backend {
		const backend = this.find(word);
		if (backend !== null) return backend;
		const near = nearest(word.trim(), [...this.#byWord.keys()]);
		const hint = near === null ? "" : ` Did you mean "${near}"?`;
		const names = this.all.map(({ name }) => name).join(", ");
		throw new UnknownBackend(`No backend "${word}".${hint} There are: ${names}.`);
	}

	/**
	 * The first backend whose credentials are in place and that knows a model to begin with: one with a login if
	 * there is any, else one with a key.
	 */
	firstReady(environment: Environment): Backend | null {
		const ready = this.all.filter(
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
	}

	/** What `anthropic/claude-opus-5` means: `null` when the word before the slash names no provider or server. */
	modelSpec(spec: string, environment: Environment): ModelSpec | null {
		// A file, or one that is downloaded; not the models of a server that are named after theirs.
		if (/^(\/|~\/|\.{1,2}\/|hf:).*\.gguf$/i.test(spec)) return { backend: "local", model: spec };
		const slash = spec.indexOf("/");
		if (slash <= 0) return null;
		const typed = spec.slice(0, slash).toLowerCase();
		const word = typed === "google" ? "gemini" : typed;
		const model = spec.slice(slash + 1);
		if (word in serversOf(environment)) return { backend: "openai-chat", model: `${word}/${model}` };
		const backend = this.find((Object.hasOwn(providers, word) ? providers[word] : null) ?? word);
		return backend === null ? null : { backend: backend.name, model };
	}

	async dispose(): Promise<void> {
		await Promise.allSettled(this.all.map((backend) => backend.dispose()));
	}
}

/** What to tell a person who has no backend, in two lines. */
export const howToGetOne =
	"No AI backend is ready. Log in with claude or codex login, or set ANTHROPIC_API_KEY or OPENAI_API_KEY in your shell and start ipyai again,\nor point OPENAI_BASE_URL at a local server (Ollama: http://localhost:11434/v1) and choose -b openai-chat, or name a model file: --model ./NAME.gguf.";

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
