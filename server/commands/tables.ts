/** Text in columns. */

import { headOf } from "../../ground/text/wholeCharacters.ts";

/** The text in one line, cut with `...`. */
export const firstLine = (text: string, maxChars: number): string => {
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > maxChars ? `${headOf(line, maxChars)}...` : line;
};

/** Rows under a header: each column as wide as its widest cell, numbers to the right. */
export const table = (
	header: readonly string[],
	rows: readonly (readonly string[])[],
	right: readonly number[],
): string => {
	const widths = header.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]!.length)));
	return [header, ...rows]
		.map((row) =>
			row
				.map((cell, at) => (right.includes(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
};
