import { indentOf, lastLine } from "../lines.ts";
import type { Filter } from "../postprocess.ts";

/**
 * Fits the answer's blanks to those before the cursor. Blanks that were typed are not inserted again; a block whose
 * body is not deeper than its head moves below it. Needed leading blanks and line breaks stay.
 */
export const fixIndentation: Filter = (text, { prefix }) => {
	const current = lastLine(prefix);
	if (current.trim() !== "") return /[ \t]$/.test(current) ? text.replace(/^[ \t]+/, "") : text;

	if (current === "") return text;

	const [first = "", ...rest] = text.replace(/^(?:[ \t]*\n)+/, "").split("\n");
	const given = indentOf(first);
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
