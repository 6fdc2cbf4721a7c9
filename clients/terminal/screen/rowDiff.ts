/**
 * The bytes that turn one drawn row into another. Rows are styled text that fits the screen; the cursor may stand
 * anywhere on the row before, and stands anywhere on it afterwards.
 */

import { isPlainAscii } from "../../../ground/text/textWidth.ts";
import { StyleState, stripStyles, tokens } from "./styledText.ts";

/** Writes what differs. Everything after the first difference is written anew; usually that is the new end. */
export const rowDiff = (before: string, after: string): string => {
	if (before === after) return "";
	const { column, rest, opening } = commonStart(before, after);
	const move = column === 0 ? "\r" : `\x1b[${column + 1}G`;
	// Erased before writing: after a full row, the cursor stands on the last cell and would take it away.
	const erase = after.startsWith(before) ? "" : "\x1b[K";
	return `${move}${erase}${opening}${rest}`;
};

/**
 * How far both rows agree. Only plain ASCII before the difference counts: what a terminal makes of other characters
 * may differ from our table, and a wrong column would leave a mark.
 */
const commonStart = (before: string, after: string): { column: number; rest: string; opening: string } => {
	const whole = { column: 0, rest: after, opening: "" };
	if (!isPlainAscii(stripStyles(before)) || before === "") return whole;
	const style = new StyleState();
	const old = tokens(before)[Symbol.iterator]();
	let column = 0;
	let length = 0;
	let agreed = whole;
	for (const token of tokens(after)) {
		const match = old.next().value;
		if (token.kind === "other" || (token.text.length > 1 && token.kind === "text")) break;
		if (match === undefined || match.text !== token.text) break;
		style.apply(token);
		length += token.text.length;
		column += token.width;
		agreed = { column, rest: after.slice(length), opening: style.open() };
	}
	return agreed;
};
