/** What the log keeps of one cell's output, and the blob where the rest goes. */
import type { OmittedOutput, Output } from "../../../protocol/index.ts";
import {
	capOutput,
	defaultOutputCap,
	noOutput,
	type OutputTotals,
	omittedOutput,
} from "../../store/outputCap.ts";
import type { CellOutput } from "../../store/store.ts";
import { newId } from "../ids.ts";

export type CellFacts = {
	readonly cellId: string;
	readonly kernelId: string;
	readonly by: string | null;
};

export class CellRecord {
	readonly cellId: string;
	readonly kernelId: string;
	readonly by: string | null;
	readonly submittedAt = Date.now();
	/** Resolves to the cell's number when it has ended. */
	readonly done: Promise<number | null>;
	readonly #onDone: (executionCount: number | null) => void;
	#executionCount: number | null = null;
	#isRunning = true;
	// Blobs have one folder for all sessions, and a cell from a notebook brings its own id.
	#blobId: string;
	#totals: OutputTotals;
	/** How many outputs the log has of it. */
	#stored = 0;
	/** How much was cut as the log says; below zero while it says nothing. */
	#toldChars: number;

	constructor({ cellId, kernelId, by }: CellFacts, stored?: CellOutput) {
		this.cellId = cellId;
		this.kernelId = kernelId;
		this.by = by;
		const { promise, resolve } = Promise.withResolvers<number | null>();
		this.done = promise;
		this.#onDone = resolve;
		this.#blobId = stored?.blobId ?? newId();
		this.#totals = stored?.totals ?? noOutput;
		this.#toldChars = stored?.blobId ? this.#totals.cutChars : -1;
	}

	get executionCount(): number | null {
		return this.#executionCount;
	}

	get isRunning(): boolean {
		return this.#isRunning;
	}

	/** What comes now is late. */
	end(executionCount: number | null): void {
		this.#isRunning = false;
		this.#executionCount = executionCount;
		this.#onDone(executionCount);
	}

	/** How long its output may wait for more: the more there was, the longer, so that no cell fills the log. */
	get waitMs(): number {
		return Math.min(10_000, 50 + Math.min(450, this.#stored / 20) + this.#totals.loggedChars / 16_000);
	}

	/** What is kept of an output, and what goes to the blob. */
	take(output: Output): { outputs: readonly Output[]; blobId: string; blobText: string } {
		const { blobChars } = this.#totals;
		const { totals, outputs, blobText } = capOutput(this.#totals, output, defaultOutputCap);
		// It was cleared: what the old blob holds is part of nothing any more.
		if (totals.blobChars < blobChars) {
			this.#blobId = newId();
			this.#toldChars = -1;
		}
		this.#totals = totals;
		this.#stored += outputs.length;
		return { outputs, blobId: this.#blobId, blobText };
	}

	/** More was left out than the log says. */
	get hasGrown(): boolean {
		const { cutChars, blobChars } = this.#totals;
		return cutChars + blobChars > 0 && cutChars > this.#toldChars;
	}

	/** Enough more for the log, which is told each doubling. */
	get hasDoubled(): boolean {
		return this.hasGrown && this.#totals.cutChars >= 2 * this.#toldChars;
	}

	/** What stands for what was left out. */
	get omitted(): OmittedOutput | null {
		return omittedOutput(this.#totals, this.#blobId, defaultOutputCap);
	}

	/** The same, and the log has it now. */
	tellOmitted(): OmittedOutput | null {
		this.#toldChars = this.#totals.cutChars;
		return this.omitted;
	}
}
