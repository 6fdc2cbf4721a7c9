import type { Filter } from "../postprocess.ts";

/** Takes code out of a Markdown fence, whatever the model says around it, and out of single backticks. */
export const dropFences: Filter = (text) => {
	const fenced = /(?:^|\n)[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)(?:\n?[ \t]*\1[ \t]*(?=\n|$)|$)/.exec(text);
	if (fenced) return fenced[2] as string;
	const spanned = /^\s*`([^`\n]+)`\s*$/.exec(text);
	return spanned ? (spanned[1] as string) : text;
};
