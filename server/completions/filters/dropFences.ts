import { bracketsBefore } from "../place.ts";
import type { Filter } from "./filter.ts";

/** Takes code out of a Markdown fence, whatever the model says around it, and out of single backticks. */
export const dropFences: Filter = (text, place) => {
	const fenced = /(?:^|\n)[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)(?:\n?[ \t]*\1[ \t]*(?=\n|$)|$)/.exec(text);
	if (fenced) return fenced[2] as string;
	// Docstrings and comments have backticks of their own.
	if (bracketsBefore(place).quote !== null) return text;
	const spanned = /^\s*`([^`\n]+)`\s*$/.exec(text);
	return spanned ? (spanned[1] as string) : text;
};
