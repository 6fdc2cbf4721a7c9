/** How much of the text behind the cursor an answer takes the place of. */
import { firstLine } from "./lines.ts";
import { bracketsBefore, type Place } from "./place.ts";
import { type BracketScan, scanBrackets } from "./scanBrackets.ts";

/**
 * The length of the closers behind the cursor (`']`, `)`) that the answer says itself before it goes on behind them:
 * `df['|']` and `a'].mean()`. 0 where the answer belongs before them.
 */
export const restTaken = (text: string, place: Place): number => {
	const rest = /^["'`)\]}]+(?=\s*(?:#.*)?$)/.exec(firstLine(place.suffix))?.[0] ?? "";
	// What ends as the line does is inserted before its end.
	if (rest === "" || text.includes("\n") || text.trimEnd().endsWith(rest)) return 0;
	const before = bracketsBefore(place);
	const alone = scanBrackets(rest, before);
	// What closes nothing is not said anew.
	if (alone.strayAt >= 0) return 0;
	for (let at = text.indexOf(rest); at >= 0; at = text.indexOf(rest, at + 1)) {
		const head = text.slice(0, at);
		const tail = text.slice(at + rest.length);
		if (!goesOn.test(tail)) continue;
		const inside = scanBrackets(head, before);
		const whole = scanBrackets(head + rest, before);
		const all = scanBrackets(text, before);
		// Up to there the answer stands inside of what was open at the cursor, and leaves nothing else open.
		const isInside = inside.strayAt < 0 && isSame(inside, before);
		if (isInside && isSame(whole, alone) && all.strayAt < 0 && isSame(all, alone)) return rest.length;
	}
	return 0;
};

/** A use of the value that was closed, or what comes behind it. */
const goesOn = /^(?:\s*(?:[.([,]|[-+*/%&|^@<>=!]|(?:and|or|in|is|if|not|for)\b))/;

const isSame = (one: BracketScan, other: BracketScan): boolean =>
	one.quote === other.quote && one.open.join() === other.open.join();
