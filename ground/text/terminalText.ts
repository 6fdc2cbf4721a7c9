/**
 * Text of others as a terminal would show it, in runs of one style: of all control sequences only colours act,
 * carriage returns, backspaces, erasing, and going up and down lines, so that progress bars are their last state.
 */
import { EditedLine, type Run } from "./editedLine.ts";
import { isSeen, plainText } from "./plainText.ts";
import { joined, type PlainText, repeated, words } from "./screenText.ts";
import { applySgr, noSgr, type Sgr } from "./sgr.ts";
import { type Move, type Piece, TextReader } from "./textPieces.ts";

export type { Run };

/** Lines that stay within reach of a text that goes up, as nested progress bars do. */
const maxOpen = 100;
/** Styles that are remembered. */
const maxStyles = 200;

export type TerminalTextOptions<Style extends string> = {
	/** Gives the line that was finished last, if it may be. */
	takeBack?(): readonly Run<Style>[] | undefined;
	/** What a tab is at a column: blanks up to the next eighth unless told. */
	tab?(column: number): PlainText;
};

/**
 * Text may come in pieces that are cut anywhere. A line is finished with its end; once the text has gone up a line,
 * the last lines stay open, for it may do so again.
 */
export class TerminalText<Style extends string> {
	readonly #styleOf: (sgr: Sgr) => Style;
	readonly #takeBack: () => readonly Run<Style>[] | undefined;
	readonly #tab: (column: number) => PlainText;
	readonly #reader = new TextReader();
	#sgr = noSgr;
	#style: Style;
	/** Styles that were met before, by the one they came after and their parameters. */
	#styles = new Map<Sgr, Map<string, readonly [Sgr, Style]>>();
	/** Lines that can still change; without `#goesUp` the one that is written. */
	#open: EditedLine<Style>[];
	#row = 0;
	#goesUp = false;

	/** `styleOf` names a style. */
	constructor(styleOf: (sgr: Sgr) => Style, options: TerminalTextOptions<Style> = {}) {
		this.#styleOf = styleOf;
		this.#takeBack = options.takeBack ?? (() => undefined);
		this.#tab = options.tab ?? toNextStop;
		this.#style = styleOf(noSgr);
		this.#open = [this.#newLine()];
	}

	/** Takes a piece, gives the lines that it finished. */
	write(text: string): (readonly Run<Style>[])[] {
		return this.#take(this.#reader.read(text));
	}

	/** Nothing more comes: gives the lines that were not finished. */
	end(): (readonly Run<Style>[])[] {
		return [...this.#take(this.#reader.end()), ...this.rest];
	}

	/** The lines that are not finished yet. */
	get rest(): readonly (readonly Run<Style>[])[] {
		const lines = this.#open.map((line) => line.runs);
		return lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines;
	}

	get #line(): EditedLine<Style> {
		return this.#open[this.#row]!;
	}

	#newLine(runs: readonly Run<Style>[] = []): EditedLine<Style> {
		return new EditedLine(this.#styleOf(noSgr), runs);
	}

	#take(pieces: readonly Piece[]): (readonly Run<Style>[])[] {
		const lines: (readonly Run<Style>[])[] = [];
		for (const piece of pieces) {
			if (piece === "\n") this.#newline(lines);
			else if (piece === "\t") this.#line.put(this.#tab(this.#line.column), this.#style);
			else if (isSeen(piece)) this.#line.put(piece, this.#style);
			else if (piece === "\r") this.#line.moveTo(0);
			else if (piece === "\b") this.#line.moveTo(Math.max(0, this.#line.column - 1));
			else this.#sequence(piece, lines);
		}
		return lines;
	}

	#color(parameters: string): void {
		let after = this.#styles.get(this.#sgr);
		if (after === undefined || after.size > maxStyles) {
			if (this.#styles.size > maxStyles) this.#styles.clear();
			after = new Map();
			this.#styles.set(this.#sgr, after);
		}
		let found = after.get(parameters);
		if (found === undefined) {
			const sgr = applySgr(this.#sgr, parameters);
			found = [sgr, this.#styleOf(sgr)];
			after.set(parameters, found);
		}
		[this.#sgr, this.#style] = found;
	}

	#newline(finished: (readonly Run<Style>[])[]): void {
		this.#row++;
		if (this.#row < this.#open.length) this.#line.moveTo(0);
		else this.#open.push(this.#newLine());
		while (this.#open.length > (this.#goesUp ? maxOpen : 1) && this.#row > 0) {
			finished.push(this.#open.shift()!.runs);
			this.#row--;
		}
	}

	#up(count: number, finished: (readonly Run<Style>[])[]): void {
		this.#goesUp = true;
		const { column } = this.#line;
		for (let rows = Math.min(count, maxOpen); rows > 0; rows--) {
			if (this.#row === 0) {
				const back = finished.pop() ?? this.#takeBack();
				if (back === undefined) break;
				this.#open.unshift(this.#newLine(back));
			} else this.#row--;
		}
		this.#line.moveTo(column);
	}

	#down(count: number): void {
		const { column } = this.#line;
		this.#row = Math.min(this.#row + count, this.#open.length - 1);
		this.#line.moveTo(column);
	}

	#sequence(sequence: Move, finished: (readonly Run<Style>[])[]): void {
		const match = /^\x1b\[([\d;:]*)([ABEFJKm])$/.exec(sequence);
		if (!match) return;
		const [, parameters = "", action] = match;
		const count = Number.parseInt(parameters, 10) || 0;
		switch (action) {
			case "m":
				this.#color(parameters);
				break;
			case "A":
			case "F":
				this.#up(Math.max(1, count), finished);
				if (action === "F") this.#line.moveTo(0);
				break;
			case "B":
			case "E":
				this.#down(Math.max(1, count));
				if (action === "E") this.#line.moveTo(0);
				break;
			case "J":
				// Of a screen there is only what the text itself opened again.
				if (count !== 0 || !this.#goesUp) break;
				this.#open.length = this.#row + 1;
				this.#line.eraseRest();
				break;
			// Progress bars erase to the line's end, or the line, before they write it anew.
			case "K":
				if (count === 0) this.#line.eraseRest();
				else if (count === 2) this.#line.blank();
				break;
			default:
				break;
		}
	}
}

const toNextStop = (column: number): PlainText => repeated(words` `, 8 - (column % 8));

/**
 * Text as a terminal would leave it, without colours and with its tabs: for a reader that is no terminal, such as a
 * model or a pipe. It may come in pieces; a line goes out when it is finished.
 */
export class SettledStream {
	readonly #text = new TerminalText(() => "", { tab: () => words`\t` });
	#endsLine = false;

	write(text: string): PlainText {
		if (text !== "") this.#endsLine = text.endsWith("\n");
		return joined(this.#text.write(text).map((runs) => words`${withoutStyles(runs)}\n`));
	}

	end(): PlainText {
		const lines = this.#text.end().map(withoutStyles);
		return joined(this.#endsLine && lines.length > 0 ? [...lines, words``] : lines, words`\n`);
	}
}

const withoutStyles = (runs: readonly Run<string>[]): PlainText => joined(runs.map(([text]) => text));

/** The same for a whole text. */
export const settledText = (text: string): PlainText => {
	if (!/[\r\x08\x1b\x9b]/.test(text)) return plainText(text);
	const stream = new SettledStream();
	return joined([stream.write(text), stream.end()]);
};
