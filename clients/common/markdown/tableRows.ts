/** Rows of tables, as GFM has them. */

export type Align = "left" | "center" | "right";

/** The columns' alignments if the line is the one below a table's head. */
export const delimiterRow = (line: string): Align[] | null => {
	if (!/^[ \t|:-]*$/.test(line) || /^ {4}/.test(line)) return null;
	const cells = splitRow(line);
	if (!cells.every((cell) => /^:?-+:?$/.test(cell))) return null;
	return cells.map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left"));
};

/** The cells of a row. Only `\|` does not separate, in code too. */
export const splitRow = (line: string): string[] => {
	const cells: string[] = [];
	let cell = "";
	const text = line
		.trim()
		.replace(/^\|/, "")
		.replace(/(?<!\\)\|$/, "");
	for (const match of text.matchAll(/\\\||\||[^\\|]+|\\/g)) {
		const piece = match[0];
		if (piece === "|") {
			cells.push(cell.trim());
			cell = "";
		} else cell += piece === "\\|" ? "|" : piece;
	}
	return [...cells, cell.trim()];
};
