/**
 * A session's log as the rest of the server uses it: commit first, then announce. Listeners are called in the
 * order of the events, within the call that appended them.
 */
import type { SessionEvent, SessionHint, StoredEvent } from "../../protocol/index.ts";
import type { RememberedAnswer, Store, TurnEntries } from "../store/store.ts";

export type LogListener = {
	onEvent(stored: StoredEvent): void;
	onHint(hint: SessionHint, seq: number): void;
};

export class SessionLog {
	readonly sessionId: string;
	readonly #store: Store;
	readonly #listeners = new Set<LogListener>();
	#headSeq: number;

	constructor(store: Store, sessionId: string, headSeq: number) {
		this.sessionId = sessionId;
		this.#store = store;
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
		const stored = this.#store.append(this.sessionId, events, entries, answer);
		this.#headSeq = stored.at(-1)?.seq ?? this.#headSeq;
		for (const event of stored) for (const listener of this.#listeners) listener.onEvent(event);
		return stored;
	}

	/** Appends one event and returns its sequence number. */
	add(event: SessionEvent): number {
		this.append([event]);
		return this.#headSeq;
	}

	/** Appends what a request began, together with the answer to it. */
	accept<T>(event: SessionEvent, requestId: string, toResult: (seq: number) => T): T {
		const [stored] = this.append([event], undefined, { requestId, result: toResult });
		return toResult(stored!.seq);
	}

	hint(hint: SessionHint): void {
		for (const listener of this.#listeners) listener.onHint(hint, this.#headSeq);
	}

	subscribe(listener: LogListener): Disposable {
		this.#listeners.add(listener);
		return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
	}
}
