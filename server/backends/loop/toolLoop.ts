/**
 * The tool loop of the backends that send the whole conversation with each request. A backend gives one model
 * response at a time; the loop retries, runs tools, takes steering between responses, and ends the turn.
 *
 * - A request is sent again only while nothing of its answer was shown.
 * - Calls of a response that broke off are not run and not kept: only whole responses have calls.
 * - The note that the rounds are used up is part of the last tool result, so that what was sent is what the
 *   transcript holds.
 */
import type { StopReason } from "../../../protocol/index.ts";
import type { Entry, NativeItems, ToolResult } from "../../context/transcript.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import type { Failure } from "../http/failure.ts";
import { Queue } from "./queue.ts";
import { AnswerTooLong, ResponseItems } from "./responseItems.ts";
import { failedResult, runCall } from "./results.ts";
import { type RetryPolicy, retryDelay } from "./retry.ts";
import { type RequestUsage, UsageSum } from "./usage.ts";

export type ResponseRequest = {
	readonly transcript: readonly Entry[];
	/** False for the summary at the end: tools stay described, but none may be called. */
	readonly toolsAllowed: boolean;
	readonly items: ResponseItems;
	readonly signal: AbortSignal;
	/** Tells what is no part of the response. */
	tell(update: TurnUpdate): void;
};

export type ResponseEnd = {
	/** `pause`: the provider wants to be asked again with what it said so far. */
	readonly stop: "endTurn" | "toolUse" | "maxTokens" | "refusal" | "pause";
	readonly native: NativeItems | null;
	readonly usage: RequestUsage | null;
};

export type LoopDriver = {
	/** One model response, put into `items`. Throws what the SDK throws, `Aborted` when the signal fires. */
	respond(request: ResponseRequest): Promise<ResponseEnd>;
	describe(error: unknown): Failure;
	/**
	 * Whether the next request will differ after this error, because the server named what it refuses: then it is
	 * sent at once. What it answers is told to the person.
	 */
	adapt?(error: unknown): { readonly notice: string | null } | null;
	readonly retryPolicy: RetryPolicy;
	readonly contextWindow: number | null;
	/** What a request cost, where it is known: never for a provider's own tools, which are billed apart. */
	costOf?(usage: RequestUsage | null): number | null;
};

/** Part of the last tool result of a turn whose rounds are used up. */
export const lastRoundNote =
	"No more tool calls are possible in this turn. Answer now: sum up what was done, what was found and what is left.";

export async function* runToolLoop(request: TurnRequest, driver: LoopDriver): AsyncGenerator<TurnUpdate> {
	// Whoever leaves the stream early lets go of the request, too.
	const left = new AbortController();
	const signal = AbortSignal.any([request.signal, left.signal]);
	const updates = new Queue<TurnUpdate>();
	const running = runRounds(request, driver, updates, signal).finally(() => updates.end());
	// Told below to who reads to the end.
	running.catch(() => {});
	let hasEnded = false;
	try {
		yield* updates;
		await running;
		hasEnded = true;
	} finally {
		if (!hasEnded) left.abort();
	}
}

const runRounds = async (
	request: TurnRequest,
	driver: LoopDriver,
	updates: Queue<TurnUpdate>,
	signal: AbortSignal,
): Promise<void> => {
	const usage = new UsageSum();
	const transcript: Entry[] = [...request.transcript];
	const tell = (update: TurnUpdate) => updates.push(update);
	const end = (stopReason: StopReason, failure?: { readonly error: string; readonly reason: string }) =>
		tell({ kind: "end", stopReason, usage: usage.toUsage(driver.contextWindow), error: null, ...failure });

	let rounds = 0;
	for (let summing = false; ; ) {
		const response = await respondWithRetries({ transcript, toolsAllowed: !summing, signal, tell }, driver);
		// What a request cost that was broken off, nobody tells.
		if (response.kind !== "whole" && response.wasShown) usage.add(null);
		if (response.kind === "cancelled") return end("cancelled");
		if (response.kind === "failed") {
			const { error, reason } = response;
			return end("failed", { error, reason });
		}
		const { items, stop, native } = response;
		const isPriced = items.providerResults.length === 0;
		usage.add(response.usage, isPriced ? (driver.costOf?.(response.usage) ?? null) : null);

		const calls = stop === "toolUse" && !summing ? items.calls() : [];
		const keepsAll = calls.length === items.calls().length;
		const entry = keepsAll ? items.entry(native) : items.entryWithoutCalls();
		tell({ kind: "response", entry });
		transcript.push(entry);

		const results: ToolResult[] = [...items.providerResults];
		for (const { call, problem } of calls) {
			tell({ kind: "toolCall", call });
			// What asks for permission, or runs, comes after the call in everybody's log.
			await updates.taken();
			const result =
				problem === null ? await runCall(request, call, signal) : failedResult(call.callId, problem);
			tell({ kind: "toolResult", result });
			results.push(result);
		}
		if (calls.length > 0 || stop === "pause") rounds++;
		if (calls.length > 0 && rounds >= request.maxRounds && !signal.aborted) {
			summing = true;
			const last = results.pop()!;
			results.push({ ...last, content: [...last.content, { kind: "text", text: lastRoundNote }] });
		}
		if (results.length > 0) {
			tell({ kind: "toolResults", results });
			transcript.push({ role: "tool", results });
		}
		if (signal.aborted) return end("cancelled");
		if (summing && calls.length === 0) return end("maxTurns");
		if (stop === "pause" && rounds >= request.maxRounds) return end("maxTurns");
		if (stop === "maxTokens" || stop === "refusal") return end(stop);

		let steered = false;
		if (!summing && stop !== "pause")
			for (const content of request.takeSteering()) {
				steered = true;
				tell({ kind: "steered", content });
				transcript.push({ role: "user", content });
			}
		if (calls.length === 0 && stop !== "pause" && !steered) return end("endTurn");
	}
};

type Response =
	| ({ kind: "whole"; items: ResponseItems } & ResponseEnd)
	| { kind: "cancelled"; wasShown: boolean }
	| { kind: "failed"; wasShown: boolean; error: string; reason: string };

const respondWithRetries = async (
	request: Omit<ResponseRequest, "items">,
	driver: LoopDriver,
): Promise<Response> => {
	const { signal, tell } = request;
	for (let attempt = 1; ; attempt++) {
		const items = new ResponseItems(tell);
		try {
			if (signal.aborted) return { kind: "cancelled", wasShown: false };
			const end = await driver.respond({ ...request, items });
			items.closeAll();
			return { kind: "whole", items, ...end };
		} catch (error) {
			if (signal.aborted) {
				items.abandon();
				return { kind: "cancelled", wasShown: items.shown };
			}
			if (error instanceof AnswerTooLong) {
				items.closeAll();
				items.settleProviderCalls();
				tell({ kind: "notice", text: error.message });
				return { kind: "whole", items, stop: "maxTokens", native: null, usage: null };
			}
			const adapted = items.shown ? null : (driver.adapt?.(error) ?? null);
			if (adapted !== null) {
				if (adapted.notice !== null) tell({ kind: "notice", text: adapted.notice });
				attempt--;
				continue;
			}
			const failure = driver.describe(error);
			const delayMs = retryDelay(attempt, failure.retryAfterMs, driver.retryPolicy.random());
			if (items.shown || attempt > failure.retries || delayMs === null) {
				items.abandon();
				return { kind: "failed", wasShown: items.shown, error: failure.text, reason: failure.reason };
			}
			tell({ kind: "retrying", attempt, delayMs, reason: failure.reason });
			await driver.retryPolicy.pause(delayMs, signal);
		}
	}
};
