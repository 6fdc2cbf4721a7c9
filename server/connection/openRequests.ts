/**
 * A client's requests that wait for their answers. Inside they bear numbers of ours: the library takes `1` and `"1"`
 * for the same, and answers only the later of two that are alike.
 */

/** So many may wait: who sends more does not wait for answers. */
export const maxOpenRequests = 1000;

export class OpenRequests {
	readonly #ours = new Map<string | number, number>();
	readonly #theirs = new Map<number, string | number>();
	#last = 0;

	get size(): number {
		return this.#ours.size;
	}

	/** Whether a request with this id waits already. */
	has(id: string | number): boolean {
		return this.#ours.has(id);
	}

	/** Our number for a request that came. */
	open(id: string | number): number {
		const own = ++this.#last;
		this.#ours.set(id, own);
		this.#theirs.set(own, id);
		return own;
	}

	/** Our number for a client's id, `undefined` where no such request waits. */
	find(id: unknown): number | undefined {
		return this.#ours.get(id as string);
	}

	/** The client's id of a request that is answered now, `undefined` where none waits. */
	close(own: number): string | number | undefined {
		const id = this.#theirs.get(own);
		if (id === undefined) return undefined;
		this.#theirs.delete(own);
		this.#ours.delete(id);
		return id;
	}
}
