/**
 * Draws the input: prompts, colours, ghost text, and where the cursor stands. Colours are kept per line, so a key in
 * a long input colours one line anew.
 */
import { isSameState } from "../../../ground/python/lexer.ts";
import { shownText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, words } from "../../../ground/text/screenText.ts";
import type { Span } from "../render/code/codeReader.ts";
import { type PythonState, pythonStart, tokenizePython } from "../render/code/pythonTokens.ts";
import { paintSpans } from "../render/highlight.ts";
import { type InputPrompt, leadOf } from "../render/prompt.ts";
import { paint, type Theme } from "../render/theme.ts";
import { lineWidth, tokens, wrapCells } from "../screen/styledText.ts";
import type { GhostParts } from "./ghostText.ts";
import type { Rendered } from "./types.ts";

type Input = {
	readonly text: string;
	readonly cursor: number;
	readonly ghost: GhostParts;
	readonly prompt: InputPrompt;
	readonly theme: Theme;
};

export class InputLines {
	#cache: { line: string; before: PythonState; spans: Span[]; after: PythonState }[] = [];

	/** All rows of the input; with `maxRows`, those around the cursor. */
	render(
		{ text, cursor, ghost, prompt, theme }: Input,
		width: number,
		maxRows = Number.POSITIVE_INFINITY,
	): Rendered {
		const room = Math.max(2, width);
		const lines = text.split("\n");
		const plain = prompt.kind === "ai" || text.startsWith(".");
		const cursorLine = countNewlines(text, cursor);
		const cursorColumn = cursor - (text.lastIndexOf("\n", cursor - 1) + 1);
		const rows: ScreenText[] = [];
		let place = { line: 0, column: 0 };
		let state = pythonStart;
		for (const [index, line] of lines.entries()) {
			const spans = plain ? [{ text: line, role: null }] : this.#spans(index, line, state);
			if (!plain) state = this.#cache[index]!.after;
			// Each line takes a row at least, so lines further away than that can not show.
			if (Math.abs(index - cursorLine) > maxRows) continue;
			const lead = leadOf(prompt, index, theme);
			if (index !== cursorLine) {
				rows.push(...wrapCells(joined([lead, painted(spans, theme)]), room));
				continue;
			}
			const [before, after] = splitSpans(spans, cursorColumn);
			const [ghostHere = "", ...ghostBelow] = ghost.here.split("\n");
			const head = joined([lead, painted(before, theme)]);
			place = cellAfter(head, room, rows.length);
			const [over, rest] = splitSpans(after, ghost.over);
			const tail = joined([painted(over, theme), ghostPaint(theme, ghost.behind), painted(rest, theme)]);
			const shown = [head, ghostPaint(theme, ghostHere), ghostBelow.length === 0 ? tail : words``];
			rows.push(...wrapCells(joined(shown), room));
			if (place.line === rows.length) rows.push(words``);
			for (const [below, ghostLine] of ghostBelow.entries()) {
				const end = below === ghostBelow.length - 1 ? tail : words``;
				const row = joined([leadOf(prompt, 1, theme), ghostPaint(theme, ghostLine), end]);
				rows.push(...wrapCells(row, room));
			}
		}
		this.#cache.length = Math.min(this.#cache.length, lines.length);
		return windowed(rows, place, maxRows);
	}

	#spans(index: number, line: string, before: PythonState): Span[] {
		const held = this.#cache[index];
		if (held?.line === line && isSameState(held.before, before)) return held.spans;
		const { spans, state } = tokenizePython(line, before);
		this.#cache[index] = { line, before, spans, after: state };
		return spans;
	}
}

const ghostPaint = (theme: Theme, text: string): ScreenText =>
	paint(theme, "ghost", shownText(tabless(text)));

const painted = (spans: readonly Span[], theme: Theme): ScreenText =>
	paintSpans(
		spans.map((span) => ({ ...span, text: tabless(span.text) })),
		theme,
	);

const tabless = (text: string): string => text.replaceAll("\t", "    ");

const splitSpans = (spans: readonly Span[], at: number): [Span[], Span[]] => {
	const before: Span[] = [];
	const after: Span[] = [];
	let seen = 0;
	for (const span of spans) {
		const cut = Math.max(0, Math.min(at - seen, span.text.length));
		if (cut > 0) before.push({ ...span, text: span.text.slice(0, cut) });
		if (cut < span.text.length) after.push({ ...span, text: span.text.slice(cut) });
		seen += span.text.length;
	}
	return [before, after];
};

/** Where the cell after a text is, once it is wrapped at `room` cells from row `line` on. */
const cellAfter = (text: ScreenText, room: number, line: number): { line: number; column: number } => {
	let row = line;
	let column = 0;
	for (const { width } of lineWidth(text) < room ? [{ width: lineWidth(text) }] : tokens(text)) {
		if (column + width > room) {
			row++;
			column = 0;
		}
		column += width;
	}
	return column >= room ? { line: row + 1, column: 0 } : { line: row, column };
};

const windowed = (rows: ScreenText[], place: { line: number; column: number }, maxRows: number): Rendered => {
	if (rows.length <= maxRows) return { lines: rows, cursor: place };
	const from = Math.max(0, Math.min(place.line - Math.floor(maxRows / 2), rows.length - maxRows));
	return {
		lines: rows.slice(from, from + maxRows),
		cursor: { line: place.line - from, column: place.column },
	};
};

const countNewlines = (text: string, until: number): number => {
	let count = 0;
	for (let at = text.indexOf("\n"); at >= 0 && at < until; at = text.indexOf("\n", at + 1)) count++;
	return count;
};
