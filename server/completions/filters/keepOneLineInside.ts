import { firstLine } from "../lines.ts";
import type { Filter } from "./filter.ts";

/** In the middle of a line one line is enough: more would tear the rest of the line off. */
export const keepOneLineInside: Filter = (text, { suffix }) =>
	/[\p{L}\p{N}_]/u.test(firstLine(suffix)) ? firstLine(text) : text;
