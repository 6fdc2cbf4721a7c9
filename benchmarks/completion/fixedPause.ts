/**
 * The plainest rule, as a peer: a model is asked when no key has come for so long, a newer key cancels that, and who
 * types along a suggestion asks nothing.
 */
import { setTimeout as delay } from "node:timers/promises";
import { CompletionCache } from "../../server/completions/completionCache.ts";
import type { Subject } from "./typist.ts";

export const fixedPause = (modelUrl: string, pauseMs: number): Subject => {
	const cache = new CompletionCache();
	let newest = new AbortController();
	return {
		type: async ({ prefix, suffix }) => {
			newest.abort();
			newest = new AbortController();
			const { signal } = newest;
			const key = { documentKey: "", kernelId: null, prefix, suffix };
			const known = cache.find(key);
			if (known !== null) return known.text;
			await delay(pauseMs, undefined, { signal });
			const response = await fetch(`${modelUrl}/v1/completions`, {
				method: "POST",
				body: JSON.stringify({ segments: { prefix, suffix } }),
				signal,
			});
			const { text } = ((await response.json()) as { choices: [{ text: string }] }).choices[0];
			if (text !== "") cache.add(key, { text, replaced: 0 });
			return text;
		},
		close: async () => newest.abort(),
	};
};
