/**
 * The calls of the last whole response, for backends whose child drives the tool loop. Each call is reported once
 * and gets one result, whoever settles it first: our tool, the child, or a cancel.
 */
import { settledContent } from "../../../ground/text/contentText.ts";
import type { ToolCall, ToolResult } from "../../context/transcript.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import { orAborted } from "./abort.ts";
import type { Queue } from "./queue.ts";
import { cancelledResult, failedResult, runCall } from "./results.ts";
import { lastRoundNote } from "./toolLoop.ts";

export type OpenCall = {
	readonly call: ToolCall;
	/** What is wrong with the arguments. */
	readonly problem: string | null;
	reported: boolean;
	result: ToolResult | null;
};

export class OpenCalls {
	readonly #request: TurnRequest;
	readonly #updates: Queue<TurnUpdate>;
	/** By the child's ids, in the model's order. */
	#calls = new Map<string, OpenCall>();
	#otherResults: readonly ToolResult[] = [];
	#rounds = 0;
	#stop = new AbortController();

	constructor(request: TurnRequest, updates: Queue<TurnUpdate>) {
		this.#request = request;
		this.#updates = updates;
	}

	/** Fires with the turn's, and when what runs now has no more use: its child is gone, for example. */
	get signal(): AbortSignal {
		return AbortSignal.any([this.#request.signal, this.#stop.signal]);
	}

	get isEmpty(): boolean {
		return this.#calls.size === 0;
	}

	/** The model was told that it may call no more. */
	get isLastRound(): boolean {
		return this.#rounds >= this.#request.maxRounds;
	}

	/** The model was told and calls on. */
	get isPastLastRound(): boolean {
		return this.#rounds > this.#request.maxRounds;
	}

	/** A response was reported that has these calls. `otherResults` are those that came with it. */
	open(
		calls: readonly (readonly [string, Pick<OpenCall, "call" | "problem">])[],
		otherResults: readonly ToolResult[] = [],
	): void {
		this.#calls = new Map(
			calls.map(([id, { call, problem }]) => [id, { call, problem, reported: false, result: null }]),
		);
		this.#otherResults = otherResults;
		if (calls.length > 0) this.countRound();
		else if (otherResults.length > 0) this.#updates.push({ kind: "toolResults", results: otherResults });
	}

	/** Calls count as one round, however the child tells them. */
	countRound(): void {
		this.#rounds++;
	}

	/** One more call of the response that was opened last. */
	add(id: string, call: ToolCall): OpenCall {
		const added: OpenCall = { call, problem: null, reported: false, result: null };
		this.#calls.set(id, added);
		return added;
	}

	get(id: string): OpenCall | undefined {
		return this.#calls.get(id);
	}

	/** The child's id of the first call without a result that is such a one. */
	first(isSuch: (open: OpenCall) => boolean): string | undefined {
		return [...this.#calls].find(([, open]) => open.result === null && isSuch(open))?.[0];
	}

	announce(open: OpenCall): void {
		if (open.reported) return;
		open.reported = true;
		this.#updates.push({ kind: "toolCall", call: open.call });
	}

	/** Asks whether the child may use a tool of its own: `null` for yes, else the reason why not. Never rejects. */
	async permit(open: OpenCall): Promise<string | null> {
		this.announce(open);
		const { signal } = this;
		// What asks comes after the call in everybody's log.
		await this.#updates.taken();
		try {
			return await orAborted(this.#request.permitProviderTool(open.call, signal), signal);
		} catch (error) {
			return signal.aborted ? "Cancelled." : `Permission could not be asked for: ${(error as Error).message}`;
		}
	}

	/** Runs a tool of ours. `beforeAnswer` is called when all results are there, before the child gets the last. */
	async run(open: OpenCall, beforeAnswer: () => void | Promise<void>): Promise<ToolResult> {
		if (open.result !== null) return open.result;
		this.announce(open);
		const { signal } = this;
		await this.#updates.taken();
		const problem = this.isPastLastRound ? lastRoundNote : open.problem;
		const result =
			problem === null
				? await runCall(this.#request, open.call, signal)
				: failedResult(open.call.callId, problem);
		if (open.result === null && this.settle(open, result)) await beforeAnswer();
		return open.result ?? result;
	}

	/** True when it was the last result that the response waited for. */
	settle(open: OpenCall, result: ToolResult): boolean {
		this.announce(open);
		const settled = { ...result, content: settledContent(result.content) };
		open.result = settled;
		this.#updates.push({ kind: "toolResult", result: settled });
		const all = [...this.#calls.values()];
		if (all.some((other) => other.result === null)) return false;
		if (this.isLastRound)
			open.result = { ...settled, content: [...settled.content, { kind: "text", text: lastRoundNote }] };
		const results = [...this.#otherResults, ...all.map((other) => other.result!)];
		this.#updates.push({ kind: "toolResults", results });
		this.#calls = new Map();
		this.#otherResults = [];
		return true;
	}

	/** Every call without a result gets one that says so, and what runs for it is stopped. */
	cancel(): void {
		for (const open of this.#calls.values())
			if (open.result === null) this.settle(open, cancelledResult(open.call.callId));
		this.#stop.abort();
		this.#stop = new AbortController();
	}
}
