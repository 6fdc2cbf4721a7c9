/**
 * Where the cursor is after a terminal wrapped the tail's rows to another width: how many rows it stands below the
 * tail's first row. When in doubt the answer is the smaller one, so that nothing above the tail is ever erased.
 */

import { type ScreenText, words } from "../../../ground/text/screenText.ts";
import { tokens } from "./styledText.ts";
import type { Terminal } from "./terminal.ts";

export const reflowedRows = (
	rows: readonly ScreenText[],
	cursor: { readonly line: number; readonly column: number },
	columns: number,
	reflow: Terminal["traits"]["reflow"],
): number => {
	if (reflow === "none") return cursor.line;
	const taken = (row: ScreenText): number => rowsTaken(row, Number.POSITIVE_INFINITY, columns);
	if (reflow === "xtermJs") return cursor.line + addedByXtermJs(rows, cursor.line, taken);
	const above = rows.slice(0, cursor.line).reduce((sum, row) => sum + taken(row), 0);
	return above + rowsTaken(rows[cursor.line] ?? words``, cursor.column, columns) - 1;
};

/**
 * Rows that xterm.js adds, each of which moves its cursor. It goes through the rows from the last to the first and
 * leaves alone the one on which it takes the cursor to be: moved, by then, by the rows added below.
 */
const addedByXtermJs = (
	rows: readonly ScreenText[],
	cursorLine: number,
	taken: (row: ScreenText) => number,
): number => {
	let added = 0;
	for (let line = rows.length - 1; line >= 0; line--)
		if (line !== cursorLine + added) added += taken(rows[line]!) - 1;
	return added;
};

/** Rows that the row's first `cells` cells take at a width. A wide character never straddles two rows. */
const rowsTaken = (row: ScreenText, cells: number, columns: number): number => {
	let taken = 1;
	let used = 0;
	let seen = 0;
	for (const token of tokens(row)) {
		if (token.width === 0) continue;
		if (seen >= cells) break;
		if (used + token.width > columns) {
			taken++;
			used = 0;
		}
		used += token.width;
		seen += token.width;
	}
	return taken;
};
