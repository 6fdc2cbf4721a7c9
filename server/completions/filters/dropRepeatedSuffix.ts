import { firstLine } from "../lines.ts";
import type { Filter } from "../postprocess.ts";
import { type BracketScan, scanBrackets } from "../scanBrackets.ts";

/**
 * Drops what the answer repeats of the text after the cursor: the rest of the current line, and everything from
 * the line on that is already the next one. Brackets and quotes alone are dropped only where that leaves fewer
 * of them open.
 */
export const dropRepeatedSuffix: Filter = (text, place) => dropRestOfLine(dropNextLine(text, place), place);

const dropNextLine: Filter = (text, { suffix }) => {
	const next = suffix
		.split("\n")
		.slice(1)
		.find((line) => line.trim() !== "");
	// A lone bracket or `else:` comes too often to prove a repetition.
	if (next === undefined || next.trim().length < 6) return text;
	const lines = text.split("\n");
	const at = lines.findIndex((line, index) => index > 0 && line.trimEnd() === next.trimEnd());
	return at < 0 ? text : lines.slice(0, at).join("\n");
};

const dropRestOfLine: Filter = (text, { prefix, suffix }) => {
	const rest = firstLine(suffix).trim();
	if (rest === "") return text;
	const trimmed = text.trimEnd();
	for (let length = Math.min(rest.length, trimmed.length); length > 0; length--) {
		const overlap = rest.slice(0, length);
		if (!trimmed.endsWith(overlap)) continue;
		const cut = trimmed.slice(0, trimmed.length - length);
		const sure = /[\p{L}\p{N}_]{2}/u.test(overlap) && length === rest.length;
		if (sure || faults(prefix, cut, rest) < faults(prefix, text, rest)) return cut;
	}
	return text;
};

/** How far the line is from being whole, strings and brackets alike. */
const faults = (prefix: string, text: string, rest: string): number => {
	const before = scanBrackets(prefix);
	const scan = scanBrackets(text + rest, before);
	return (
		(scan.strayAt >= 0 ? 2 : 0) +
		(scan.quote === null || scan.quote === "#" ? 0 : 2) +
		notOpened(scan, before)
	);
};

const notOpened = (scan: BracketScan, before: BracketScan): number =>
	Math.max(0, scan.open.length - before.open.length);
