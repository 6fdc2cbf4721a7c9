/**
 * Text that may hold SGR colours and OSC 8 links: measured, cut and wrapped without breaking a sequence. Each line
 * that comes back closes what it opened, so lines can be put anywhere.
 */
import { graphemes, graphemeWidth, isPlainAscii } from "../../../ground/text/textWidth.ts";

/** A sequence, or one grapheme with its cells. */
export type Token = {
	readonly text: string;
	readonly width: number;
	readonly kind: "text" | "sgr" | "other";
};

/** Splits a line into graphemes and sequences. Tabs count as one cell: expand them before. */
export function* tokens(line: string): Iterable<Token> {
	let start = 0;
	for (const match of line.matchAll(sequence)) {
		yield* textTokens(line.slice(start, match.index));
		const text = match[0];
		yield { text, width: 0, kind: text.endsWith("m") && text[1] === "[" ? "sgr" : "other" };
		start = match.index + text.length;
	}
	yield* textTokens(line.slice(start));
}

/** The text without sequences. */
export const stripStyles = (line: string): string =>
	line.includes("\x1b") ? line.replace(sequence, "") : line;

/** Cells of a line. */
export const lineWidth = (line: string): number => {
	if (isPlainAscii(line)) return line.length;
	let width = 0;
	for (const token of tokens(line)) width += token.width;
	return width;
};

/** The line, cut to `width` cells; `ellipsis` replaces the end of what does not fit. */
export const truncateLine = (line: string, width: number, ellipsis = ""): string => {
	if (line.length <= width && isPlainAscii(line)) return line;
	if (lineWidth(line) <= width) return line;
	const room = Math.max(0, width - lineWidth(ellipsis));
	let used = 0;
	let result = "";
	const style = new StyleState();
	for (const token of tokens(line)) {
		if (used + token.width > room) break;
		used += token.width;
		style.apply(token);
		result += token.text;
	}
	return result + style.close() + (width > 0 ? ellipsis : "");
};

/**
 * Wraps one line at spaces, words longer than a line at any cell. Continuation lines start with `indent`. Styles that
 * are open at a break are closed and opened again.
 */
export const wrapLine = (line: string, width: number, indent = ""): string[] => {
	const room = Math.max(1, width);
	if (line.length <= room && isPlainAscii(line)) return [line];
	const indentWidth = lineWidth(indent) < room ? lineWidth(indent) : 0;
	const style = new StyleState();
	const lines: string[] = [];
	let current: Token[] = [];
	let used = 0;
	let lead = "";
	const flush = (until: number): void => {
		const rest = current.slice(until);
		let text = lead;
		for (const token of trimEnd(current.slice(0, until))) {
			text += token.text;
			style.apply(token);
		}
		lines.push(text + style.close());
		while (rest[0]?.text === " ") rest.shift();
		lead = (indentWidth > 0 ? indent : "") + style.open();
		current = rest;
		used = indentWidth + rest.reduce((sum, token) => sum + token.width, 0);
	};
	for (const token of tokens(line)) {
		if (token.text === " " && used + 1 > room) {
			flush(current.length);
			continue;
		}
		while (used + token.width > room && current.some((held) => held.width > 0)) {
			const space = lastSpace(current);
			flush(space < 0 ? current.length : space);
		}
		current.push(token);
		used += token.width;
	}
	if (current.length > 0 || lines.length === 0) flush(current.length);
	return lines;
};

/** Wraps at cells only, as a terminal does; nothing is dropped. */
export const wrapCells = (line: string, width: number): string[] => {
	const room = Math.max(2, width);
	if (line.length <= room && isPlainAscii(line)) return [line];
	const style = new StyleState();
	const lines: string[] = [];
	let text = "";
	let used = 0;
	for (const token of tokens(line)) {
		if (used + token.width > room) {
			lines.push(text + style.close());
			text = style.open();
			used = 0;
		}
		style.apply(token);
		text += token.text;
		used += token.width;
	}
	lines.push(text + style.close());
	return lines;
};

/** The SGR attributes and the link in force at a point of a line. */
export class StyleState {
	#codes: string[] = [];
	#link = "";

	apply(token: Token): void {
		if (token.kind === "sgr") this.#applySgr(token.text);
		else if (token.text.startsWith("\x1b]8;"))
			this.#link = /^\x1b\]8;[^;]*;(?:\x1b\\|\x07)$/.test(token.text) ? "" : token.text;
	}

	/** What brings a fresh line into this state. */
	open(): string {
		return this.#link + this.#codes.join("");
	}

	/** What ends this state. */
	close(): string {
		return (this.#codes.length > 0 ? "\x1b[0m" : "") + (this.#link ? "\x1b]8;;\x1b\\" : "");
	}

	#applySgr(text: string): void {
		const params = text.slice(2, -1);
		if (params === "" || params === "0") this.#codes = [];
		else {
			if (params.startsWith("0;")) this.#codes = [];
			const kind = sgrKind(params);
			if (kind !== "") this.#codes = this.#codes.filter((code) => sgrKind(code.slice(2, -1)) !== kind);
			if (!offCodes.has(params)) this.#codes.push(text);
		}
	}
}

/** Codes that end one attribute; with its kind removed there is nothing to keep. */
const offCodes = new Set(["22", "23", "24", "25", "27", "28", "29", "39", "49", "59"]);

/** Codes of one kind replace each other. Combined codes have no kind and pile up. */
const sgrKind = (params: string): string => {
	if (/^(3[0-79]|9[0-7]|38[;:][\d;:]*)$/.test(params)) return "foreground";
	if (/^(4[0-79]|10[0-7]|48[;:][\d;:]*)$/.test(params)) return "background";
	if (/^(1|2|22)$/.test(params)) return params === "22" ? "weight" : "weight";
	if (/^2?3$/.test(params)) return "italic";
	if (/^(2?4|4:\d|21)$/.test(params)) return "underline";
	if (/^2?7$/.test(params)) return "inverse";
	if (/^2?9$/.test(params)) return "strike";
	return "";
};

/** CSI, OSC, APC and DCS sequences, and two-character escapes. */
const sequence =
	/\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|\x1b[\]_P][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\x20-\x2f]*[\x30-\x7e]/g;

function* textTokens(text: string): Iterable<Token> {
	for (const grapheme of graphemes(text))
		yield { text: grapheme, width: grapheme === "\t" ? 1 : graphemeWidth(grapheme), kind: "text" };
}

const lastSpace = (held: readonly Token[]): number => {
	for (let index = held.length - 1; index > 0; index--)
		if (
			held[index]!.text === " " &&
			held.slice(0, index).some((token) => token.width > 0 && token.text !== " ")
		)
			return index;
	return -1;
};

const trimEnd = (held: Token[]): Token[] => {
	const result = [...held];
	for (let index = result.length - 1; index >= 0; index--) {
		if (result[index]!.width === 0 && result[index]!.kind !== "text") continue;
		if (result[index]!.text !== " ") break;
		result.splice(index, 1);
	}
	return result;
};
