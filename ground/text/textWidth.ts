/** How many terminal cells text takes: two for what Unicode calls wide and for emoji, none for marks and format characters. */
import { eastAsianWidth } from "get-east-asian-width";

/** Cells of text without control characters; SGR sequences must be taken out before. */
export const textWidth = (text: string): number => {
	if (isPlainAscii(text)) return text.length;
	let width = 0;
	for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme);
	return width;
};

/** The user-perceived characters of a text, in order. */
export const graphemes = <T extends string>(text: T): Iterable<T> =>
	(isPlainAscii(text) || !needsSegmenter.test(text) ? text : segments(text)) as Iterable<T>;

/** Cells of one grapheme: 0, 1 or 2. */
export const graphemeWidth = (grapheme: string): number => {
	const first = grapheme.codePointAt(0)!;
	if (first < 0x300) return first < 0x20 || (first >= 0x7f && first < 0xa0) ? 0 : emojiWidth(grapheme, 1);
	if (eastAsianWidth(first) === 2) return 2;
	if (first >= 0x1f1e6 && first <= 0x1f1ff) return 2;
	if (zeroWidth.test(String.fromCodePoint(first))) return 0;
	return emojiWidth(grapheme, 1);
};

export const isPlainAscii = (text: string): boolean => !/[^\x20-\x7e]/.test(text);

/** A variation selector 16 asks for the emoji form, which is wide. */
const emojiWidth = (grapheme: string, otherwise: number): number =>
	grapheme.length > 1 && grapheme.includes("\ufe0f") ? 2 : otherwise;

/** Without any of these, code points are graphemes. */
const needsSegmenter =
	/[\p{M}\p{Cf}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\r]/u;
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;

let segmenter: Intl.Segmenter | undefined;
function* segments(text: string): Iterable<string> {
	segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
	for (const { segment } of segmenter.segment(text)) yield segment;
}
