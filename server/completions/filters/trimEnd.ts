import type { Filter } from "../postprocess.ts";

/** Blanks at the end would be invisible in a suggestion; one that holds nothing else is none. */
export const trimEnd: Filter = (text) => text.trimEnd();
