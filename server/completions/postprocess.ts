import { balanceBrackets } from "./filters/balanceBrackets.ts";
import { dropFences } from "./filters/dropFences.ts";
import { dropRepeatedLines } from "./filters/dropRepeatedLines.ts";
import { dropRepeatedPrefix } from "./filters/dropRepeatedPrefix.ts";
import { dropRepeatedSuffix } from "./filters/dropRepeatedSuffix.ts";
import { fixIndentation } from "./filters/fixIndentation.ts";
import { keepOneLineInside } from "./filters/keepOneLineInside.ts";
import { trimEnd } from "./filters/trimEnd.ts";

/** Text before and after the cursor. */
export type Place = { readonly prefix: string; readonly suffix: string };

/** Takes one fault of models out of a suggestion; gives back what it does not concern as it is. */
export type Filter = (text: string, place: Place) => string;

/** The order matters: later filters expect what earlier ones leave. */
const filters: readonly Filter[] = [
	dropFences,
	dropRepeatedPrefix,
	fixIndentation,
	keepOneLineInside,
	dropRepeatedLines,
	dropRepeatedSuffix,
	balanceBrackets,
	trimEnd,
];

/** Makes a model's answer into the text to insert at the cursor; empty when nothing useful is left. */
export const postprocess = (raw: string, place: Place): string =>
	filters.reduce((text, filter) => (text === "" ? "" : filter(text, place)), raw.replaceAll("\r\n", "\n"));
