import { firstLine, indentOf, lastLine } from "../lines.ts";
import { bracketsBefore, type Place } from "../place.ts";
import type { Filter } from "./filter.ts";
import { fitsBelow, inStyleOf, isHead, stepOf } from "./indentation.ts";

/**
 * Fits the answer's blanks to those before the cursor, in the tabs or spaces of the code above. Blanks that were typed
 * are not inserted again, unless the line fits the code above only with both; a block whose body is not deeper than
 * its head moves below it. Needed leading blanks and line breaks stay.
 */
export const fixIndentation: Filter = (answer, place) => {
	const { prefix } = place;
	const current = lastLine(prefix);
	const above = prefix
		.slice(0, prefix.length - current.length)
		.split("\n")
		.slice(0, -1);
	const isCode = bracketsBefore(place).quote === null;
	const text = isCode ? inStyleOf([...above, current], answer, current.trim() !== "") : answer;

	if (current.trim() !== "") return /[ \t]$/.test(current) ? text.replace(/^[ \t]+/, "") : text;
	if (current === "") return isCode ? intoBlock(text, above, place) : text;

	const fitted = afterBlanks(text, current, above, place);
	const [first = ""] = fitted.split("\n", 1);
	const depth = current.length + indentOf(first).length;
	// Blanks that were typed cannot be taken back.
	return isCode && /^\s*(?:elif|else|except|finally)\b/.test(first) && !hasHead(depth, above) ? "" : fitted;
};

const afterBlanks = (text: string, current: string, above: readonly string[], place: Place): string => {
	const [first = "", ...rest] = text.replace(/^(?:[ \t]*\n)+/, "").split("\n");
	const given = indentOf(first);
	// Blank lines and then something further left: the block is over.
	if (/^[ \t]*\n/.test(text) && given.length < current.length && !isHead(above.at(-1) ?? "")) return text;
	if (
		!fitsBelow(Math.max(given.length, current.length), above) &&
		fitsBelow(current.length + given.length, above)
	)
		return [first, ...rest].join("\n");
	const shared = given.startsWith(current) ? current.length : Math.min(given.length, current.length);
	const moved =
		given === "" && isTooFarLeft(first, rest, current, above, place)
			? rest.map((line) => (line.trim() === "" ? line : current + line))
			: rest;
	return [first.slice(shared), ...moved].join("\n");
};

/** Whether the block that these lines end with, this deep, is one that goes on with `else` and the like. */
const hasHead = (depth: number, above: readonly string[]): boolean => {
	const near = above.findLast((line) => line.trim() !== "" && indentOf(line).length <= depth) ?? "";
	return indentOf(near).length === depth && isHead(near);
};

/** Below the head of a block something must be deeper; a model may leave that out. */
const intoBlock = (text: string, above: readonly string[], place: Place): string => {
	const head = above.findLast((line) => line.trim() !== "") ?? "";
	if (!isHead(head) || bracketsBefore(place).open.length > 0 || firstLine(place.suffix).trim() !== "")
		return text;
	const lines = text.split("\n");
	const [first, next] = lines.filter((line) => line.trim() !== "");
	if (first === undefined || indentOf(first).length > indentOf(head).length) return text;
	const given = indentOf(first).length;
	const depth = indentOf(head) + stepOf(above);
	// Only the first line may have lost its blanks.
	const isAlone = next !== undefined && !isHead(first) && indentOf(next).length >= depth.length;
	return lines
		.map((line) => (line.trim() === "" || (isAlone && line !== first) ? line : depth + line.slice(given)))
		.join("\n");
};

/** The model wrote as if the cursor stood at the line's start: what follows is no block of its head, or no code. */
const isTooFarLeft = (
	first: string,
	rest: readonly string[],
	current: string,
	above: readonly string[],
	place: Place,
): boolean => {
	const next = rest.find((line) => line.trim() !== "");
	if (next === undefined) return false;
	if (bracketsBefore(place).open.length > 0) return /^[^\s)\]}]/.test(next);
	return (
		(isHead(first) && indentOf(next).length <= current.length) ||
		(isHead(above.at(-1) ?? "") &&
			!rest.slice(0, -1).some((line) => line.trim() === "") &&
			rest.every((line) => /^\S|^$/.test(line))) ||
		rest.some((line) => /^(?:return|yield)\b/.test(line))
	);
};
