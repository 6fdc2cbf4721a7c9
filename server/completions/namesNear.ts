import { keywords } from "../../ground/python/lexer.ts";
import type { Place } from "./place.ts";

const charsBefore = 3000;
const charsAfter = 300;

/** Names in the code around the cursor, the nearest before it first; attributes are not names. */
export const namesNear = ({ prefix, suffix }: Place, limit = 12): string[] => {
	const before = namesIn(prefix.slice(-charsBefore)).reverse();
	const after = namesIn(suffix.slice(0, charsAfter));
	return [...new Set([...before, ...after])].slice(0, limit);
};

const namesIn = (code: string): string[] =>
	[...code.matchAll(/(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*/gu)]
		.map(([name]) => name)
		.filter((name) => !keywords.has(name));
