/**
 * Untrusted text as a terminal would show it, in runs of one style: of all control sequences only colours act, and
 * carriage returns, backspaces and erasing a line, so that a progress bar is its last state.
 */
import { graphemes, graphemeWidth, textWidth } from "./textWidth.ts";

export type Run = readonly [text: string, style: string];

/** Takes the parameters of a colour sequence, answers the style that is in force from there on. */
export type Colours = (parameters: string) => string;

/** Text may come in pieces that are cut anywhere. */
export class TerminalText {
	readonly #colours: Colours;
	#style: string;
	/** The line, as long as text was only added to it: the usual case. */
	#runs: [string, string][] = [];
	/** The line by cells, once something in it was overwritten; `#at` is the place in it. */
	#cells: Cell[] | null = null;
	#at = 0;
	/** The beginning of a sequence whose end has not come. */
	#held = "";

	/** `style` is in force before the first colour. */
	constructor(style: string, colours: Colours) {
		this.#style = style;
		this.#colours = colours;
	}

	/** Takes a piece, gives the lines that it finished. */
	write(text: string): (readonly Run[])[] {
		const lines: (readonly Run[])[] = [];
		const input = this.#held + text;
		const usable = input.length - unfinished(input);
		this.#held = input.slice(usable);
		for (const [piece] of input.slice(0, usable).matchAll(pieces)) {
			if (piece === "\n" || piece === "\r\n") {
				lines.push(this.rest);
				this.#runs = [];
				this.#cells = null;
			} else if (isSequence(piece)) this.#sequence(piece);
			else if (piece === "\r") this.#moveTo(0);
			else if (piece === "\b") this.#moveTo(Math.max(0, this.#column() - 1));
			else if (piece === "\t") this.#put(" ".repeat(8 - (this.#column() % 8)));
			else this.#put(visible(piece));
		}
		return lines;
	}

	/** The line that is not finished yet. */
	get rest(): readonly Run[] {
		if (this.#cells === null) return this.#runs;
		const runs: [string, string][] = [];
		for (const { text, style } of this.#cells) append(runs, text, style);
		return runs;
	}

	#column(): number {
		return this.#cells === null ? this.#runs.reduce((sum, [text]) => sum + textWidth(text), 0) : this.#at;
	}

	#put(text: string): void {
		if (text === "") return;
		const cells = this.#cells;
		if (cells === null) {
			append(this.#runs, text, this.#style);
			return;
		}
		for (const cell of cellsOf(text)) {
			const before = cells[this.#at - 1];
			if (cell !== "" && cells[this.#at]?.text === "" && before) before.text = " ";
			cells[this.#at++] = { text: cell, style: this.#style };
		}
		// What an overwritten wide character leaves behind is a blank.
		const next = cells[this.#at];
		if (next?.text === "") next.text = " ";
	}

	#moveTo(column: number): void {
		this.#at = Math.min(column, this.#spread().length);
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

	#sequence(piece: string): void {
		const match = /^(?:\x1b\[|\x9b)([\d;:]*)([mK])$/.exec(piece);
		if (!match) return;
		if (match[2] === "m") this.#style = this.#colours(match[1]!);
		// Progress bars erase to the line's end, or the line, before they write it anew.
		else if (match[1] === "" || match[1] === "0") {
			const cells = this.#spread();
			cells.length = this.#at;
		} else if (match[1] === "2")
			this.#cells = this.#spread()
				.slice(0, this.#at)
				.map(() => ({ text: " ", style: "" }));
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

type Cell = { text: string; style: string };

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
