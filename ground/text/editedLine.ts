/** A line of a terminal while it is written, and written over. */
import { graphemes, graphemeWidth, textWidth } from "./textWidth.ts";

export type Run = readonly [text: string, style: string];

type Cell = { text: string; style: string };

export class EditedLine {
	/** The line, as long as text was only added to it: the usual case. */
	#runs: [string, string][];
	/** The line by cells, once something in it was overwritten; `#at` is the place in it. */
	#cells: Cell[] | null = null;
	#at = 0;

	constructor(runs: readonly Run[] = []) {
		this.#runs = runs.map(([text, style]) => [text, style]);
	}

	get runs(): readonly Run[] {
		if (this.#cells === null) return this.#runs;
		const runs: [string, string][] = [];
		for (const { text, style } of this.#cells) append(runs, text, style);
		return runs;
	}

	get column(): number {
		return this.#cells === null ? this.#runs.reduce((sum, [text]) => sum + textWidth(text), 0) : this.#at;
	}

	put(text: string, style: string): void {
		if (text === "") return;
		const cells = this.#cells;
		if (cells === null) {
			append(this.#runs, text, style);
			return;
		}
		for (const cell of cellsOf(text)) {
			const before = cells[this.#at - 1];
			if (cell !== "" && cells[this.#at]?.text === "" && before) before.text = " ";
			cells[this.#at++] = { text: cell, style };
		}
		// What an overwritten wide character leaves behind is a blank.
		const next = cells[this.#at];
		if (next?.text === "") next.text = " ";
	}

	/** At most to the end of what is written. */
	moveTo(column: number): void {
		this.#at = Math.min(column, this.#spread().length);
	}

	eraseRest(): void {
		this.#spread().length = this.#at;
	}

	/** Erases the line; what comes is written where it would have been. */
	blank(): void {
		this.#cells = this.#spread()
			.slice(0, this.#at)
			.map(() => ({ text: " ", style: "" }));
	}

	#spread(): Cell[] {
		if (this.#cells === null) {
			this.#cells = this.#runs.flatMap(([text, style]) =>
				[...cellsOf(text)].map((cell) => ({ text: cell, style })),
			);
			this.#at = this.#cells.length;
		}
		return this.#cells;
	}
}

const append = (runs: [string, string][], text: string, style: string): void => {
	const last = runs.at(-1);
	if (last?.[1] === style) last[0] += text;
	else runs.push([text, style]);
};

/** A grapheme per cell; nothing in the second cell of a wide one. */
function* cellsOf(text: string): Iterable<string> {
	for (const grapheme of graphemes(text)) {
		const width = graphemeWidth(grapheme);
		if (width === 0) continue;
		yield grapheme;
		if (width === 2) yield "";
	}
}
