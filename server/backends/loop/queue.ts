/** Values handed from those who push to one who reads. */
export class Queue<T> implements AsyncIterable<T> {
	readonly #values: T[] = [];
	#ended = false;
	#wake: (() => void) | null = null;

	/** Ignored once the queue has ended. */
	push(...values: T[]): void {
		if (this.#ended) return;
		this.#values.push(...values);
		this.#wake?.();
	}

	/** What was pushed is still read; then the reader's loop ends. */
	end(): void {
		this.#ended = true;
		this.#wake?.();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<T> {
		for (;;) {
			if (this.#values.length > 0) yield this.#values.shift()!;
			else if (this.#ended) return;
			else
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
		}
	}
}
