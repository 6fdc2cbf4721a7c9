import { firstLine, lastLine } from "../lines.ts";
import { bracketsBefore, type Place } from "../place.ts";
import { scanBrackets } from "../scanBrackets.ts";
import type { Filter } from "./filter.ts";

/**
 * Drops what the answer repeats of the text before the cursor: lines of it, the current line, or the word that was
 * begun. A shorter overlap is left alone: it is as often right.
 */
export const dropRepeatedPrefix: Filter = (text, place) => {
	const { prefix } = place;
	const whole = repeatedLines(text, prefix);
	if (whole > 0) return text.slice(whole);

	const current = lastLine(prefix);
	const typed = current.trimStart();
	const body = text.trimStart();
	if (
		typed.length >= 3 &&
		/[\p{L}\p{N}]/u.test(typed) &&
		body.startsWith(typed) &&
		!isMask(typed, body, place)
	)
		return body.slice(typed.length);
	// The line without the blanks at its end, which the model leaves out.
	const trimmed = typed.trimEnd();
	if (trimmed.length >= 3 && trimmed !== typed && body.startsWith(trimmed)) {
		const rest = body.slice(trimmed.length);
		return rest.trimStart() === "" ? "" : rest.trimStart();
	}

	const expression = repeatedExpression(text, current);
	if (expression > 0 && !isMask(current, text, place, expression)) return text.slice(expression);
	// A dot that was typed is not typed again; `from ..a` and `...` are other dots.
	if (/(?:[\p{L}\p{N}_)\]}"']|^\s+)\.$/u.test(current) && /^\.\p{L}/u.test(text)) return text.slice(1);

	const word = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(current.slice(-longestWord))?.[0] ?? "";
	const first = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(text)?.[0] ?? "";
	if (word.length >= 2 && first.length > word.length && first.startsWith(word))
		return text.slice(word.length);
	return text;
};

const longestWord = 200;

/** `df[df["a"] > 1]`: what was typed comes again inside of its own brackets. */
const isMask = (typed: string, text: string, place: Place, length = typed.length): boolean => {
	if (!typed.endsWith("[")) return false;
	const rest = text.slice(length);
	const { endsAt } = scanBrackets(rest, bracketsBefore(place));
	const { strayAt } = scanBrackets(rest + firstLine(place.suffix), bracketsBefore(place));
	return strayAt >= 0 || (endsAt >= 0 && /^\s*[<>=!&|]/.test(rest.slice(endsAt + 1)));
};

/** How much of `text` repeats the expression before the cursor, such as `np.ar` or `df["a"].`. */
const repeatedExpression = (text: string, current: string): number => {
	// What is longer than the text is not repeated by it.
	const from = Math.max(0, current.length - text.length);
	for (const { index } of current.matchAll(/(?<![\p{L}\p{N}_.])[\p{L}_]/gu)) {
		if (index < from) continue;
		const typed = current.slice(index);
		if (/[.([]/.test(typed) && text.startsWith(typed)) return typed.length;
	}
	return 0;
};

/** How much of `text` repeats the end of `prefix` from one of its line starts on, more than the current line. */
const repeatedLines = (text: string, prefix: string): number => {
	const body = text.replace(/^\n+/, "");
	const dropped = text.length - body.length;
	// What is longer than the text is not repeated by it.
	const from = Math.max(0, prefix.length - body.length);
	for (let start = lineStartFrom(prefix, from); start >= 0 && start < prefix.length; ) {
		const end = prefix.slice(start);
		if (!end.includes("\n") || end.trim() === "") return 0;
		if (body.startsWith(end)) return dropped + end.length;
		const next = prefix.indexOf("\n", start);
		start = next < 0 ? -1 : next + 1;
	}
	return 0;
};

/** The first line's start at or after a place, -1 for none. */
const lineStartFrom = (text: string, at: number): number => {
	if (at === 0 || text[at - 1] === "\n") return at;
	const end = text.indexOf("\n", at);
	return end < 0 ? -1 : end + 1;
};
