/**
 * The bytes that turn one drawn row into another. Rows are styled text that fits the screen; the cursor may stand
 * anywhere on the row before, and stands anywhere on it afterwards.
 */

import { joined, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { isPlainAscii } from "../../../ground/text/textWidth.ts";
import { StyleState, stripStyles, tokens } from "./styledText.ts";

/** Writes what differs. Everything after the first difference is written anew; usually that is the new end. */
export const rowDiff = (before: ScreenText, after: ScreenText): ScreenText => {
	if (before === after) return words``;
	const { column, rest, opening } = commonStart(before, after);
	const move = column === 0 ? styled`\r` : styled`\x1b[${column + 1}G`;
	// Erased before writing: after a full row, the cursor stands on the last cell and would take it away.
	const erase = after.startsWith(before) ? words`` : styled`\x1b[K`;
	return joined([move, erase, opening, rest]);
};

/**
 * How far both rows agree. Only plain ASCII before the difference counts: what a terminal makes of other characters
 * may differ from our table, and a wrong column would leave a mark.
 */
const commonStart = (
	before: ScreenText,
	after: ScreenText,
): { column: number; rest: ScreenText; opening: ScreenText } => {
	const all = [...tokens(after)];
	const style = new StyleState();
	let agreed = 0;
	let column = 0;
	if (before !== "" && isPlainAscii(stripStyles(before)))
		for (const match of tokens(before)) {
			const token = all[agreed];
			if (token === undefined || token.kind === "other" || match.text !== token.text) break;
			if (token.kind === "text" && token.text.length > 1) break;
			style.apply(token);
			column += token.width;
			agreed++;
		}
	return { column, rest: joined(all.slice(agreed).map(({ text }) => text)), opening: style.open() };
};
