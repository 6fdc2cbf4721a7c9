/** Cuts that leave characters whole: no half of a surrogate pair is ever alone. */

/** The place of a cut at or just before `at`, so that no surrogate pair is split. */
export const wholeCut = (text: string, at: number): number =>
	splitsPair(text, at) ? at - 1 : Math.max(0, at);

/** The same at or just behind `at`. */
export const wholeCutAfter = (text: string, at: number): number => (splitsPair(text, at) ? at + 1 : at);

/** The beginning of a text, of at most `maxChars`. */
export const headOf = (text: string, maxChars: number): string =>
	text.length <= maxChars ? text : text.slice(0, wholeCut(text, maxChars));

/** The end of a text, of at most `maxChars`. */
export const tailOf = (text: string, maxChars: number): string =>
	text.length <= maxChars ? text : text.slice(wholeCutAfter(text, text.length - Math.max(0, maxChars)));

const splitsPair = (text: string, at: number): boolean =>
	isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at));

export const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
export const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
