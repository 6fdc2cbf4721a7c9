/** Markdown that is shown as it is written: its marks in colours, the code in it plain. */
import type { CodeReader, Span } from "./codeReader.ts";

export const markdownReader: CodeReader = (line) => {
	const [, fence] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
	if (fence !== undefined) return { spans: [{ text: line, role: "fence" }], next: fenced(fence) };
	return { spans: spansOf(line), next: markdownReader };
};

const fenced = (fence: string): CodeReader => {
	const reader: CodeReader = (line) => {
		const bare = line.trim();
		const ends = bare.length >= fence.length && bare === fence[0]!.repeat(bare.length);
		return {
			spans: [{ text: line, role: ends ? "fence" : "inlineCode" }],
			next: ends ? markdownReader : reader,
		};
	};
	return reader;
};

const spansOf = (line: string): Span[] => {
	if (/^ {0,3}#{1,6}(?:\s|$)/.test(line)) return [{ text: line, role: "heading" }];
	if (/^ {0,3}>/.test(line)) return [{ text: line, role: "quote" }];
	const [mark = ""] = /^\s*(?:[-*+]|\d{1,9}[.)])(?=\s)/.exec(line) ?? [];
	const pieces = line.slice(mark.length).split(/(`[^`]+`)/);
	return [
		{ text: mark, role: "bullet" as const },
		...pieces.map((text, index) => ({ text, role: index % 2 === 1 ? ("inlineCode" as const) : null })),
	].filter(({ text }) => text !== "");
};
