/** All backends, by name and alias, and which of them is ready. */
import { createAnthropicBackend } from "./anthropic.ts";
import type { Backend, Environment } from "./backend.ts";
import { createOpenAiChatBackend } from "./openaiChat.ts";
import { createOpenAiBackend } from "./openaiResponses.ts";
import { presets } from "./presets.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.ts";

export type Backends = {
	/** In order of preference: a login before a billed key, a named provider before any other server. */
	readonly all: readonly Backend[];
	/** The backend of this name or alias, `null` when there is none. */
	find(nameOrAlias: string): Backend | null;
	/** As `find`; throws `UnknownBackend` with the nearest name. */
	get(nameOrAlias: string): Backend;
	/** The first backend whose credentials are in place and that knows a model to begin with. */
	firstReady(environment: Environment): Backend | null;
	/** What `anthropic/claude-opus-5` means: `null` when the word before the slash names no provider. */
	modelSpec(spec: string): ModelSpec | null;
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
	const all: Backend[] = [
		createAnthropicBackend(retryPolicy),
		createOpenAiBackend(retryPolicy),
		createOpenAiChatBackend(retryPolicy),
	];
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
			const nearest = nearestWord(word.trim().toLowerCase(), [...byName.keys()]);
			const hint = nearest === null ? "" : ` Did you mean "${nearest}"?`;
			const names = all.map((backend) => backend.name).join(", ");
			throw new UnknownBackend(`No backend "${word}".${hint} There are: ${names}.`);
		},
		firstReady: (environment) =>
			all.find(
				(backend) => backend.login(environment).kind !== "missing" && hasModel(backend, environment),
			) ?? null,
		modelSpec(spec) {
			const slash = spec.indexOf("/");
			if (slash <= 0) return null;
			const typed = spec.slice(0, slash).toLowerCase();
			const word = typed === "google" ? "gemini" : typed;
			const model = spec.slice(slash + 1);
			if (Object.hasOwn(presets, word)) return { backend: "openai-chat", model: `${word}/${model}` };
			const backend = find(providers[word] ?? word);
			return backend === null ? null : { backend: backend.name, model };
		},
		dispose: async () => void (await Promise.all(all.map((backend) => backend.dispose()))),
	};
};

/** Providers by the words that predecessors and other programs use for them. */
const providers: Readonly<Record<string, string>> = {
	anthropic: "claude-api",
	openai: "openai-api",
	claude_code: "claude-sdk",
	"claude-code": "claude-sdk",
	"openai-codex": "codex",
};

/** A key for some preset alone does not say which model is meant; a server of one's own offers its own. */
const hasModel = (backend: Backend, environment: Environment): boolean =>
	backend.defaultModel !== null || environment.OPENAI_BASE_URL !== undefined;

/** The word with the fewest edits, `null` when none is near. */
export const nearestWord = (word: string, words: readonly string[]): string | null => {
	let best: { word: string; distance: number } | null = null;
	for (const candidate of words) {
		const distance = editDistance(word, candidate);
		if (best === null || distance < best.distance) best = { word: candidate, distance };
	}
	return best !== null && best.distance <= Math.max(2, word.length / 3) ? best.word : null;
};

const editDistance = (a: string, b: string): number => {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++)
			next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
		row = next;
	}
	return row[b.length]!;
};
