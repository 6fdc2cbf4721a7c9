/**
 * The models on offer, asked for live and remembered for a while. Asking is bounded; when it fails, what was heard
 * before or what is known serves.
 */

import type { Environment, Model } from "../backend.ts";
import { environmentKey } from "../http/clientCache.ts";
import { orAborted } from "../loop/abort.ts";

export type ModelListOptions = {
	/** The models to tell when the provider cannot be asked. */
	readonly known: readonly Model[];
	/** Asks the provider. May throw; stops when the signal fires. */
	ask(environment: Environment, signal: AbortSignal): Promise<readonly Model[]>;
	readonly timeoutMs?: number;
	now?(): number;
};

export type ModelList = {
	/** Never rejects. `refresh` asks again although the last answer is young. */
	list(environment: Environment, signal: AbortSignal, refresh?: boolean): Promise<readonly Model[]>;
	/** The window that a provider has told for this model so far. */
	window(model: string): number | null;
};

const keepMs = 10 * 60_000;
const maxKept = 8;

export const modelList = ({ known, ask, timeoutMs = 2_000, now = Date.now }: ModelListOptions): ModelList => {
	const heard = new Map<string, { readonly models: readonly Model[]; readonly at: number }>();
	const windows = new Map<string, number>();
	return {
		async list(environment, signal, refresh = false) {
			const key = environmentKey(environment);
			const before = heard.get(key);
			if (before !== undefined && !refresh && now() - before.at < keepMs) return before.models;
			const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
			try {
				const models = await orAborted(ask(environment, limit), limit);
				if (models.length === 0) return known;
				heard.delete(key);
				heard.set(key, { models, at: now() });
				// The keys hold secrets of environments that may be long gone.
				if (heard.size > maxKept) heard.delete(heard.keys().next().value!);
				for (const { id, contextWindow } of models)
					if (contextWindow !== null) windows.set(id, contextWindow);
				return models;
			} catch {
				// Without a key or a network the models of before are the answer.
				return before?.models ?? known;
			}
		},
		window: (model) => windows.get(model) ?? null,
	};
};
