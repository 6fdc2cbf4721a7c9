/**
 * Where the cursor is after a terminal wrapped the tail's rows to another width: how many rows it stands below the
 * tail's first row. When in doubt the answer is the smaller one, so that nothing above the tail is ever erased.
 */

import { tokens } from "./styledText.ts";
import type { Terminal } from "./terminal.ts";

export const reflowedRows = (
	rows: readonly string[],
	cursor: { readonly line: number; readonly column: number },
	columns: number,
	reflow: Terminal["traits"]["reflow"],
): number => {
	if (reflow === "none") return cursor.line;
	const taken = (row: string): number => rowsTaken(row, Number.POSITIVE_INFINITY, columns);
	if (reflow === "xtermJs")
		return rows.reduce((sum, row, line) => sum + (line === cursor.line ? 0 : taken(row) - 1), cursor.line);
	const above = rows.slice(0, cursor.line).reduce((sum, row) => sum + taken(row), 0);
	return above + rowsTaken(rows[cursor.line] ?? "", cursor.column, columns) - 1;
};

/** Rows that the row's first `cells` cells take at a width. A wide character never straddles two rows. */
const rowsTaken = (row: string, cells: number, columns: number): number => {
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
