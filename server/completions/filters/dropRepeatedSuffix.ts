import { firstLine, indentOf, lastLine } from "../lines.ts";
import { bracketsBefore, type Place } from "../place.ts";
import { type BracketScan, scanBrackets } from "../scanBrackets.ts";
import type { Filter } from "./filter.ts";

/**
 * Drops what the answer repeats of the text after the cursor: the rest of the current line, everything from the line
 * on that is already the next one, and definitions that stand below. Brackets and quotes alone are dropped only where
 * that leaves fewer of them open.
 */
export const dropRepeatedSuffix: Filter = (text, place) =>
	[dropNextLine, dropKnownDefinition, dropRestOfLine].reduce((rest, drop) => drop(rest, place), text);

const dropNextLine: Filter = (text, { prefix, suffix }) => {
	const current = lastLine(prefix);
	const [next, second] = suffix
		.split("\n", 200)
		.slice(1)
		.filter((line) => line.trim() !== "")
		.map((line) => line.trimEnd());
	if (next === undefined || !/\w/.test(next)) return text;
	const lines = text.split("\n");
	const at = lines.findIndex((line, index) => {
		// The first line stands where the cursor is: what was typed of it counts.
		if (index === 0) return current.trim() === "" && (current + line).trimEnd() === next;
		if (line.trimEnd() !== next) return false;
		// `else:` comes too often to prove a repetition alone.
		if (next.trim().length >= 6) return true;
		const after = lines.slice(index + 1).find((one) => one.trim() !== "");
		return after === undefined || after.trimEnd() === second;
	});
	return at < 0 ? text : lines.slice(0, at).join("\n");
};

/** `def name` or `class name` that the block of the cursor has below. What is decorated may well be there twice. */
const dropKnownDefinition: Filter = (text, { suffix }) => {
	const lines = text.split("\n");
	const below = suffix.split("\n", 500).slice(1);
	const at = lines.findIndex((line, index) => {
		const head = /^[ \t]*(?:async +)?(?:def|class) +\w+\b/.exec(line)?.[0];
		if (index === 0 || head === undefined || /^\s*@/.test(lines[index - 1] ?? "")) return false;
		const isOutside = (one: string) => one.trim() !== "" && indentOf(one).length < indentOf(line).length;
		if (lines.slice(1, index).some(isOutside)) return false;
		const end = below.findIndex(isOutside);
		const block = end < 0 ? below : below.slice(0, end);
		return block.some((one) => one.startsWith(head) && !/\w/.test(one[head.length] ?? ""));
	});
	return at < 0 ? text : lines.slice(0, at).join("\n");
};

/** No line of code is longer, and each of its beginnings is looked for. */
const maxRestChars = 1000;

const dropRestOfLine: Filter = (text, place) => {
	const { suffix } = place;
	const rest = firstLine(suffix).trim();
	if (rest === "" || rest.length > maxRestChars) return text;
	// It says anew what stands behind the cursor, and what comes of it would stand before.
	if (/\w{2}/.test(rest) && text.startsWith(rest)) return "";
	const uncommented = dropComment(text, place, rest);
	const whole = endOfLine(uncommented, place, rest);
	if (whole !== null) return whole;
	const trimmed = uncommented.trimEnd();
	for (let length = Math.min(rest.length, trimmed.length); length > 0; length--) {
		const overlap = rest.slice(0, length);
		if (!trimmed.endsWith(overlap)) continue;
		const cut = trimmed.slice(0, trimmed.length - length);
		const sure = /[\p{L}\p{N}_]{2}/u.test(overlap) && length === rest.length;
		if (sure || faults(place, cut, rest) < faults(place, uncommented, rest)) return cut;
	}
	return uncommented;
};

/** The answer up to where it repeats the rest of the line and goes on below. */
const endOfLine = (text: string, place: Place, rest: string): string | null => {
	const lines = text.split("\n");
	// At the very end a bracket may be the answer's own; a colon never comes twice.
	const last = rest.startsWith(":") ? lines.length : lines.length - 1;
	const at = lines.findIndex((line, index) => index < last && line.trimEnd().endsWith(rest));
	if (at < 0) return null;
	const cut = lines
		.slice(0, at + 1)
		.join("\n")
		.trimEnd()
		.slice(0, -rest.length);
	return leavesWhole(cut, place, rest) ? cut : null;
};

/** Whether the rest of the line ends the same brackets and strings with this text as without it. */
const leavesWhole = (text: string, place: Place, rest: string): boolean => {
	const before = bracketsBefore(place);
	const alone = scanBrackets(rest, before);
	const both = scanBrackets(text + rest, before);
	return both.strayAt < 0 && both.quote === alone.quote && both.open.join() === alone.open.join();
};

/** A comment at the answer's end would make the rest of the line part of it. */
const dropComment = (text: string, place: Place, rest: string): string => {
	const before = bracketsBefore(place);
	if (rest.startsWith("#") || before.quote === "#" || scanBrackets(text, before).quote !== "#") return text;
	let at = text.lastIndexOf("\n") + 1;
	do at = text.indexOf("#", at) + 1;
	while (scanBrackets(text.slice(0, at), before).quote !== "#");
	return text.slice(0, at - 1).trimEnd();
};

/** How far the line is from being whole, strings and brackets alike. */
const faults = (place: Place, text: string, rest: string): number => {
	const before = bracketsBefore(place);
	const scan = scanBrackets(text + rest, before);
	return (
		(scan.strayAt >= 0 ? 2 : 0) +
		(scan.quote === null || scan.quote === "#" ? 0 : 2) +
		notOpened(scan, before)
	);
};

const notOpened = (scan: BracketScan, before: BracketScan): number =>
	Math.max(0, scan.open.length - before.open.length);
