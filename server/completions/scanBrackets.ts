/**
 * Brackets and strings of a piece of Python, as far as completions need them. `open` holds the closers that are
 * awaited, innermost last; `quote` is the string that is open at the end, `#` for a comment. `strayAt` is where the
 * first closer stands that closes nothing, `endsAt` where a bracket or string ends that was open before; -1 for none.
 */
import { type LexState, nothingOpen, openQuotes, skimPython } from "../../ground/python/lexer.ts";

export type BracketScan = {
	readonly open: readonly string[];
	readonly quote: string | null;
	readonly strayAt: number;
	readonly endsAt: number;
	readonly state: LexState;
};

const atStart: BracketScan = { open: [], quote: null, strayAt: -1, endsAt: -1, state: nothingOpen };

/** Scans `text`, going on from where an earlier scan ended. */
export const scanBrackets = (text: string, from: BracketScan = atStart): BracketScan => {
	const { tokens, state } = skimPython(text, from.state);
	const open = [...from.open];
	const quotes = openQuotes(from.state);
	let strayAt = -1;
	let endsAt = -1;
	for (const { kind, text: token, start, end, isOpen } of tokens) {
		if (kind === "string" && start === 0 && quotes !== null && !isOpen) endsAt = end - quotes.length;
		if (kind !== "operator") continue;
		if (token in closers) open.push(closers[token as keyof typeof closers]);
		else if (")]}".includes(token)) {
			if (open.at(-1) !== token) {
				if (strayAt < 0) strayAt = start;
				continue;
			}
			open.pop();
			if (open.length < from.open.length && endsAt < 0) endsAt = start;
		}
	}
	return { open, quote: state.isComment ? "#" : openQuotes(state), strayAt, endsAt, state };
};

const closers = { "(": ")", "[": "]", "{": "}" } as const;
