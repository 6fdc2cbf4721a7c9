/** Windows that show the whole output of a cell: after the first answer each is told only what has changed. */
import type { Line } from "./terminalLines.ts";

/** Keep the first `from` lines of what there is; then come these. */
export type LinesFrom = { readonly from: number; readonly lines: readonly Line[] };

export class OutputWindows {
	readonly #told = new Map<string, readonly Line[]>();

	/** What a window of this cell needs to show `now`; without `again` it shows nothing yet. */
	lines(cellId: string, now: readonly Line[], again: boolean): LinesFrom {
		const before = again ? (this.#told.get(cellId) ?? []) : [];
		this.#told.set(cellId, now);
		let from = 0;
		// A line that did not change is the same object.
		while (from < before.length && before[from] === now[from]) from++;
		return { from, lines: now.slice(from) };
	}

	close(cellId: string): void {
		this.#told.delete(cellId);
	}
}
