/**
 * Untrusted text as a terminal would show it, in runs of one style: of all control sequences only colours act,
 * carriage returns, backspaces, erasing, and going up and down lines, so that progress bars are their last state.
 */
import { EditedLine, type Run } from "./editedLine.ts";

export type { Run };

/** Takes the parameters of a colour sequence, answers the style that is in force from there on. */
export type Colours = (parameters: string) => string;

/** Lines that stay within reach of a text that goes up, as nested progress bars do. */
const maxOpen = 100;

/**
 * Text may come in pieces that are cut anywhere. A line is finished with its end; once the text has gone up a line,
 * the last lines stay open, for it may do so again.
 */
export class TerminalText {
	readonly #colours: Colours;
	readonly #takeBack: () => readonly Run[] | undefined;
	#style: string;
	/** Lines that can still change; without `#goesUp` the one that is written. */
	#open: EditedLine[] = [new EditedLine()];
	#row = 0;
	#goesUp = false;
	/** The beginning of a sequence whose end has not come. */
	#held = "";

	/** `style` is in force before the first colour. `takeBack` gives the line that was finished last, if it may be. */
	constructor(style: string, colours: Colours, takeBack: () => readonly Run[] | undefined = () => undefined) {
		this.#style = style;
		this.#colours = colours;
		this.#takeBack = takeBack;
	}

	/** Takes a piece, gives the lines that it finished. */
	write(text: string): (readonly Run[])[] {
		const lines: (readonly Run[])[] = [];
		const input = this.#held + text;
		const usable = input.length - unfinished(input);
		this.#held = input.slice(usable);
		for (const [piece] of input.slice(0, usable).matchAll(pieces)) {
			if (piece === "\n" || piece === "\r\n") this.#newline(lines);
			else if (isSequence(piece)) this.#sequence(piece, lines);
			else if (piece === "\r") this.#line.moveTo(0);
			else if (piece === "\b") this.#line.moveTo(Math.max(0, this.#line.column - 1));
			else if (piece === "\t") this.#line.put(" ".repeat(8 - (this.#line.column % 8)), this.#style);
			else this.#line.put(visible(piece), this.#style);
		}
		return lines;
	}

	/** The lines that are not finished yet. */
	get rest(): readonly (readonly Run[])[] {
		const lines = this.#open.map((line) => line.runs);
		return lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines;
	}

	get #line(): EditedLine {
		return this.#open[this.#row]!;
	}

	#newline(finished: (readonly Run[])[]): void {
		this.#row++;
		if (this.#row < this.#open.length) this.#line.moveTo(0);
		else this.#open.push(new EditedLine());
		while (this.#open.length > (this.#goesUp ? maxOpen : 1) && this.#row > 0) {
			finished.push(this.#open.shift()!.runs);
			this.#row--;
		}
	}

	#up(count: number, finished: (readonly Run[])[]): void {
		this.#goesUp = true;
		const { column } = this.#line;
		for (let rows = Math.min(count, maxOpen); rows > 0; rows--) {
			if (this.#row === 0) {
				const back = finished.pop() ?? this.#takeBack();
				if (back === undefined) break;
				this.#open.unshift(new EditedLine(back));
			} else this.#row--;
		}
		this.#line.moveTo(column);
	}

	#down(count: number): void {
		const { column } = this.#line;
		this.#row = Math.min(this.#row + count, this.#open.length - 1);
		this.#line.moveTo(column);
	}

	#sequence(piece: string, finished: (readonly Run[])[]): void {
		const match = /^(?:\x1b\[|\x9b)([\d;:]*)([ABEFJKm])$/.exec(piece);
		if (!match) return;
		const [, parameters = "", action] = match;
		const count = Number.parseInt(parameters, 10) || 0;
		switch (action) {
			case "m":
				this.#style = this.#colours(parameters);
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

/** Text of others where nothing acts and no colour is wanted: newlines and tabs stay, CR LF becomes LF. */
export const plainText = (text: string): string =>
	unsafe.test(text)
		? [...text.matchAll(pieces)]
				.map(([piece]) =>
					piece === "\r\n"
						? "\n"
						: piece === "\n" || piece === "\t"
							? piece
							: isSequence(piece)
								? ""
								: visible(piece),
				)
				.join("")
		: text;

const isSequence = (piece: string): boolean => piece[0] === "\x1b" || /^[\x90\x98\x9b\x9d-\x9f]/.test(piece);

/** Bidirectional controls and invisible format characters that can hide text count as controls. */
const special =
	"\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\p{Cs}";

const unsafe = new RegExp(`(?![\\t\\n])[${special}]`, "u");

/** Line ends, sequences of 7 and 8 bit, strings with any terminator or none in the line, controls, runs of text. */
const pieces = new RegExp(
	[
		"\\r\\n",
		"[\\n\\r\\b\\t]",
		"(?:\\x1b\\[|\\x9b)[\\x30-\\x3f]*[\\x20-\\x2f]*[\\x40-\\x7e]?",
		"(?:\\x1b[\\]P_^X]|[\\x9d\\x90\\x9f\\x9e\\x98])[^\\x07\\x1b\\x9c\\n]*(?:\\x07|\\x1b\\\\|\\x9c)?",
		"\\x1b[\\x20-\\x2f]*[\\x30-\\x7e]?",
		`[${special}]`,
		`[^${special}]+`,
	].join("|"),
	"gu",
);

/** Controls that mean nothing here vanish; those that would reorder or hide text are shown. */
const visible = (piece: string): string => {
	if (/^[\x00-\x1f\x7f-\x9f\ufeff]/.test(piece)) return "";
	if (/^[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(piece)) return codePointName(piece);
	if (/^[\u2028\u2029]/.test(piece)) return " ";
	return /^\p{Cs}/u.test(piece) ? "�" : piece;
};

/** As `<U+202E>`. */
export const codePointName = (character: string): string =>
	`<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;

/** Units at the end that may be the beginning of a sequence, a pair of surrogates or CR LF. */
const unfinished = (text: string): number =>
	/(?:\r|[\ud800-\udbff]|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*|(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c\n]{0,4096}\x1b?|\x1b[\x20-\x2f]*)$/.exec(
		text,
	)?.[0].length ?? 0;
