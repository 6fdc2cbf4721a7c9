/** Cursor positions: the wire and JavaScript count UTF-16 units, Jupyter counts code points. */

export const toCodePoints = (text: string, utf16Offset: number): number => {
	let count = 0;
	for (let at = 0; at < Math.min(utf16Offset, text.length); count++)
		at += text.codePointAt(at)! > 0xffff ? 2 : 1;
	return count;
};

export const toUtf16 = (text: string, codePoints: number): number => {
	let at = 0;
	for (let count = 0; count < codePoints && at < text.length; count++)
		at += text.codePointAt(at)! > 0xffff ? 2 : 1;
	return at;
};
