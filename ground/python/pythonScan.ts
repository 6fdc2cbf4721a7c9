/**
 * Just enough of Python's lexer to know, at each line's start, whether a bracket or a string is open. Used where the
 * kernel can't be asked: it is not up yet, or it is busy.
 */
export type PythonScan = {
	/** Open brackets at the end. */
	readonly depth: number;
	/** The triple quotes that are still open at the end. */
	readonly openQuotes: string | null;
	/** The last line ends in a backslash outside of strings. */
	readonly continued: boolean;
	/** A one-line string or a bracket that can't be closed any more. */
	readonly broken: boolean;
	/** Indices of the lines that begin a statement: nothing is open before them. */
	readonly starts: readonly number[];
};

export const scanPython = (code: string): PythonScan => {
	let depth = 0;
	let openQuotes: string | null = null;
	let continued = false;
	let broken = false;
	const starts: number[] = [];
	for (const [index, line] of code.split("\n").entries()) {
		if (depth === 0 && openQuotes === null && !continued) starts.push(index);
		continued = false;
		for (let at = 0; at < line.length; at++) {
			const char = line[at]!;
			if (openQuotes !== null) {
				if (char === "\\") at++;
				else if (line.startsWith(openQuotes, at)) {
					at += openQuotes.length - 1;
					openQuotes = null;
				}
			} else if (char === "#") break;
			else if (char === "\\" && at === line.length - 1) continued = true;
			else if (char === '"' || char === "'") {
				if (line.startsWith(char.repeat(3), at)) {
					openQuotes = char.repeat(3);
					at += 2;
				} else {
					const end = closingQuote(line, at);
					if (end < 0) {
						broken = !line.endsWith("\\");
						continued = !broken;
						break;
					}
					at = end;
				}
			} else if ("([{".includes(char)) depth++;
			else if (")]}".includes(char) && --depth < 0) {
				depth = 0;
				broken = true;
			}
		}
	}
	return { depth, openQuotes, continued, broken, starts };
};

const closingQuote = (line: string, open: number): number => {
	for (let at = open + 1; at < line.length; at++) {
		if (line[at] === "\\") at++;
		else if (line[at] === line[open]) return at;
	}
	return -1;
};
