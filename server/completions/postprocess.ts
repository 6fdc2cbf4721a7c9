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

/** Without what the answer repeats of the text before the cursor; what repeats nothing begins where it can. */
const beginAtCursor: Filter = (text, place) => {
	const rest = dropRepeatedPrefix(text, place);
	return rest === text ? beginApart(text, place) : rest;
};

/** The order matters: later filters expect what earlier ones leave. */
const filters: readonly Filter[] = [
	dropTags,
	dropUnseen,
	dropFences,
	dropProse,
	beginAtCursor,
	fixIndentation,
	keepOneLineInside,
	keepOneCell,
	dropRepeatedLines,
	dropRepeatedSuffix,
	balanceBrackets,
	dropBareComments,
	trimEnd,
];

/** Makes a model's answer into the text to insert at the cursor; empty when nothing useful is left. */
export const postprocess = (raw: string, place: Place): string =>
	filters.reduce((text, filter) => (text === "" ? "" : filter(text, place)), raw.replace(/\r\n?/g, "\n"));
