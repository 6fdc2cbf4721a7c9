import { balanceBrackets } from "./filters/balanceBrackets.ts";
import { dropFences } from "./filters/dropFences.ts";
import { dropProse } from "./filters/dropProse.ts";
import { dropRepeatedLines } from "./filters/dropRepeatedLines.ts";
import { dropRepeatedPrefix } from "./filters/dropRepeatedPrefix.ts";
import { dropRepeatedSuffix } from "./filters/dropRepeatedSuffix.ts";
import { dropTags } from "./filters/dropTags.ts";
import { fixIndentation } from "./filters/fixIndentation.ts";
import { keepOneCell } from "./filters/keepOneCell.ts";
import { keepOneLineInside } from "./filters/keepOneLineInside.ts";
import { trimEnd } from "./filters/trimEnd.ts";
import { type BracketScan, scanBrackets } from "./scanBrackets.ts";

/** Text before and after the cursor; its lines end with line feeds. */
export type Place = { readonly prefix: string; readonly suffix: string };

/** Takes one fault of models out of a suggestion; gives back what it does not concern as it is. */
export type Filter = (text: string, place: Place) => string;

/** The order matters: later filters expect what earlier ones leave. */
const filters: readonly Filter[] = [
	dropTags,
	dropFences,
	dropProse,
	dropRepeatedPrefix,
	fixIndentation,
	keepOneLineInside,
	keepOneCell,
	dropRepeatedLines,
	dropRepeatedSuffix,
	balanceBrackets,
	trimEnd,
];

/** Makes a model's answer into the text to insert at the cursor; empty when nothing useful is left. */
export const postprocess = (raw: string, place: Place): string =>
	filters.reduce((text, filter) => (text === "" ? "" : filter(text, place)), raw.replace(/\r\n?/g, "\n"));

const scans = new WeakMap<Place, BracketScan>();

/** Brackets and strings that are open at the cursor. Several filters ask, and a text before the cursor may be long. */
export const bracketsBefore = (place: Place): BracketScan => {
	const known = scans.get(place) ?? scanBrackets(place.prefix);
	scans.set(place, known);
	return known;
};
