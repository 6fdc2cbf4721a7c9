import { balanceBrackets } from "./filters/balanceBrackets.ts";
import { beginApart } from "./filters/beginApart.ts";
import { dropBareComments } from "./filters/dropBareComments.ts";
import { dropFences } from "./filters/dropFences.ts";
import { dropProse } from "./filters/dropProse.ts";
import { dropRepeatedLines } from "./filters/dropRepeatedLines.ts";
import { dropRepeatedPrefix } from "./filters/dropRepeatedPrefix.ts";
import { dropRepeatedSuffix } from "./filters/dropRepeatedSuffix.ts";
import { dropTags } from "./filters/dropTags.ts";
import { dropUnseen } from "./filters/dropUnseen.ts";
import type { Filter } from "./filters/filter.ts";
import { fixIndentation } from "./filters/fixIndentation.ts";
import { keepOneCell } from "./filters/keepOneCell.ts";
import { keepOneLineInside } from "./filters/keepOneLineInside.ts";
import { trimEnd } from "./filters/trimEnd.ts";
import type { Place } from "./place.ts";
import { restTaken } from "./restTaken.ts";

/** Without what the answer repeats of the text before the cursor; what repeats nothing begins where it can. */
const beginAtCursor: Filter = (text, place) => {
	const rest = dropRepeatedPrefix(text, place);
	return rest === text ? beginApart(text, place) : rest;
};

/** The order matters: later filters expect what earlier ones leave. */
const cleaning: readonly Filter[] = [
	dropTags,
	dropUnseen,
	dropFences,
	dropProse,
	beginAtCursor,
	fixIndentation,
	keepOneLineInside,
	keepOneCell,
];

/** What the text behind the cursor leaves of it. */
const fitting: readonly Filter[] = [
	dropRepeatedLines,
	dropRepeatedSuffix,
	balanceBrackets,
	dropBareComments,
	trimEnd,
];

export type Insertion = {
	/** Empty when nothing useful is left. */
	readonly text: string;
	/** How much of the line behind the cursor it takes the place of: closers that it says itself. */
	readonly replaced: number;
};

/** Makes a model's answer into what is inserted at the cursor. */
export const postprocess = (raw: string, place: Place): Insertion => {
	const cleaned = filtered(raw.replace(/\r\n?/g, "\n"), cleaning, place);
	const replaced = restTaken(cleaned, place);
	const left = replaced === 0 ? place : { ...place, suffix: place.suffix.slice(replaced) };
	return { text: filtered(cleaned, fitting, left), replaced };
};

const filtered = (answer: string, filters: readonly Filter[], place: Place): string =>
	filters.reduce((text, filter) => (text === "" ? "" : filter(text, place)), answer);
