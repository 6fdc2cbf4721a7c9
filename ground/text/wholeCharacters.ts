/** The place of a cut at or just before `at`, so that no surrogate pair is split. */
export const wholeCut = (text: string, at: number): number =>
	splitsPair(text, at) ? at - 1 : Math.max(0, at);

/** The same at or just behind `at`. */
export const wholeCutAfter = (text: string, at: number): number => (splitsPair(text, at) ? at + 1 : at);

const splitsPair = (text: string, at: number): boolean =>
	isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at));

export const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
export const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
