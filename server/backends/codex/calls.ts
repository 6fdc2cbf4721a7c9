/**
 * The calls of a Codex turn. Codex asks for ours, and whether it may use its own tools, in any order and as soon as
 * the model has written them. Each is begun after the response that names it was reported, in the order of the
 * calls: ours run one at a time, what Codex may do it does beside them.
 */
import type { ToolCall, ToolResult } from "../../context/transcript.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import { type OpenCall, OpenCalls } from "../loop/openCalls.ts";
import type { Queue } from "../loop/queue.ts";
import { newCallId } from "../loop/responseItems.ts";
import { lastRoundNote } from "../loop/toolLoop.ts";
import type { WireNames } from "../loop/wireId.ts";
import type { Params } from "./appServer.ts";
import { ownCall, ownItemResult, ownOutput } from "./ownTools.ts";
import type { CodexResponse } from "./response.ts";

/** How long a call waits for one before it that Codex has not asked for yet. */
const orderMs = 250;

type Named = { readonly name: string; readonly args: Params; readonly executor: ToolCall["executor"] };
type Asked = Named & { begin(open: OpenCall): Promise<void>; drop(): void };

export type CodexCallsOptions = {
	readonly request: TurnRequest;
	readonly names: WireNames;
	readonly updates: Queue<TurnUpdate>;
	/** All results of a response are there; Codex is about to ask the model again. */
	onResults(): void | Promise<void>;
	/** Tells the model what Codex does not: why it may not use a tool, or that this use is the last. */
	tell(text: string): Promise<void>;
};

export class CodexCalls {
	readonly #options: CodexCallsOptions;
	readonly #open: OpenCalls;
	/** What Codex asked for and has not begun. */
	readonly #asked = new Map<string, Asked>();
	readonly #begun = new WeakSet<OpenCall>();
	/** Uses of Codex's own tools as it tells them, by its ids. */
	readonly #uses = new Map<string, Params>();
	/** Calls that no response names: a script made them, or the version tells no responses. */
	readonly #unnamed = new Set<string>();
	#isWhole = false;
	#isRunning = false;
	#ended = false;

	constructor(options: CodexCallsOptions) {
		this.#options = options;
		this.#open = new OpenCalls(options.request, options.updates);
	}

	get isLastRound(): boolean {
		return this.#open.isLastRound;
	}

	get isPastLastRound(): boolean {
		return this.#open.isPastLastRound;
	}

	/** A response with calls has begun; what is asked waits until it is whole. */
	expectResponse(): void {
		this.#isWhole = false;
	}

	/** A response was reported. */
	open(response: CodexResponse): void {
		for (const id of this.#unnamed) {
			const open = this.#open.get(id);
			if (open !== undefined && open.result === null) this.#settle(open, stillRuns);
		}
		this.#unnamed.clear();
		this.#open.open(response.calls(), response.items.providerResults);
		if (response.isScript) this.#open.countRound();
		this.#isWhole = true;
		this.#runNext();
	}

	/** Runs one of our tools; `null` when the turn ends before. */
	run(id: string, tool: string, args: Params): Promise<ToolResult | null> {
		const call = { name: this.#options.names.fromWire(tool), args, executor: "server" } as const;
		return this.#ask(id, call, async (open, answer) =>
			answer(await this.#open.run(open, this.#options.onResults)),
		);
	}

	/** Whether Codex may use a tool of its own; `null` when the turn ends before. */
	permit(asked: Params): Promise<boolean | null> {
		const id: string = asked.itemId;
		const call = { ...ownCall(this.#uses.get(id) ?? asked), executor: "provider" } as const;
		return this.#ask(id, call, async (open, answer) => {
			const refusal = await this.#open.permit(open);
			if (refusal !== null) {
				this.#settle(open, { content: [{ kind: "text", text: refusal }], isError: true });
				await this.#options.tell(`${open.call.name}: ${refusal}`);
				return answer(false);
			}
			if (this.#open.isLastRound) await this.#options.tell(lastRoundNote);
			answer(true);
		});
	}

	useStarted(item: Params): void {
		this.#uses.set(item.id, item);
	}

	/** Live output of a command. */
	useSaid(id: string, delta: string): void {
		const named = this.#open.get(id);
		// One that had been left to run is waited for by another call.
		const waits = this.#open.first(waitsOnly);
		const open = named?.result === null ? named : this.#open.get(waits ?? "");
		if (open === undefined) return;
		this.#open.announce(open);
		this.#options.updates.push({ kind: "toolOutput", callId: open.call.callId, delta });
	}

	useEnded(item: Params): void {
		this.#uses.set(item.id, item);
		const open = this.#open.get(item.id);
		if (open !== undefined && open.result === null && this.#unnamed.has(item.id))
			this.#settle(open, ownItemResult(item));
	}

	/** What the model is told as the result of a call. */
	takeOutput(id: string, output: unknown): void {
		const open = this.#open.get(id);
		if (open === undefined || open.result !== null) return;
		const told = typeof output === "string" ? output : JSON.stringify(output);
		const status = this.#uses.get(id)?.status;
		// Only what Codex does not let through is answered without a use.
		const isError = status === undefined ? open.call.name !== "write_stdin" : /failed|declined/.test(status);
		this.#settle(open, { content: ownOutput(told), isError });
	}

	/** Every call without a result gets one that says so, and what runs for it is stopped. */
	cancel(): void {
		this.#open.cancel();
	}

	/** The turn is over: whatever is asked now, or was not begun, is not done. */
	end(): void {
		this.#ended = true;
		for (const { drop } of this.#asked.values()) drop();
		this.#asked.clear();
	}

	#ask<T>(
		id: string,
		call: Named,
		begin: (open: OpenCall, answer: (result: T) => void) => Promise<void>,
	): Promise<T | null> {
		if (this.#ended) return Promise.resolve(null);
		return new Promise((resolve) => {
			this.#asked.set(id, { ...call, begin: (open) => begin(open, resolve), drop: () => resolve(null) });
			this.#runNext();
		});
	}

	/**
	 * Begins the next call, if it was asked for. Codex asks for all calls of a response at once, in any order; a
	 * version that asks one by one is not waited for longer than `orderMs`.
	 */
	#runNext(order: "expected" | "any" = "expected"): void {
		if (this.#isRunning || this.#asked.size === 0 || !this.#isWhole || this.#ended) return;
		const expected = this.#open.first((open) => !this.#begun.has(open) && !waitsOnly(open));
		const isThere = expected !== undefined && this.#asked.has(expected);
		if (expected !== undefined && !isThere && order === "expected") {
			setTimeout(() => this.#runNext("any"), orderMs).unref();
			return;
		}
		const id = isThere ? expected : this.#asked.keys().next().value!;
		const asked = this.#asked.get(id)!;
		this.#asked.delete(id);
		const open = this.#open.get(id) ?? this.#add(id, asked);
		this.#begun.add(open);
		this.#isRunning = true;
		void asked.begin(open).then(() => {
			this.#isRunning = false;
			this.#runNext();
		});
	}

	#add(id: string, { name, args, executor }: Named): OpenCall {
		const call: ToolCall = { kind: "toolCall", callId: newCallId(), name, args: args ?? {}, executor };
		this.#options.updates.push({ kind: "response", entry: { role: "assistant", items: [call] } });
		this.#unnamed.add(id);
		return this.#open.add(id, call);
	}

	#settle(open: OpenCall, result: Omit<ToolResult, "callId">): void {
		if (this.#open.settle(open, { ...result, callId: open.call.callId })) void this.#options.onResults();
	}
}

/** A call that Codex does not ask about. */
const waitsOnly = ({ call }: OpenCall): boolean =>
	call.executor === "provider" && call.name === "write_stdin";

const stillRuns: Omit<ToolResult, "callId"> = {
	content: [{ kind: "text", text: "It still runs." }],
	isError: false,
};
