/**
 * The models on offer, asked for live and remembered for a while. Asking is bounded; when it fails, what was heard
 * before or what is known serves.
 */
import type { Environment, Model } from "../backend.ts";
import { environmentKey } from "../http/clientCache.ts";
import { orAborted } from "../loop/abort.ts";

const keepMs = 10 * 60_000;
const maxKept = 8;

/** Asks the provider. May throw; stops when the signal fires. */
export type AskModels = (environment: Environment, signal: AbortSignal) => Promise<readonly Model[]>;

export class ModelList {
	readonly #known: readonly Model[];
	readonly #ask: AskModels;
	readonly #timeoutMs: number;
	readonly #now: () => number;
	readonly #heard = new Map<string, { readonly models: readonly Model[]; readonly at: number }>();
	readonly #windows = new Map<string, number>();

	/** `known` are the models to tell when the provider cannot be asked. */
	constructor(known: readonly Model[], ask: AskModels, timeoutMs = 2_000, now: () => number = Date.now) {
		this.#known = known;
		this.#ask = ask;
		this.#timeoutMs = timeoutMs;
		this.#now = now;
	}

	/** Never rejects. `refresh` asks again although the last answer is young. */
	async list(environment: Environment, signal: AbortSignal, refresh = false): Promise<readonly Model[]> {
		const key = environmentKey(environment);
		const before = this.#heard.get(key);
		if (before !== undefined && !refresh && this.#now() - before.at < keepMs) return before.models;
		const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]);
		// Without a key or a network the models of before are the answer.
		const models = await orAborted(this.#ask(environment, limit), limit).catch(() => []);
		if (models.length === 0) return before?.models ?? this.#known;
		this.#heard.delete(key);
		this.#heard.set(key, { models, at: this.#now() });
		// The keys hold secrets of environments that may be long gone.
		if (this.#heard.size > maxKept) this.#heard.delete(this.#heard.keys().next().value!);
		for (const { id, contextWindow } of models)
			if (contextWindow !== null) this.#windows.set(id, contextWindow);
		return models;
	}

	/** The window that a provider has told for this model so far. */
	window(model: string): number | null {
		return this.#windows.get(model) ?? null;
	}
}
