/** Work that may go on and on lets everybody else have their turns. */
import { setImmediate as nextTurn } from "node:timers/promises";

/** So much work is done in a row. */
const holdMs = 10;

export class Breath {
	#workedMs = 0;
	#began = 0;

	/** A piece of work begins. */
	begin(): void {
		this.#began = performance.now();
	}

	/** It is done; true when others should have a turn before the next. */
	end(): boolean {
		this.#workedMs += performance.now() - this.#began;
		return this.#workedMs > holdMs;
	}

	async take(): Promise<void> {
		this.#workedMs = 0;
		await nextTurn();
	}
}
