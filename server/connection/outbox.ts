/**
 * Sends session updates to one client. The first goes out at once; while the client is behind, deltas of the same
 * item are merged and everything waits in order. A client that falls too far behind is told `overrun` once and
 * gets nothing more of that session until it attaches again: it never makes the server grow.
 */
import type { SessionHint, SessionUpdateParams } from "../../protocol/index.ts";

export type Transport = {
	/** Bytes handed over but not sent yet. */
	readonly pendingBytes: number;
	onceDrained(callback: () => void): void;
	send(update: SessionUpdateParams): void;
};

/** While more than this waits in the socket, updates are held back and merged. */
const highWaterBytes = 256 * 1024;
const maxHeld = 5000;

export class Outbox {
	readonly #transport: Transport;
	#held: SessionUpdateParams[] = [];
	#waiting = false;
	readonly #overrun = new Set<string>();

	constructor(transport: Transport) {
		this.#transport = transport;
	}

	send(update: SessionUpdateParams): void {
		if (this.#overrun.has(update.sessionId)) return;
		if (this.#held.length === 0 && this.#transport.pendingBytes < highWaterBytes) {
			this.#transport.send(update);
			return;
		}
		this.#hold(update);
		if (this.#waiting) return;
		this.#waiting = true;
		this.#transport.onceDrained(() => this.#flush());
	}

	/** The client attached again: updates of this session go out from here on. */
	restart(sessionId: string): void {
		this.#overrun.delete(sessionId);
		this.#held = this.#held.filter((update) => update.sessionId !== sessionId);
	}

	#hold(update: SessionUpdateParams): void {
		const last = this.#held.at(-1);
		const merged = last ? mergeUpdates(last, update) : null;
		if (merged) {
			this.#held[this.#held.length - 1] = merged;
			return;
		}
		this.#held.push(update);
		if (this.#held.length <= maxHeld) return;
		this.#held = this.#held.filter(({ sessionId }) => sessionId !== update.sessionId);
		this.#held.push({ kind: "overrun", sessionId: update.sessionId, seq: update.seq });
		this.#overrun.add(update.sessionId);
	}

	#flush(): void {
		this.#waiting = false;
		while (this.#held.length > 0 && this.#transport.pendingBytes < highWaterBytes)
			this.#transport.send(this.#held.shift()!);
		if (this.#held.length === 0) return;
		this.#waiting = true;
		this.#transport.onceDrained(() => this.#flush());
	}
}

const mergeUpdates = (
	first: SessionUpdateParams,
	second: SessionUpdateParams,
): SessionUpdateParams | null => {
	if (first.kind !== "hint" || second.kind !== "hint" || first.sessionId !== second.sessionId) return null;
	const hint = mergeHints(first.hint, second.hint);
	return hint && { ...second, hint };
};

const mergeHints = (first: SessionHint, second: SessionHint): SessionHint | null => {
	if (first.kind !== second.kind) return null;
	if (
		(first.kind === "textDelta" || first.kind === "thinkingDelta") &&
		(second.kind === "textDelta" || second.kind === "thinkingDelta")
	)
		return first.itemId === second.itemId ? { ...second, delta: first.delta + second.delta } : null;
	if (first.kind === "toolOutput" && second.kind === "toolOutput")
		return first.callId === second.callId ? { ...second, delta: first.delta + second.delta } : null;
	return first.kind === "kernelStatus" || first.kind === "working" ? second : null;
};
