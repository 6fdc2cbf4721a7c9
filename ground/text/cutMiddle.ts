import { headOf, tailOf } from "./wholeCharacters.ts";

export type Cut = { readonly text: string; readonly cutChars: number };

/**
 * Keeps head and tail of a text that is longer than `maxChars` and says in between how much was cut. The head gets
 * a little more: it usually says what the text is. Whole lines are kept where that costs little. `missing` characters of the
 * middle were cut before.
 */
export const cutMiddle = (text: string, maxChars: number, missing = 0): Cut => {
	if (text.length <= maxChars) return { text, cutChars: missing };
	const headChars = Math.ceil(maxChars * 0.6);
	const head = backToLine(headOf(text, headChars));
	const tail = onToLine(tailOf(text, maxChars - headChars));
	const cutChars = text.length - head.length - tail.length + missing;
	return { text: `${head}\n[... ${cutChars} characters cut ...]\n${tail}`, cutChars };
};

const backToLine = (head: string): string => {
	const at = head.lastIndexOf("\n");
	return at > head.length * 0.7 ? head.slice(0, at) : head;
};

const onToLine = (tail: string): string => {
	const at = tail.indexOf("\n");
	return at >= 0 && at < tail.length * 0.3 ? tail.slice(at + 1) : tail;
};
