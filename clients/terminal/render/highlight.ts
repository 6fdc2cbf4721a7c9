/** Colours code, line by line. The same code has the same colours, in whatever pieces and on whatever machine it comes. */
import { shownText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText } from "../../../ground/text/screenText.ts";
import type { CodeReader, Span } from "./code/codeReader.ts";
import { plainReader } from "./code/codeReader.ts";
import { codeReader } from "./code/languages.ts";
import { pythonReader } from "./code/pythonTokens.ts";
import { paint, type Theme } from "./theme.ts";

/** Highlights line after line of one block. `copy` lets a caller look ahead without moving on. */
export type LineHighlighter = { line(text: string): ScreenText; copy(): LineHighlighter };

/** A longer line is data, and stays plain. */
const maxColouredChars = 10_000;

/** The lines of a Python text, coloured. */
export const highlightPython = (code: string, theme: Theme): ScreenText[] =>
	linesOf(code, highlighter(pythonReader, theme));

/** The lines of a text in a fence's language, coloured as far as the language is known. */
export const highlightCode = (code: string, language: string, theme: Theme): ScreenText[] =>
	linesOf(code, lineHighlighter(language, theme));

export const lineHighlighter = (language: string, theme: Theme): LineHighlighter =>
	highlighter(theme.colors ? codeReader(language) : plainReader, theme);

const linesOf = (code: string, lines: LineHighlighter): ScreenText[] =>
	code.split("\n").map((line) => lines.line(line));

const highlighter = (start: CodeReader, theme: Theme): LineHighlighter => {
	let reader = start;
	return {
		line(text) {
			if (text.length > maxColouredChars) return shownText(text);
			const { spans, next } = reader(text);
			reader = next;
			return paintSpans(spans, theme);
		},
		copy: () => highlighter(reader, theme),
	};
};

/** Spans of any text in their colours; of what they hold nothing acts. */
export const paintSpans = (spans: readonly Span[], theme: Theme): ScreenText =>
	joined(spans.map(({ text, role }) => (role ? paint(theme, role, shownText(text)) : shownText(text))));
