/** A line of a terminal while it is written, and written over. */
import { joined, type PlainText, words } from "./screenText.ts";
import { graphemes, graphemeWidth, textWidth } from "./textWidth.ts";

export type Run<Style extends string> = readonly [text: PlainText, style: Style];

/** What an overwritten wide character leaves behind, and what an erased one is. */
const blank = words` `;
const nothing = words``;

type Cell<Style> = { text: PlainText; style: Style };

export class EditedLine<Style extends string> {
	readonly #noStyle: Style;
	/** The line, as long as text was only added to it: the usual case. */
	readonly #runs: [PlainText, Style][];
	/** The line by cells, once something in it was overwritten; `#at` is the place in it. */
	#cells: Cell<Style>[] | null = null;
	#at = 0;
	/** Cells of the runs as far as they were counted: before the run, and in it so many characters. */
	#counted = { run: 0, chars: 0, cells: 0 };

	constructor(noStyle: Style, runs: readonly Run<Style>[] = []) {
		this.#noStyle = noStyle;
		this.#runs = runs.map(([text, style]) => [text, style]);
	}

	get runs(): readonly Run<Style>[] {
		if (this.#cells === null) return this.#runs;
		const runs: [PlainText, Style][] = [];
		for (const { text, style } of this.#cells) append(runs, text, style);
		return runs;
	}

	get column(): number {
		if (this.#cells !== null) return this.#at;
		const counted = this.#counted;
		for (; counted.run < this.#runs.length; counted.run++, counted.chars = 0) {
			const [text] = this.#runs[counted.run]!;
			counted.cells += textWidth(text.slice(counted.chars));
			counted.chars = text.length;
			if (counted.run === this.#runs.length - 1) break;
		}
		return counted.cells;
	}

	put(text: PlainText, style: Style): void {
		if (text === "") return;
		const cells = this.#cells;
		if (cells === null) {
			append(this.#runs, text, style);
			return;
		}
		for (const cell of cellsOf(text)) {
			const before = cells[this.#at - 1];
			if (cell !== "" && cells[this.#at]?.text === "" && before) before.text = blank;
			cells[this.#at++] = { text: cell, style };
		}
		const next = cells[this.#at];
		if (next?.text === "") next.text = blank;
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
		const style = this.#noStyle;
		this.#cells = this.#spread()
			.slice(0, this.#at)
			.map(() => ({ text: blank, style }));
	}

	#spread(): Cell<Style>[] {
		if (this.#cells === null) {
			this.#cells = this.#runs.flatMap(([text, style]) =>
				[...cellsOf(text)].map((cell) => ({ text: cell, style })),
			);
			this.#at = this.#cells.length;
		}
		return this.#cells;
	}
}

const append = <Style>(runs: [PlainText, Style][], text: PlainText, style: Style): void => {
	const last = runs.at(-1);
	if (last?.[1] === style) last[0] = joined([last[0], text]);
	else runs.push([text, style]);
};

/** A grapheme per cell; nothing in the second cell of a wide one. */
function* cellsOf(text: PlainText): Iterable<PlainText> {
	for (const grapheme of graphemes(text)) {
		const width = graphemeWidth(grapheme);
		if (width === 0 && grapheme !== "\t") continue;
		yield grapheme;
		if (width === 2) yield nothing;
	}
}
