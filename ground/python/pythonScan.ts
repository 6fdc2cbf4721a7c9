/**
 * What is open at each line's start: brackets and strings. Used where the kernel can't be asked: it is not up yet, or
 * it is busy.
 */
import { lexPython, openQuotes } from "./lexer.ts";

export type PythonScan = {
	/** Open brackets at the end. */
	readonly depth: number;
	/** The triple quotes that are still open at the end. */
	readonly openQuotes: string | null;
	/** The last line ends in a backslash outside of triple quotes. */
	readonly continued: boolean;
	/** A one-line string or a bracket that can't be closed any more. */
	readonly broken: boolean;
	/** Indices of the lines that begin a statement: nothing is open before them. */
	readonly starts: readonly number[];
};

export const scanPython = (code: string): PythonScan => {
	const { tokens, state } = lexPython(code);
	let depth = 0;
	let broken = false;
	let line = 0;
	const starts = [0];
	for (const { kind, text, isOpen } of tokens) {
		if (kind === "operator" && "([{".includes(text)) depth++;
		else if (kind === "operator" && ")]}".includes(text) && --depth < 0) {
			depth = 0;
			broken = true;
		} else if (kind === "newline") {
			line++;
			if (depth === 0) starts.push(line);
		} else if (kind === "string" || kind === "continuation") {
			line += text.split("\n").length - 1;
			// A one-line string may go on behind a backslash; a longer one that is open is at the end.
			if (isOpen && !isTriple(text)) broken ||= !/\\$/.test(text);
		}
	}
	const quotes = openQuotes(state);
	const isLong = quotes?.length === 3;
	return {
		depth,
		openQuotes: isLong ? quotes : null,
		continued: !isLong && /\\$/.test(code) && tokens.at(-1)?.kind !== "comment",
		broken,
		starts,
	};
};

const isTriple = (literal: string): boolean => /^[a-z]{0,2}(?:"""|''')/i.test(literal);
