/** Tables, fitted to the width: columns that are too wide for it wrap their cells. */
import {
	joined,
	repeated,
	rowsOf,
	type ScreenText,
	styled,
	trimmedEnd,
	words,
} from "../../../ground/text/screenText.ts";
import { lineWidth, wrapLine } from "../screen/styledText.ts";
import { renderInline } from "./markdownInline.ts";
import { paint, type Role, type Theme } from "./theme.ts";

export type Align = "left" | "center" | "right";

/** The columns' alignments if the line is the one below a table's head. */
export const delimiterRow = (line: string): Align[] | null => {
	if (!/^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(line) || !line.includes("-")) return null;
	return splitRow(line).map((cell) =>
		cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left",
	);
};

/** The cells of a row. Only `\|` does not separate, in code too: so GFM has it. */
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

/** Widths for the columns of these rows, the frame left out. */
export const columnWidths = (rows: readonly (readonly string[])[], width: number, theme: Theme): number[] => {
	const columns = Math.max(...rows.map((row) => row.length));
	const widths = Array.from({ length: columns }, (_, column) =>
		Math.max(1, ...rows.map((row) => lineWidth(renderInline(row[column] ?? "", theme)))),
	);
	const room = Math.max(columns, width - 3 * (columns - 1));
	let total = widths.reduce((sum, each) => sum + each, 0);
	while (total > room) {
		const widest = widths.indexOf(Math.max(...widths));
		const second = Math.max(1, ...widths.filter((_, column) => column !== widest));
		const target = Math.max(
			1,
			Math.min(widths[widest]! - 1, Math.max(second, widths[widest]! - (total - room))),
		);
		if (widths[widest] === 1) break;
		total -= widths[widest]! - target;
		widths[widest] = target;
	}
	return widths;
};

export const tableRow = (
	cells: readonly string[],
	widths: readonly number[],
	aligns: readonly Align[],
	theme: Theme,
	roles: readonly Role[] = [],
): ScreenText[] => {
	const wrapped = widths.map((width, column) =>
		wrapLine(joined(rowsOf(renderInline(cells[column] ?? "", theme, roles)), words` `), width),
	);
	const height = Math.max(...wrapped.map((lines) => lines.length));
	return Array.from({ length: height }, (_, row) =>
		trimmedEnd(
			joined(
				wrapped.map((lines, column) =>
					padded(lines[row] ?? words``, widths[column]!, aligns[column] ?? "left"),
				),
				styled` ${paint(theme, "rule", theme.colors ? words`│` : words`|`)} `,
			),
		),
	);
};

export const tableRule = (widths: readonly number[], theme: Theme): ScreenText => {
	const line = theme.colors ? words`─` : words`-`;
	const cross = theme.colors ? words`─┼─` : words`-+-`;
	return paint(
		theme,
		"rule",
		joined(
			widths.map((width) => repeated(line, width)),
			cross,
		),
	);
};

const padded = (text: ScreenText, width: number, align: Align): ScreenText => {
	const free = Math.max(0, width - lineWidth(text));
	const left = align === "left" ? 0 : align === "right" ? free : Math.floor(free / 2);
	return joined([repeated(words` `, left), text, repeated(words` `, free - left)]);
};
