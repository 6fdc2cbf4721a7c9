/** Walks through the blocks, forth and back, round at the ends; a new answer starts anew. */
export class BlockCycle {
	#answer: string | null = null;
	#index = -1;

	/** The next block (`step` 1) or the previous one (-1); `null` when the answer has none. */
	step(answer: string, blocks: readonly string[], step: 1 | -1): string | null {
		if (this.#answer !== answer) {
			this.#answer = answer;
			this.#index = -1;
		}
		if (blocks.length === 0) return null;
		// Before the first step the place is in front of the first block, so going back shows the last one.
		const from = this.#index < 0 && step < 0 ? 0 : this.#index;
		this.#index = (from + step + blocks.length) % blocks.length;
		return blocks[this.#index]!;
	}
}
