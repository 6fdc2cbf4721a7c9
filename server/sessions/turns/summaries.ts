/** Has the model sum up turns that no longer fit. What it says is recorded by the caller. */
import type { Usage } from "../../../protocol/index.ts";
import type { Backend, TurnRequest } from "../../backends/backend.ts";
import { type Folded, piecesToSum, summaryRequest, type TurnOfEntries } from "../../context/summaries.ts";

/** The summary takes so much of the window at most. */
const summaryShare = 0.1;
const maxSummaryTokens = 4_000;

export type FoldRequest = {
	readonly backend: Backend;
	/** The turn that needs the room: its model, environment and signal serve. */
	readonly request: Omit<TurnRequest, "transcript">;
	readonly contextWindow: number;
	readonly before: Folded | null;
	readonly turns: readonly TurnOfEntries[];
};

/** Throws when the model gives no summary, with the reason; also when the signal fires. */
export const foldTurns = async ({
	backend,
	request,
	contextWindow,
	before,
	turns,
}: FoldRequest): Promise<{ folded: Folded; usage: Usage | null }> => {
	const maxTokens = Math.min(maxSummaryTokens, Math.max(200, Math.floor(contextWindow * summaryShare)));
	let summary = before?.summary ?? null;
	let usage: Usage | null = null;
	for (const piece of piecesToSum(turns, contextWindow)) {
		const text = summaryRequest(summary, piece, Math.floor(maxTokens / 2));
		const said: string[] = [];
		const updates = backend.runTurn({
			...request,
			// A name of its own, so that a warm conversation stays as it is.
			conversationId: `${request.conversationId}/summary`,
			transcript: [{ role: "user", content: [{ kind: "text", text }] }],
			tools: [],
			search: null,
			think: "l",
			maxRounds: 1,
			maxOutputTokens: maxTokens,
			takeSteering: () => [],
		});
		for await (const update of updates) {
			if (update.kind === "text") said.push(update.text);
			if (update.kind !== "end") continue;
			usage = addUsage(usage, update.usage);
			if (update.stopReason !== "endTurn" && update.stopReason !== "maxTokens")
				throw new Error(update.error ?? `The summary ended with ${update.stopReason}.`);
		}
		summary = said.join("\n").trim();
		if (summary === "") throw new Error("The model gave an empty summary.");
	}
	const throughTurnId = turns.at(-1)!.turnId;
	return {
		folded: { throughTurnId, turns: turns.length + (before?.turns ?? 0), summary: summary ?? "" },
		usage,
	};
};

/** Tokens and costs of both; what fills the window is the later one's. */
export const addUsage = (sum: Usage | null, usage: Usage | null): Usage | null => {
	if (sum === null || usage === null) return usage ?? sum;
	const plus = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
	return {
		...usage,
		inputTokens: plus(sum.inputTokens, usage.inputTokens),
		outputTokens: plus(sum.outputTokens, usage.outputTokens),
		cacheReadTokens: plus(sum.cacheReadTokens, usage.cacheReadTokens),
		cacheWriteTokens: plus(sum.cacheWriteTokens, usage.cacheWriteTokens),
		costUsd: plus(sum.costUsd, usage.costUsd),
	};
};
