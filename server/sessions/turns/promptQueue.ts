/** The prompts that wait for their turn, in order. Each is stored before it counts. */
import { textOf } from "../../../ground/text/contentText.ts";
import type { Content, PromptResult, SessionEvent } from "../../../protocol/index.ts";
import type { RememberedRequest, Store } from "../../store/store.ts";
import { RequestError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";

/** Prompts that may wait. */
const maxQueue = 100;

type Waiting = NonNullable<ReturnType<Store["turn"]>>;

export class PromptQueue {
	readonly #log: SessionLog;
	/** Those that wait for the end of their cell. */
	readonly #held = new Set<string>();
	/** Those that have ended although the disk has refused to say so until now. */
	readonly #ended = new Set<string>();

	constructor(log: SessionLog) {
		this.#log = log;
	}

	/** The one to begin next. */
	get next(): Waiting | null {
		const turnId = this.#waiting.find((each) => !this.#held.has(each));
		return turnId === undefined ? null : this.#log.store.turn(this.#log.sessionId, turnId);
	}

	/** A prompt was answered, or could not be: it waits no more, also when that is not stored yet. */
	end(turnId: string): void {
		this.#ended.add(turnId);
	}

	/** Fails with `limitReached` when too many wait. */
	add(
		content: readonly Content[],
		source: string,
		by: string | null,
		request?: RememberedRequest,
	): PromptResult {
		this.#requireRoom();
		const turnId = newId();
		const accepted: SessionEvent = { kind: "promptAccepted", turnId, content: [...content], source, by };
		return this.#log.accept(accepted, request, (seq) => ({ turnId, seq }));
	}

	/** As `add`, but the prompt is held until what comes back was called, with the number of the cell it was typed as. */
	addFromCell(text: string, by: string | null): (executionCount: number | null) => void {
		this.#requireRoom();
		const turnId = newId();
		this.#held.add(turnId);
		const content: Content[] = [{ kind: "text", text }];
		this.#log.add({ kind: "promptAccepted", turnId, content, source: `.${text}`, by });
		return (executionCount) => {
			this.#held.delete(turnId);
			if (executionCount !== null && this.#has(turnId))
				this.#log.settle([{ kind: "promptNumbered", turnId, executionCount }]);
		};
	}

	/** Fails with `itemNotFound` when the prompt does not wait. */
	edit(turnId: string, content: readonly Content[]): void {
		this.#require(turnId);
		const source = `.${textOf(content)}`;
		this.#log.add({ kind: "promptEdited", turnId, content: [...content], source });
	}

	/** As `edit`. */
	remove(turnId: string): void {
		this.#require(turnId);
		this.#log.add({ kind: "promptRemoved", turnId });
	}

	/** Takes a prompt out if it waits; tells whether it did. */
	cancel(turnId: string): boolean {
		if (!this.#has(turnId)) return false;
		this.#log.add({ kind: "promptRemoved", turnId });
		return true;
	}

	get #waiting(): readonly string[] {
		const stored = this.#log.store.queuedTurns(this.#log.sessionId);
		for (const ended of this.#ended) if (!stored.includes(ended)) this.#ended.delete(ended);
		return stored.filter((turnId) => !this.#ended.has(turnId));
	}

	#has(turnId: string): boolean {
		return this.#waiting.includes(turnId);
	}

	#require(turnId: string): void {
		if (!this.#has(turnId))
			throw new RequestError(
				"itemNotFound",
				`Prompt ${turnId} does not wait in the queue: it has started or ended.`,
			);
	}

	#requireRoom(): void {
		if (this.#waiting.length >= maxQueue)
			throw new RequestError(
				"limitReached",
				`${maxQueue} prompts wait already: cancel some or let them run.`,
			);
	}
}
