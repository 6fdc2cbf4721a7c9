import { type BracketScan, scanBrackets } from "./scanBrackets.ts";

/** Text before and after the cursor; its lines end with line feeds. */
export type Place = { readonly prefix: string; readonly suffix: string };

const scans = new WeakMap<Place, BracketScan>();

/** Brackets and strings that are open at the cursor. Several filters ask, and a text before the cursor may be long. */
export const bracketsBefore = (place: Place): BracketScan => {
	const known = scans.get(place) ?? scanBrackets(place.prefix);
	scans.set(place, known);
	return known;
};
