/**
 * Colours code. Python has a tokenizer of its own and is always ready; other languages go through shiki, which
 * `loadHighlighter` fetches off the start path. Until it is there, their code is plain.
 */

import { shownText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText } from "../../../ground/text/screenText.ts";
import type { LineHighlighter } from "./lineHighlighter.ts";
import { type PythonState, pythonStart, type Span, tokenizePython } from "./pythonTokens.ts";
import type { Lines } from "./shikiLines.ts";
import { paint, type Theme } from "./theme.ts";

/** The lines of a Python text, coloured. */
export const highlightPython = (code: string, theme: Theme): ScreenText[] => {
	const highlighter = pythonHighlighter(theme);
	return code.split("\n").map((line) => highlighter.line(line));
};

/** The lines of a text in a fence's language, coloured as far as the language is known and loaded. */
export const highlightCode = (code: string, language: string, theme: Theme): ScreenText[] => {
	const highlighter = lineHighlighter(language, theme);
	return code.split("\n").map((line) => highlighter.line(line));
};

export const lineHighlighter = (language: string, theme: Theme): LineHighlighter => {
	if (!theme.colors) return plain;
	if (/^(python|py|python3|ipython|pycon)$/i.test(language)) return pythonHighlighter(theme);
	return shiki?.(language, theme) ?? plain;
};

let shiki: Lines | undefined;
let loading: Promise<void> | undefined;

/** Loads shiki and, if named, a language. A language that shiki does not know stays plain. */
export const loadHighlighter = async (language?: string): Promise<void> => {
	const module = await import("./shikiLines.ts");
	loading ??= module.createShikiLines().then((lines) => {
		shiki = lines;
	});
	await loading;
	if (language) await module.loadLanguage(language);
};

const plain: LineHighlighter = { line: shownText, copy: () => plain };

const pythonHighlighter = (theme: Theme, start: PythonState = pythonStart): LineHighlighter => {
	let state = start;
	return {
		line(text) {
			const result = tokenizePython(text, state);
			state = result.state;
			return paintSpans(result.spans, theme);
		},
		copy: () => pythonHighlighter(theme, state),
	};
};

/** Spans of any text in their colours; of what they hold nothing acts. */
export const paintSpans = (spans: readonly Span[], theme: Theme): ScreenText =>
	joined(spans.map(({ text, role }) => (role ? paint(theme, role, shownText(text)) : shownText(text))));
