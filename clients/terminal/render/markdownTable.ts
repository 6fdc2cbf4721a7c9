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
import type { Align } from "../../common/markdown/tableRows.ts";
import { lineWidth, wrapLine } from "../screen/styledText.ts";
import { type InlineStyle, renderInline } from "./markdownInline.ts";
import { paint, type Theme } from "./theme.ts";

/** Widths for the columns of these rows, the frame left out. */
export const columnWidths = (
	rows: readonly (readonly string[])[],
	width: number,
	style: InlineStyle,
): number[] => {
	const columns = Math.max(...rows.map((row) => row.length));
	const widths = Array.from({ length: columns }, (_, column) =>
		Math.max(1, ...rows.map((row) => lineWidth(renderInline(row[column] ?? "", style)))),
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
	style: InlineStyle,
): ScreenText[] => {
	const wrapped = widths.map((width, column) =>
		wrapLine(joined(rowsOf(renderInline(cells[column] ?? "", style)), words` `), width),
	);
	const { theme } = style;
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
