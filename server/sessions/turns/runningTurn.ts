/** A turn while it runs: what comes of it is told and stored as it comes, and it ends exactly once. */

import { textOf } from "../../../ground/text/contentText.ts";
import { WholePieces } from "../../../ground/text/wellFormed.ts";
import type {
	Content,
	SessionEvent,
	SessionHint,
	StopReason,
	TurnChanges,
	Usage,
} from "../../../protocol/index.ts";
import type { Backend, TurnUpdate } from "../../backends/backend.ts";
import type { Entry } from "../../context/transcript.ts";
import type { PartialItem } from "../../store/store.ts";
import { meantCall } from "../../tools/offered.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";

const partialEveryMs = 250;

export type TurnEnd = Extract<TurnUpdate, { kind: "end" }>;

export class RunningTurn {
	readonly turnId: string;
	/** It was typed as a cell, whose number it has. */
	readonly isNumbered: boolean;
	readonly backend: Backend | null;
	readonly abort = new AbortController();
	/** Input for the turn that its backend has not taken yet. */
	readonly steering: (readonly Content[])[] = [];
	readonly #log: SessionLog;
	readonly #partial = new Map<string, PartialItem>();
	readonly #pieces = new Map<string, WholePieces>();
	#ended = false;

	constructor(
		{ turnId, executionCount }: { readonly turnId: string; readonly executionCount: number | null },
		backend: Backend | null,
		log: SessionLog,
	) {
		this.turnId = turnId;
		this.isNumbered = executionCount !== null;
		this.backend = backend;
		this.#log = log;
	}

	/** Text and thinking that are not events yet. */
	get partial(): readonly PartialItem[] {
		// A half at the end is told with its other one.
		return [...this.#partial.values()].map((item) => ({ ...item, text: new WholePieces().take(item.text) }));
	}

	/** Takes what comes until the end, which it gives. The transcript grows with it. */
	async follow(updates: AsyncIterable<TurnUpdate>, transcript: Entry[]): Promise<TurnEnd | null> {
		const savePartial = setInterval(() => this.#savePartial(), partialEveryMs);
		let end: TurnEnd | null = null;
		try {
			for await (const update of updates) {
				if (update.kind === "end") end = update;
				else this.#take(update, transcript);
			}
		} finally {
			clearInterval(savePartial);
		}
		return end;
	}

	/** Steering that came too late for this turn becomes a prompt of its own. */
	requeueSteering(): void {
		for (const content of this.steering.splice(0)) {
			const prompt = { turnId: newId(), content: [...content], source: textOf(content), by: null };
			this.#log.settle([{ kind: "promptAccepted", ...prompt }]);
		}
	}

	/** Text that had begun is kept. Only the first end counts. */
	finish(
		stopReason: StopReason,
		usage: Usage | null,
		error: string | null,
		changes: TurnChanges | null = null,
	): void {
		if (this.#ended) return;
		this.#ended = true;
		const { turnId } = this;
		const leftover = this.partial.map(
			({ kind, itemId, text }): SessionEvent => ({ kind, turnId, itemId, text }),
		);
		this.#partial.clear();
		const changed: SessionEvent[] = changes === null ? [] : [{ kind: "turnChanges", turnId, changes }];
		this.#log.settle([...leftover, ...changed, { kind: "turnFinished", turnId, stopReason, usage, error }]);
	}

	#take(update: Exclude<TurnUpdate, TurnEnd>, transcript: Entry[]): void {
		const { turnId } = this;
		const log = this.#log;
		switch (update.kind) {
			case "textDelta":
			case "thinkingDelta": {
				const kind = update.kind === "textDelta" ? "text" : "thinking";
				const before = this.#partial.get(update.itemId)?.text ?? "";
				this.#partial.set(update.itemId, { kind, itemId: update.itemId, text: before + update.delta });
				this.#hint(update.itemId, update.delta, (delta) => ({
					kind: update.kind,
					turnId,
					itemId: update.itemId,
					delta,
				}));
				break;
			}
			case "text":
			case "thinking":
				this.#partial.delete(update.itemId);
				log.settle([{ kind: update.kind, turnId, itemId: update.itemId, text: update.text }]);
				break;
			case "toolCall": {
				const { callId, name, args, executor } = meantCall(update.call);
				log.settle([{ kind: "toolCall", turnId, callId, name, args: { ...args }, executor }]);
				break;
			}
			case "toolOutput":
				this.#hint(update.callId, update.delta, (delta) => ({
					kind: "toolOutput",
					turnId,
					callId: update.callId,
					delta,
				}));
				break;
			case "toolResult": {
				const { callId, content, isError } = update.result;
				log.settle([{ kind: "toolResult", turnId, callId, content: [...content], isError }]);
				break;
			}
			case "response":
				this.#add(transcript, update.entry, []);
				break;
			case "toolResults":
				this.#add(transcript, { role: "tool", results: update.results }, []);
				break;
			case "steered":
				this.#add(transcript, { role: "user", content: update.content }, [
					{ kind: "steered", turnId, content: [...update.content] },
				]);
				break;
			case "retrying":
				log.hint({
					kind: "retrying",
					turnId,
					attempt: update.attempt,
					delayMs: update.delayMs,
					reason: update.reason,
				});
				break;
			case "progress":
				log.hint({ kind: "progress", turnId, text: update.text, share: update.share });
				break;
			case "notice":
				log.hint({ kind: "notice", level: "info", text: update.text });
				break;
			default:
				update satisfies never;
		}
	}

	/** A piece as it can be told: providers cut between the halves of a character. */
	#hint(id: string, piece: string, toHint: (delta: string) => SessionHint): void {
		const pieces = this.#pieces.get(id) ?? new WholePieces();
		this.#pieces.set(id, pieces);
		const delta = pieces.take(piece);
		if (delta !== "") this.#log.hint(toHint(delta));
	}

	#add(transcript: Entry[], entry: Entry, events: readonly SessionEvent[]): void {
		this.#log.settle(events, { turnId: this.turnId, entries: [entry] });
		transcript.push(entry);
	}

	#savePartial(): void {
		if (this.#partial.size === 0) return;
		try {
			this.#log.store.savePartial(this.#log.sessionId, this.turnId, this.partial);
		} catch {
			// The next time stores all of it; the item as a whole comes at its end.
		}
	}
}
