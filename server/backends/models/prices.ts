/**
 * What requests cost at the providers' own endpoints, in dollars per million tokens, as published in November 2026.
 * What is not in the table has no known price.
 */
import type { RequestUsage } from "../loop/usage.ts";

type Price = {
	readonly pattern: RegExp;
	readonly input: number;
	readonly output: number;
	readonly cacheRead: number;
	readonly cacheWrite: number;
	/** A request of more input tokens than this costs this many times as much, all of it. */
	readonly long?: { readonly above: number; readonly input: number; readonly output: number };
};

const price = (
	pattern: RegExp,
	input: number,
	output: number,
	cacheRead: number,
	cacheWrite: number,
	long?: Price["long"],
): Price => ({ pattern, input, output, cacheRead, cacheWrite, ...(long === undefined ? {} : { long }) });

const gptLong = { above: 272_000, input: 2, output: 1.5 };

/** Names with a date behind them are the same model. */
const prices: readonly Price[] = [
	price(/^claude-opus-5-5(-\d{8})?$/, 4, 20, 0.2, 5),
	price(/^claude-opus-(5|4-[5-8])(-\d{8})?$/, 5, 25, 0.5, 6.25),
	price(/^claude-sonnet-5-5(-\d{8})?$/, 2, 10, 0.1, 2.5),
	price(/^claude-sonnet-5(-\d{8})?$/, 2, 10, 0.2, 2.5),
	price(/^claude-sonnet-4(-[56])?(-\d{8})?$/, 3, 15, 0.3, 3.75),
	price(/^claude-haiku-5-5(-\d{8})?$/, 0.1, 0.5, 0.01, 0.125, { above: 100_000, input: 5, output: 5 }),
	price(/^claude-haiku-4-5(-\d{8})?$/, 1, 5, 0.1, 1.25),
	price(/^gpt-6\.1-sol$/, 2, 10, 0.1, 2.5, gptLong),
	price(/^gpt-6-sol$/, 2, 10, 0.2, 2.5, gptLong),
	price(/^gpt-6-luna$/, 0.1, 0.5, 0.01, 0.125, gptLong),
	price(/^gpt-5\.5(-\d{4}-\d\d-\d\d)?$/, 5, 30, 0.5, 5, gptLong),
	price(/^gpt-5\.4(-\d{4}-\d\d-\d\d)?$/, 2.5, 15, 0.25, 2.5, gptLong),
	price(/^gpt-5\.4-mini(-\d{4}-\d\d-\d\d)?$/, 0.75, 4.5, 0.075, 0.75),
	price(/^gpt-5\.4-nano(-\d{4}-\d\d-\d\d)?$/, 0.2, 1.25, 0.02, 0.2),
	price(/^gpt-4\.1(-\d{4}-\d\d-\d\d)?$/, 2, 8, 0.5, 2),
];

/** Dollars per million tokens, for requests of usual length. */
export const priceOf = (
	model: string,
): Pick<Price, "input" | "output" | "cacheRead" | "cacheWrite"> | null => {
	const found = prices.find(({ pattern }) => pattern.test(model));
	if (found === undefined) return null;
	const { input, output, cacheRead, cacheWrite } = found;
	return { input, output, cacheRead, cacheWrite };
};

/** One request's cost in dollars; `null` when the model's price or the tokens are not known. */
export const costOf = (model: string, usage: RequestUsage | null): number | null => {
	const found = prices.find(({ pattern }) => pattern.test(model));
	if (found === undefined || usage === null || usage.inputTokens === null || usage.outputTokens === null)
		return null;
	const cacheRead = usage.cacheReadTokens ?? 0;
	const cacheWrite = usage.cacheWriteTokens ?? 0;
	const isLong = found.long !== undefined && usage.inputTokens + cacheRead + cacheWrite > found.long.above;
	const times = isLong ? found.long! : { input: 1, output: 1 };
	const input = usage.inputTokens * found.input + cacheRead * found.cacheRead + cacheWrite * found.cacheWrite;
	return (input * times.input + usage.outputTokens * found.output * times.output) / 1_000_000;
};
