/**
 * A session's log as the rest of the server uses it: commit first, then announce. Listeners are called in the
 * order of the events, within the call that appended them.
 */
import { wellFormed } from "../../ground/text/wellFormed.ts";
import type { SessionEvent, SessionHint, StoredEvent } from "../../protocol/index.ts";
import {
	type Heard,
	type RememberedAnswer,
	type RememberedRequest,
	type Store,
	StoreError,
	type TurnEntries,
} from "../store/store.ts";

export type LogListener = {
	onEvent(stored: StoredEvent): void;
	onHint(hint: SessionHint, seq: number): void;
};

/** What the disk refused is tried again after this time, and after ever longer ones. */
const firstRetryMs = 20;
const lastRetryMs = 2000;

type Unsettled = {
	readonly events: readonly SessionEvent[];
	readonly entries: TurnEntries | undefined;
	readonly heard: Heard | null;
};

/** How far what Python says has come: stored with the events that it led to. */
export type Progress = {
	heard(): Heard | null;
	/** All that happened so far is stored. */
	onStored(): void;
};

export class SessionLog {
	readonly sessionId: string;
	/** Where it is kept, with what is kept of other sessions: for reading, and for what is no event. */
	readonly store: Store;
	readonly #nameOf: (participantId: string) => string | undefined;
	readonly #listeners = new Set<LogListener>();
	#precede: () => void = () => {};
	#progress: Progress = { heard: () => null, onStored: () => {} };
	#headSeq: number;
	/** What happened and is not stored yet, oldest first. */
	readonly #unsettled: Unsettled[] = [];
	#retry: NodeJS.Timeout | null = null;

	/** `nameOf` names whoever ran a cell or asked a prompt: their name is stored with what they did. */
	constructor(
		store: Store,
		sessionId: string,
		headSeq: number,
		nameOf: (participantId: string) => string | undefined = () => undefined,
	) {
		this.sessionId = sessionId;
		this.store = store;
		this.#nameOf = nameOf;
		this.#headSeq = headSeq;
	}

	get headSeq(): number {
		return this.#headSeq;
	}

	/** Throws `StoreError` when the disk refuses; then nothing was written or announced. */
	append(
		events: readonly SessionEvent[],
		entries?: TurnEntries,
		answer?: RememberedAnswer,
	): readonly StoredEvent[] {
		this.#precede();
		this.#flush();
		return this.#append({ events, entries, heard: this.#progress.heard() }, answer);
	}

	#append({ events, entries, heard }: Unsettled, answer?: RememberedAnswer): readonly StoredEvent[] {
		const named = events.map((event) => wellFormed(this.#withName(event)));
		const stored = this.store.append(this.sessionId, named, entries, { answer, heard });
		this.#headSeq = stored.at(-1)?.seq ?? this.#headSeq;
		for (const event of stored) for (const listener of this.#listeners) listener.onEvent(event);
		return stored;
	}

	#withName(event: SessionEvent): SessionEvent {
		if ((event.kind !== "cellStarted" && event.kind !== "promptAccepted") || event.by === null) return event;
		const byName = this.#nameOf(event.by);
		return byName === undefined ? event : { ...event, byName };
	}

	/** Appends one event and returns its sequence number. */
	add(event: SessionEvent): number {
		this.append([event]);
		return this.#headSeq;
	}

	/**
	 * Appends what has happened already and cannot be refused. What the disk does not take now is tried again, before
	 * anything later and in a moment; people are told once.
	 */
	settle(events: readonly SessionEvent[], entries?: TurnEntries): void {
		this.#precede();
		this.#unsettled.push({ events, entries, heard: this.#progress.heard() });
		// Later ones wait for the first.
		if (this.#retry === null) this.#trySettle(0);
	}

	#trySettle(waitedMs: number): void {
		this.#retry = null;
		try {
			this.#flush();
			this.progress();
		} catch (error) {
			const text = `Not stored yet: ${(error as Error).message}`;
			if (waitedMs === 0) this.hint({ kind: "notice", level: "error", text });
			const nextMs = Math.min(lastRetryMs, Math.max(firstRetryMs, waitedMs * 2));
			this.#retry = setTimeout(() => this.#trySettle(nextMs), nextMs).unref();
		}
	}

	/** Throws when the disk refuses. What can never be stored is dropped, so that it holds up nothing. */
	#flush(): void {
		for (;;) {
			const [first] = this.#unsettled;
			if (!first) return;
			try {
				this.#append(first);
			} catch (error) {
				if (error instanceof StoreError && error.refused) throw error;
				this.hint({ kind: "notice", level: "error", text: `Not stored: ${(error as Error).message}` });
			}
			this.#unsettled.shift();
		}
	}

	/** Tries a last time to store what was refused. */
	end(): void {
		this.#precede();
		if (this.#retry === null) return;
		clearTimeout(this.#retry);
		this.#trySettle(lastRetryMs);
		if (this.#retry !== null) clearTimeout(this.#retry);
	}

	/** Appends what a request began, together with the answer to it where it may be sent again. */
	accept<T>(event: SessionEvent, request: RememberedRequest | undefined, toResult: (seq: number) => T): T {
		const [stored] = this.append([event], undefined, request && { ...request, result: toResult });
		return toResult(stored!.seq);
	}

	/** `settleGathered` settles what happened before and was not handed over yet. */
	precede(settleGathered: () => void): void {
		this.#precede = settleGathered;
	}

	tellProgress(progress: Progress): void {
		this.#progress = progress;
	}

	/** Tells whoever is told, unless the disk refuses something. */
	progress(): void {
		if (this.#unsettled.length === 0) this.#progress.onStored();
	}

	hint(hint: SessionHint): void {
		const told = wellFormed(hint);
		for (const listener of this.#listeners) listener.onHint(told, this.#headSeq);
	}

	subscribe(listener: LogListener): Disposable {
		this.#listeners.add(listener);
		return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
	}
}
