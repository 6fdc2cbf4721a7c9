import { expect, test } from "vitest";
import { UsageSum } from "../../../../server/backends/loop/usage.ts";
import { costOf } from "../../../../server/backends/models/prices.ts";

const usage = (
	input: number | null,
	output: number | null,
	read: number | null = 0,
	write: number | null = 0,
) => ({
	inputTokens: input,
	outputTokens: output,
	cacheReadTokens: read,
	cacheWriteTokens: write,
});

test.each([
	["claude-sonnet-5-5", usage(1_000_000, 0), 2],
	["claude-sonnet-5-5", usage(0, 1_000_000), 10],
	["claude-sonnet-5-5", usage(0, 0, 1_000_000), 0.1],
	["claude-sonnet-5-5", usage(0, 0, 0, 1_000_000), 2.5],
	["claude-haiku-4-5-20251001", usage(1_000_000, 0), 1],
	["gpt-5.5", usage(100_000, 10_000, 100_000), 0.5 + 0.3 + 0.05],
	["gpt-5.5", usage(200_000, 10_000, 100_000), 2 + 0.45 + 0.1],
	["claude-haiku-5-5", usage(100_000, 0), 0.01],
	["claude-haiku-5-5", usage(100_001, 0), 0.0500005],
	["gpt-5.4-mini", usage(1_000_000, 0, null, null), 0.75],
])("%s, %j costs %d dollars", (model, tokens, dollars) =>
	expect(costOf(model, tokens)).toBeCloseTo(dollars, 9),
);

test.each([
	["loop-1", usage(1, 1)],
	["claude-fable-5-2", usage(1, 1)],
	["gpt-5.5-pro", usage(1, 1)],
	["gpt-5.5", usage(null, 1)],
	["gpt-5.5", usage(1, null)],
	["gpt-5.5", null],
])("the cost of %s with %j is not known", (model, tokens) => expect(costOf(model, tokens)).toBeNull());

test("a turn costs what its requests cost; one unknown makes it unknown", () => {
	const sum = new UsageSum();
	sum.add(usage(10, 1), 0.5);
	sum.add(usage(20, 2), 0.25);
	expect(sum.toUsage(1000)).toMatchObject({ inputTokens: 30, costUsd: 0.75, contextTokens: 22 });
	sum.add(usage(1, 1), null);
	expect(sum.toUsage(1000)).toMatchObject({ inputTokens: 31, costUsd: null });
});
