import { indentOf, lastLine } from "../lines.ts";
import type { Filter } from "../postprocess.ts";

/**
 * Fits the answer's blanks to those before the cursor. Blanks that were typed are not inserted again, unless the line
 * fits the code above only with both; a block whose body is not deeper than its head moves below it. Needed leading
 * blanks and line breaks stay.
 */
export const fixIndentation: Filter = (text, { prefix }) => {
	const current = lastLine(prefix);
	if (current.trim() !== "") return /[ \t]$/.test(current) ? text.replace(/^[ \t]+/, "") : text;

	if (current === "") return text;

	const [first = "", ...rest] = text.replace(/^(?:[ \t]*\n)+/, "").split("\n");
	const given = indentOf(first);
	const above = prefix.slice(0, -current.length).split("\n");
	if (!fits(Math.max(given.length, current.length), above) && fits(current.length + given.length, above))
		return [first, ...rest].join("\n");
	const shared = given.startsWith(current) ? current.length : Math.min(given.length, current.length);
	const moved =
		given === "" && isTooFarLeft(first, rest, current)
			? rest.map((line) => (line.trim() === "" ? line : current + line))
			: rest;
	return [first.slice(shared), ...moved].join("\n");
};

/** The model wrote as if the cursor stood at the line's start: what follows is no block of its head, or no code. */
const isTooFarLeft = (first: string, rest: readonly string[], current: string): boolean => {
	const next = rest.find((line) => line.trim() !== "");
	if (next === undefined) return false;
	const opens = /:\s*(?:#.*)?$/.test(first);
	return (
		(opens && indentOf(next).length <= current.length) ||
		rest.some((line) => /^(?:return|yield)\b/.test(line))
	);
};

/** Whether code may stand this deep below these lines: in the block that they open, or in one that is open. */
const fits = (depth: number, above: readonly string[]): boolean => {
	const lines = above.filter((line) => line.trim() !== "");
	const depths = lines.map((line) => indentOf(line).length);
	let level = depths.at(-1) ?? 0;
	if (/:\s*(?:#.*)?$/.test(lines.at(-1) ?? "")) return depth === level + stepOf(lines);
	for (const one of depths.toReversed()) {
		if (depth === level) return true;
		level = Math.min(level, one);
	}
	return depth === level;
};

const stepOf = (lines: readonly string[]): number => {
	if (lines.some((line) => line.startsWith("\t"))) return 1;
	return Math.min(...lines.map((line) => indentOf(line).length).filter((depth) => depth > 0), 4);
};
