/**
 * Text that may hold SGR colours and OSC 8 links: measured, cut and wrapped without breaking a sequence. Each line
 * that comes back closes what it opened, so lines can be put anywhere.
 */
import { joined, type PlainText, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { graphemes, graphemeWidth, isPlainAscii } from "../../../ground/text/textWidth.ts";

/** A sequence, or one grapheme with its cells. */
export type Token = {
	readonly text: ScreenText;
	readonly width: number;
	readonly kind: "text" | "sgr" | "other";
};

/** Splits a line into graphemes and sequences. Tabs count as one cell: expand them before. */
export function* tokens(line: ScreenText): Iterable<Token> {
	let start = 0;
	for (const match of line.matchAll(sequence)) {
		yield* textTokens(line.slice(start, match.index));
		const text = match[0] as ScreenText;
		yield { text, width: 0, kind: text.endsWith("m") && text[1] === "[" ? "sgr" : "other" };
		start = match.index + text.length;
	}
	yield* textTokens(line.slice(start));
}

/** The text without sequences. */
export const stripStyles = (line: ScreenText): PlainText =>
	(line.includes("\x1b") ? line.replace(sequence, "") : line) as PlainText;

/** Cells of a line. */
export const lineWidth = (line: ScreenText): number => {
	if (isPlainAscii(line)) return line.length;
	let width = 0;
	for (const token of tokens(line)) width += token.width;
	return width;
};

/** The line, cut to `width` cells. */
export const cutLine = (line: ScreenText, width: number): ScreenText => cutWith(line, width, words``);

/** The line, cut to `width` cells; an ellipsis stands for the end of what does not fit. */
export const truncateLine = (line: ScreenText, width: number): ScreenText => cutWith(line, width, words`…`);

const cutWith = (line: ScreenText, width: number, ellipsis: PlainText): ScreenText => {
	if (line.length <= width && isPlainAscii(line)) return line;
	if (lineWidth(line) <= width) return line;
	const room = Math.max(0, width - lineWidth(ellipsis));
	let used = 0;
	const parts: ScreenText[] = [];
	const style = new StyleState();
	for (const token of tokens(line)) {
		if (used + token.width > room) break;
		used += token.width;
		style.apply(token);
		parts.push(token.text);
	}
	return joined([...parts, style.close(), width > 0 ? ellipsis : words``]);
};

/**
 * Wraps one line at spaces, words longer than a line at any cell. Continuation lines start with `indent`. Styles that
 * are open at a break are closed and opened again.
 */
export const wrapLine = (line: ScreenText, width: number, indent: ScreenText = words``): ScreenText[] => {
	const room = Math.max(1, width);
	if (line.length <= room && isPlainAscii(line)) return [line];
	const indentWidth = lineWidth(indent) < room ? lineWidth(indent) : 0;
	const style = new StyleState();
	const lines: ScreenText[] = [];
	let current: Token[] = [];
	let used = 0;
	let lead: ScreenText = words``;
	const flush = (until: number): void => {
		const rest = current.slice(until);
		const parts: ScreenText[] = [lead];
		for (const token of trimEnd(current.slice(0, until))) {
			parts.push(token.text);
			style.apply(token);
		}
		lines.push(joined([...parts, style.close()]));
		while (rest[0]?.text === " ") rest.shift();
		lead = indentWidth > 0 ? joined([indent, style.open()]) : style.open();
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
export const wrapCells = (line: ScreenText, width: number): ScreenText[] => {
	const room = Math.max(2, width);
	if (line.length <= room && isPlainAscii(line)) return [line];
	const style = new StyleState();
	const lines: ScreenText[] = [];
	let parts: ScreenText[] = [];
	let used = 0;
	for (const token of tokens(line)) {
		if (used + token.width > room) {
			lines.push(joined([...parts, style.close()]));
			parts = [style.open()];
			used = 0;
		}
		style.apply(token);
		parts.push(token.text);
		used += token.width;
	}
	lines.push(joined([...parts, style.close()]));
	return lines;
};

/** The SGR attributes and the link in force at a point of a line. */
export class StyleState {
	#codes: ScreenText[] = [];
	#link: ScreenText = words``;

	apply(token: Token): void {
		if (token.kind === "sgr") this.#applySgr(token.text);
		else if (token.text.startsWith("\x1b]8;"))
			this.#link = /^\x1b\]8;[^;]*;(?:\x1b\\|\x07)$/.test(token.text) ? words`` : token.text;
	}

	/** What brings a fresh line into this state. */
	open(): ScreenText {
		return joined([this.#link, ...this.#codes]);
	}

	/** What ends this state. */
	close(): ScreenText {
		return joined([
			this.#codes.length > 0 ? styled`\x1b[0m` : words``,
			this.#link === "" ? words`` : styled`\x1b]8;;\x1b\\`,
		]);
	}

	#applySgr(text: ScreenText): void {
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
	for (const grapheme of graphemes(text as ScreenText))
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
