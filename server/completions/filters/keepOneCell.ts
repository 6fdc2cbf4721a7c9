import type { Filter } from "./filter.ts";

/** Ends a suggestion where it begins the next cell of a file. */
export const keepOneCell: Filter = (text) => {
	const next = text.search(/\n# ?%%/);
	return next < 0 ? text : text.slice(0, next);
};
