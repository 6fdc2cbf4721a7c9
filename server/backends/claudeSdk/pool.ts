/** Children that wait for the next turn of their conversation. A child in use is not in the pool. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ClaudeChild } from "./child.ts";

/** Each takes about 200 MB. */
const maxIdle = 6;

/** The server does not wait for longer at its own end. */
const maxEndMs = 2_000;

/** A conversation that rests for longer gets a new child when it goes on. */
const maxIdleMs = 15 * 60_000;

export class ChildPool {
	/** The longest unused first. */
	readonly #idle = new Map<string, ClaudeChild>();
	readonly #timers = new Map<ClaudeChild, NodeJS.Timeout>();
	/** Those that are not gone yet. */
	readonly #all = new Set<ClaudeChild>();
	readonly #seen = new Set<string>();

	/** The conversation's child, to be given back with `put`. One that does not fit is closed. */
	take(conversationId: string, fits: (child: ClaudeChild) => boolean): ClaudeChild | null {
		const child = this.#idle.get(conversationId);
		if (child === undefined) return null;
		this.#idle.delete(conversationId);
		this.#stopTimer(child);
		if (!child.ended && fits(child)) return child;
		this.close(child);
		return null;
	}

	add(child: ClaudeChild): ClaudeChild {
		this.#all.add(child);
		void child.gone.then(() => this.#all.delete(child));
		return child;
	}

	put(conversationId: string, child: ClaudeChild): void {
		const other = this.#idle.get(conversationId);
		if (other !== undefined) this.close(other);
		this.#idle.delete(conversationId);
		this.#idle.set(conversationId, child);
		const rest = () => {
			if (this.#idle.get(conversationId) === child) this.#idle.delete(conversationId);
			this.close(child);
		};
		this.#timers.set(child, setTimeout(rest, maxIdleMs).unref());
		for (const [id, oldest] of this.#idle) {
			if (this.#idle.size <= maxIdle) break;
			this.#idle.delete(id);
			this.close(oldest);
		}
	}

	close(child: ClaudeChild): void {
		this.#stopTimer(child);
		child.close();
	}

	#stopTimer(child: ClaudeChild): void {
		clearTimeout(this.#timers.get(child));
		this.#timers.delete(child);
	}

	/**
	 * True from the second time on that a conversation begins without history: its requests have nothing to do with
	 * each other, as those of completions.
	 */
	beginsAgain(conversationId: string): boolean {
		if (this.#seen.has(conversationId)) return true;
		this.#seen.add(conversationId);
		return false;
	}

	/** Ends all children; resolves once they are gone, with what they had of conversations on the disk. */
	async dispose(): Promise<void> {
		for (const child of this.#all) this.close(child);
		this.#idle.clear();
		const late = sleep(maxEndMs, undefined, { ref: false });
		await Promise.race([late, Promise.all([...this.#all].map(({ gone }) => gone))]);
	}
}
