/** Tokens of a turn from the tokens of its requests. */
import type { Usage } from "../../../protocol/index.ts";

/** One request's tokens. `inputTokens` are those neither read from nor written to a cache. */
export type RequestUsage = {
	readonly inputTokens: number | null;
	readonly outputTokens: number | null;
	readonly cacheReadTokens: number | null;
	readonly cacheWriteTokens: number | null;
};

export class UsageSum {
	#total: RequestUsage | null = null;
	#last: RequestUsage | null = null;
	#costUsd: number | null = 0;

	/** A request's tokens, and what it cost. One cost that is not known makes the sum unknown. */
	add(usage: RequestUsage | null, costUsd: number | null = null): void {
		this.#costUsd = this.#costUsd === null || costUsd === null ? null : this.#costUsd + costUsd;
		if (usage === null) return;
		this.#last = usage;
		this.#total = {
			inputTokens: plus(this.#total?.inputTokens, usage.inputTokens),
			outputTokens: plus(this.#total?.outputTokens, usage.outputTokens),
			cacheReadTokens: plus(this.#total?.cacheReadTokens, usage.cacheReadTokens),
			cacheWriteTokens: plus(this.#total?.cacheWriteTokens, usage.cacheWriteTokens),
		};
	}

	/** `null` when no request said anything. */
	toUsage(contextWindow: number | null, costUsd: number | null = this.#costUsd): Usage | null {
		if (this.#total === null || this.#last === null) return null;
		const last = this.#last;
		const contextTokens = [
			last.inputTokens,
			last.cacheReadTokens,
			last.cacheWriteTokens,
			last.outputTokens,
		].reduce((sum, part) => plus(sum, part), null);
		return { ...this.#total, costUsd, contextTokens, contextWindow };
	}
}

const plus = (a: number | null | undefined, b: number | null): number | null =>
	a === null || a === undefined ? b : b === null ? a : a + b;

/** Tokens as providers tell them who count what a cache held among the input. */
export const withoutCached = (told: {
	readonly input: unknown;
	readonly output: unknown;
	readonly read: unknown;
	readonly written?: unknown;
}): RequestUsage => {
	const [input, read, written] = [told.input, told.read, told.written].map(countOf);
	return {
		inputTokens: input == null ? null : Math.max(0, input - (read ?? 0) - (written ?? 0)),
		outputTokens: countOf(told.output),
		cacheReadTokens: read ?? null,
		cacheWriteTokens: written ?? null,
	};
};

/** A count from a provider: `null` unless it is a number. */
export const countOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
