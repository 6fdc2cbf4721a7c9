/**
 * Brackets and strings of a piece of Python, as far as completions need them. `open` holds the closers that are
 * awaited, innermost last; `quote` is the string that is open at the end, `#` for a comment. `strayAt` is where the
 * first closer stands that closes nothing, `endsAt` where a bracket or string ends that was open before; -1 for none.
 */
export type BracketScan = {
	readonly open: readonly string[];
	readonly quote: string | null;
	readonly strayAt: number;
	readonly endsAt: number;
};

const nothingOpen: BracketScan = { open: [], quote: null, strayAt: -1, endsAt: -1 };

/** Scans `text`, going on from where an earlier scan ended. */
export const scanBrackets = (text: string, from: BracketScan = nothingOpen): BracketScan => {
	const open = [...from.open];
	let quote = from.quote;
	let strayAt = -1;
	let endsAt = -1;
	/** The string that was open before still is. */
	let inFirst = quote !== null && quote !== "#";
	const end = (at: number) => {
		if (endsAt < 0) endsAt = at;
	};
	for (let at = 0; at < text.length; at++) {
		const char = text[at] as string;
		if (quote === "#") {
			if (char === "\n") quote = null;
			continue;
		}
		if (quote !== null) {
			if (char === "\\") at++;
			else if (text.startsWith(quote, at)) {
				if (inFirst) end(at);
				at += quote.length - 1;
				quote = null;
			} else if (char === "\n" && quote.length === 1) quote = null;
			inFirst &&= quote !== null;
			continue;
		}
		if (char === "#") quote = "#";
		else if (char === '"' || char === "'") {
			quote = text.startsWith(char.repeat(3), at) ? char.repeat(3) : char;
			at += quote.length - 1;
		} else if (char in closers) open.push(closers[char as keyof typeof closers]);
		else if (")]}".includes(char)) {
			if (open.at(-1) === char) {
				open.pop();
				if (open.length < from.open.length) end(at);
			} else if (strayAt < 0) strayAt = at;
		}
	}
	return { open, quote, strayAt, endsAt };
};

const closers = { "(": ")", "[": "]", "{": "}" } as const;
