/**
 * Makes untrusted text safe for a terminal: of all control sequences only SGR colours stay, and each line closes the
 * colours it opened. Carriage returns and backspaces act as on a terminal, so a progress bar is its last state.
 */
import { graphemes, graphemeWidth } from "../screen/width.ts";

/** The lines of a text, without newlines, safe to commit. */
export const sanitizeLines = (text: string): string[] => {
	const cleaner = createSanitizer();
	const lines = cleaner.write(text);
	const rest = cleaner.rest();
	return rest === "" ? lines : [...lines, rest];
};

/** The text as one safe string. */
export const sanitize = (text: string): string => {
	const cleaner = createSanitizer();
	return [...cleaner.write(text), cleaner.rest()].join("\n");
};

/** For text that arrives in pieces; sequences and lines may be cut anywhere. */
export type Sanitizer = {
	/** Takes a piece, gives the lines that it finished. */
	write(text: string): string[];
	/** The line that is not finished yet, as it would look. */
	rest(): string;
};

export const createSanitizer = (): Sanitizer => new TerminalLine();

/** One cell that was written, with the colours in force. */
type Cell = { text: string; style: string };

class TerminalLine implements Sanitizer {
	#cells: Cell[] = [];
	#at = 0;
	#style = "";
	/** The beginning of a sequence whose end has not come. */
	#held = "";
	/** Text to which only text was added since the line began: the usual case, kept without cells. */
	#plain = "";

	write(text: string): string[] {
		const lines: string[] = [];
		const input = this.#held + text;
		const usable = input.length - unfinished(input);
		this.#held = input.slice(usable);
		for (const match of input.slice(0, usable).matchAll(pieces)) {
			const piece = match[0];
			if (piece === "\n" || piece === "\r\n") {
				lines.push(this.rest());
				this.#cells = [];
				this.#plain = "";
				this.#at = 0;
			} else if (piece[0] === "\x1b" || piece[0] === "\x9b") this.#sequence(piece);
			else if (piece === "\r") this.#moveTo(0);
			else if (piece === "\b") this.#moveTo(Math.max(0, this.#column() - 1));
			else if (piece === "\t") this.#put(" ".repeat(8 - (this.#column() % 8)));
			else if (isText(piece)) this.#put(piece);
			else this.#put(visibleControl(piece));
		}
		return lines;
	}

	rest(): string {
		if (this.#cells.length === 0) return this.#plain;
		let line = "";
		let style = "";
		for (const cell of this.#cells) {
			if (cell.style !== style) {
				line += (style === "" ? "" : "\x1b[0m") + cell.style;
				style = cell.style;
			}
			line += cell.text;
		}
		return style === "" ? line : `${line}\x1b[0m`;
	}

	#column(): number {
		return this.#cells.length === 0 && this.#plain !== "" ? [...cellsOf(this.#plain)].length : this.#at;
	}

	#put(text: string): void {
		if (this.#style === "" && this.#cells.length === 0 && this.#at === 0) {
			this.#plain += text;
			return;
		}
		this.#spread();
		for (const cell of cellsOf(text)) {
			if (cell === null) this.#cells[this.#at] = { text: "", style: this.#style };
			else {
				this.#breakWide();
				this.#cells[this.#at] = { text: cell, style: this.#style };
			}
			this.#at++;
		}
		// What an overwritten wide character leaves behind is a blank.
		const next = this.#cells[this.#at];
		if (next?.text === "") next.text = " ";
	}

	#breakWide(): void {
		const here = this.#cells[this.#at];
		const before = this.#cells[this.#at - 1];
		if (here?.text === "" && before) before.text = " ";
	}

	#moveTo(column: number): void {
		this.#spread();
		this.#at = Math.min(column, this.#cells.length);
	}

	#spread(): void {
		if (this.#plain === "") return;
		this.#cells = [...cellsOf(this.#plain)].map((text) => ({ text: text ?? "", style: "" }));
		this.#plain = "";
		this.#at = this.#cells.length;
	}

	#sequence(piece: string): void {
		const match = /^(?:\x1b\[|\x9b)([\d;:]*)([mK])$/.exec(piece);
		if (!match) return;
		if (match[2] === "m") this.#style = mergeSgr(this.#style, match[1]!);
		// Progress bars erase to the line's end, or the line, before they write it anew.
		else if (match[1] === "" || match[1] === "0") {
			this.#spread();
			this.#cells.length = this.#at;
		} else if (match[1] === "2") {
			this.#spread();
			this.#cells = this.#cells.slice(0, this.#at).map(() => ({ text: " ", style: "" }));
		}
	}
}

/** A reset begins anew; everything else adds to what is in force, within bounds. */
const mergeSgr = (style: string, params: string): string => {
	const parts = params.split(";");
	const reset = lastReset(parts);
	const added = parts.slice(reset + 1).join(";");
	const base = reset >= 0 ? "" : style;
	if (added === "") return base;
	const merged = `${base}\x1b[${added}m`;
	return merged.length > 200 ? `\x1b[${added}m` : merged;
};

/** The index of the last parameter that resets; the numbers inside of a colour are none. */
const lastReset = (parts: readonly string[]): number => {
	let reset = -1;
	for (let index = 0; index < parts.length; index++) {
		const part = parts[index];
		if (part === "38" || part === "48" || part === "58") index += parts[index + 1] === "5" ? 2 : 4;
		else if (part === "" || part === "0") reset = index;
	}
	return reset;
};

/** A grapheme per cell; `null` for the second cell of a wide one. */
function* cellsOf(text: string): Iterable<string | null> {
	for (const grapheme of graphemes(text)) {
		const width = graphemeWidth(grapheme);
		if (width === 0) continue;
		yield grapheme;
		if (width === 2) yield null;
	}
}

/**
 * Sequences (7 and 8 bit, strings with any terminator or none in the line), single controls, and runs of text.
 * Bidirectional controls and invisible format characters that can hide text count as controls.
 */
const pieces =
	/\r\n|[\n\r\b\t]|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[\x20-\x2f]*[\x30-\x7e]?|[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}|[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]+/gu;

const isText = (piece: string): boolean =>
	!/^[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]/u.test(piece);

/** Controls that mean nothing here vanish; those that would reorder or hide text are shown. */
const visibleControl = (piece: string): string => {
	if (/^[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(piece)) return codePointName(piece);
	if (/^[\u2028\u2029]/.test(piece)) return " ";
	return /^\p{Cs}/u.test(piece) ? "�" : "";
};

/** Units at the end that may be the beginning of a sequence, a pair of surrogates or CR LF. */
const unfinished = (text: string): number => {
	const match =
		/(?:\r|[\ud800-\udbff]|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*|(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c\n]{0,4096}\x1b?|\x1b[\x20-\x2f]*)$/.exec(
			text,
		);
	return match ? match[0].length : 0;
};

/**
 * For text that a person must see as it is, such as code that waits for approval: nothing acts, nothing vanishes.
 * Controls are written as `^M` or `<U+202E>`; newlines stay, tabs are blanks.
 */
export const showControls = (text: string): string =>
	/[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/.test(
		text,
	)
		? text
				.replaceAll("\t", "    ")
				.replace(/[\x00-\x09\x0b-\x1f\x7f]/g, (unit) => `^${String.fromCharCode(unit.charCodeAt(0) ^ 64)}`)
				.replace(/[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, codePointName)
				.replace(/\p{Cs}/gu, "�")
		: text;

const codePointName = (character: string): string =>
	`<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;
