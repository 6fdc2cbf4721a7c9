/** Where words begin and end, as Emacs and readline count them. Offsets are UTF-16 units. */
import { graphemes } from "../../../ground/text/textWidth.ts";

const wordUnit = /[\p{L}\p{N}_\p{M}]/u;

/** The end of the word at or after `at`. */
export const wordEnd = (text: string, at: number): number => {
	let end = at;
	while (end < text.length && !wordUnit.test(charAt(text, end))) end += charAt(text, end).length;
	while (end < text.length && wordUnit.test(charAt(text, end))) end += charAt(text, end).length;
	return end;
};

/** The beginning of the word at or before `at`. */
export const wordStart = (text: string, at: number): number => {
	let start = at;
	while (start > 0 && !wordUnit.test(charBefore(text, start))) start -= charBefore(text, start).length;
	while (start > 0 && wordUnit.test(charBefore(text, start))) start -= charBefore(text, start).length;
	return start;
};

/** The beginning of what stands between blanks, as Ctrl-W takes it. */
export const blankWordStart = (text: string, at: number): number => {
	let start = at;
	while (start > 0 && /\s/.test(text[start - 1]!)) start--;
	while (start > 0 && !/\s/.test(text[start - 1]!)) start--;
	return start;
};

/** The offset after the user-perceived character at `at`. */
export const nextGrapheme = (text: string, at: number): number => {
	for (const grapheme of graphemes(text.slice(at, at + 64))) return at + grapheme.length;
	return at;
};

/** The offset of the user-perceived character before `at`. */
export const previousGrapheme = (text: string, at: number): number => {
	let last = 0;
	for (const grapheme of graphemes(text.slice(Math.max(0, at - 64), at))) last = grapheme.length;
	return at - last;
};

export const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

export const lineEnd = (text: string, at: number): number => {
	const end = text.indexOf("\n", at);
	return end < 0 ? text.length : end;
};

const charAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at)!);

const charBefore = (text: string, at: number): string => {
	const low = text.charCodeAt(at - 1);
	return low >= 0xdc00 && low <= 0xdfff && at > 1 ? text.slice(at - 2, at) : text[at - 1]!;
};
