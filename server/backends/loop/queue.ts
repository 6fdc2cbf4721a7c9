/** Values handed from those who push to one who reads. Much that was pushed at once holds up nobody else. */
import { Breath } from "./breath.ts";

export class Queue<T> implements AsyncIterable<T> {
	#values: T[] = [];
	/** The place of the next one to be read. */
	#next = 0;
	#ended = false;
	#isWaiting = false;
	#wake: (() => void) | null = null;
	readonly #onTaken: (() => void)[] = [];

	/** Ignored once the queue has ended. */
	push(value: T): void {
		if (this.#ended) return;
		this.#values.push(value);
		this.#isWaiting = false;
		this.#wake?.();
	}

	/** What was pushed is still read; then the reader's loop ends. */
	end(): void {
		this.#ended = true;
		this.#wake?.();
	}

	/** Resolves when the reader is done with all that was pushed so far, or has left. */
	taken(): Promise<void> {
		return this.#isWaiting ? Promise.resolve() : new Promise((resolve) => this.#onTaken.push(resolve));
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<T> {
		const breath = new Breath();
		try {
			for (;;)
				if (this.#next < this.#values.length) {
					breath.begin();
					yield this.#values[this.#next++]!;
					if (breath.end()) await breath.take();
				} else {
					this.#values = [];
					this.#next = 0;
					this.#settle();
					if (this.#ended) return;
					await new Promise<void>((resolve) => {
						this.#wake = resolve;
					});
				}
		} finally {
			this.#settle();
		}
	}

	#settle(): void {
		this.#isWaiting = true;
		for (const resolve of this.#onTaken.splice(0)) resolve();
	}
}
