/** The numbers of a kernel's inputs: cells and prompts, also those of other clients. */
export class InputNumbers {
	#next = 1;
	/** Cells and prompts that have been sent but have no final number yet. */
	#open = 0;

	get next(): number {
		return this.#next;
	}

	/** What the next cell surely gets; `null` while one before it has no number yet. */
	get certain(): number | null {
		return this.#open === 0 ? this.#next : null;
	}

	/** A kernel that is ready says where it stands. */
	goOnAt(next: number): void {
		this.#next = next;
	}

	/** Numbers grow: the next is this one at least. */
	reach(next: number): void {
		this.#next = Math.max(this.#next, next);
	}

	/** A cell or prompt is sent. What comes back is to be called once, with its number; `null` when it got none. */
	send(): (executionCount: number | null) => void {
		this.#open++;
		return (executionCount) => {
			this.#open--;
			if (executionCount !== null) this.reach(executionCount + 1);
		};
	}
}
