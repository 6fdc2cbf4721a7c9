/** How Python is indented: blocks, and the blanks that a piece of code uses for them. */
import { indentOf } from "../lines.ts";

/** A line that begins a block: what follows stands deeper. */
export const isHead = (line: string): boolean => /:\s*(?:#.*)?$/.test(line) && !/^\s*#/.test(line);

/** The blanks of one level in this code. */
export const stepOf = (lines: readonly string[]): string => {
	if (lines.some((line) => line.startsWith("\t"))) return "\t";
	const depths = lines.map((line) => indentOf(line).length).filter((depth) => depth > 0);
	return " ".repeat(Math.min(...depths, 4));
};

/** Whether code may stand this deep below these lines: in the block that they open, or in one that is open. */
export const fitsBelow = (depth: number, above: readonly string[]): boolean => {
	const lines = above.filter((line) => line.trim() !== "");
	const depths = lines.map((line) => indentOf(line).length);
	let level = depths.at(-1) ?? 0;
	if (isHead(lines.at(-1) ?? "")) return depth === level + stepOf(lines).length;
	for (const one of depths.toReversed()) {
		if (depth === level) return true;
		level = Math.min(level, one);
	}
	return depth === level;
};

/** `answer` with tabs for spaces, or spaces for tabs, where the code has the others. */
export const inStyleOf = (code: readonly string[], answer: string, continuesLine: boolean): string => {
	const indented = code.find((line) => /^[ \t]/.test(line));
	if (indented === undefined) return answer;
	const isTabbed = indented.startsWith("\t");
	const lines = answer.split("\n");
	const first = continuesLine ? 1 : 0;
	const levels = lines
		.slice(first)
		.map((line) => (line.trim() === "" ? 0 : indentOf(line).length))
		.filter((depth) => depth > 0);
	const width = [4, 2, 3].find((each) => levels.every((depth) => depth % each === 0)) ?? 4;
	const [from, to] = isTabbed ? [" ".repeat(width), "\t"] : ["\t", stepOf(code)];
	return lines
		.map((line, at) => (at < first ? line : line.replace(/^[ \t]+/, (blanks) => blanks.replaceAll(from, to))))
		.join("\n");
};
