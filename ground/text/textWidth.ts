/**
 * How many terminal cells text takes. One table for the whole client, small enough for the start path: East Asian
 * wide and fullwidth ranges, emoji presentation, and nothing for marks and format characters.
 */

/** Cells of text without control characters; SGR sequences must be taken out before. */
export const textWidth = (text: string): number => {
	if (isPlainAscii(text)) return text.length;
	let width = 0;
	for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme);
	return width;
};

/** The user-perceived characters of a text, in order. */
export const graphemes = (text: string): Iterable<string> =>
	isPlainAscii(text) || !needsSegmenter.test(text) ? text : segments(text);

/** Cells of one grapheme: 0, 1 or 2. */
export const graphemeWidth = (grapheme: string): number => {
	const first = grapheme.codePointAt(0)!;
	if (first < 0x300) return first < 0x20 || (first >= 0x7f && first < 0xa0) ? 0 : emojiWidth(grapheme, 1);
	if (isWide(first)) return 2;
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

const isWide = (point: number): boolean => {
	if (point < 0x1100) return false;
	if (point >= 0x4e00 && point <= 0x9fff) return true;
	let low = 0;
	let high = wideRanges.length / 2 - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		if (point < wideRanges[middle * 2]!) high = middle - 1;
		else if (point > wideRanges[middle * 2 + 1]!) low = middle + 1;
		else return true;
	}
	return false;
};

/** First and last of each range that Unicode 16 calls W or F, neighbours merged over unassigned points. */
const wideRanges = [
	0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3, 0x25fd,
	0x25fe, 0x2614, 0x2615, 0x2630, 0x2637, 0x2648, 0x2653, 0x267f, 0x267f, 0x268a, 0x268f, 0x2693, 0x2693,
	0x26a1, 0x26a1, 0x26aa, 0x26ab, 0x26bd, 0x26be, 0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea,
	0x26ea, 0x26f2, 0x26f3, 0x26f5, 0x26f5, 0x26fa, 0x26fa, 0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b,
	0x2728, 0x2728, 0x274c, 0x274c, 0x274e, 0x274e, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27b0,
	0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50, 0x2b55, 0x2b55, 0x2e80, 0x303e, 0x3041, 0x3247,
	0x3250, 0x4dbf, 0x4e00, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30,
	0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x18dff, 0x1aff0, 0x1b2fb, 0x1d300, 0x1d356, 0x1d360,
	0x1d376, 0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf, 0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f265, 0x1f300,
	0x1f320, 0x1f32d, 0x1f335, 0x1f337, 0x1f37c, 0x1f37e, 0x1f393, 0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0,
	0x1f3f0, 0x1f3f4, 0x1f3f4, 0x1f3f8, 0x1f43e, 0x1f440, 0x1f440, 0x1f442, 0x1f4fc, 0x1f4ff, 0x1f53d, 0x1f54b,
	0x1f54e, 0x1f550, 0x1f567, 0x1f57a, 0x1f57a, 0x1f595, 0x1f596, 0x1f5a4, 0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680,
	0x1f6c5, 0x1f6cc, 0x1f6cc, 0x1f6d0, 0x1f6d2, 0x1f6d5, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0,
	0x1f7eb, 0x1f7f0, 0x1f7f0, 0x1f90c, 0x1f93a, 0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000,
	0x3fffd,
];
