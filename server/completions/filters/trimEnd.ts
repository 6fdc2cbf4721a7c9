import type { Filter } from "./filter.ts";

/**
 * Blanks at the end would be invisible in a suggestion; one that holds nothing else is none. Between two words one
 * stays.
 */
export const trimEnd: Filter = (text, { suffix }) => {
	const trimmed = text.trimEnd();
	const divides = text.startsWith(" ", trimmed.length) && /[\p{L}\p{N}_]$/u.test(trimmed);
	return divides && /^[\p{L}\p{N}_]/u.test(suffix) ? `${trimmed} ` : trimmed;
};
