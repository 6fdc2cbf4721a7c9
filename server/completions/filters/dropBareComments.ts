import { lastLine } from "../lines.ts";
import { bracketsBefore } from "../place.ts";
import type { Filter } from "./filter.ts";

/** Comments without code complete nothing, unless a comment was begun. */
export const dropBareComments: Filter = (text, place) => {
	if (bracketsBefore(place).quote !== null || lastLine(place.prefix).trim() !== "") return text;
	return text.split("\n").every((line) => /^\s*(?:#.*)?$/.test(line)) ? "" : text;
};
