/** How much of each thing a prompt holds, in characters before escaping. */
export type ContextLimits = {
	readonly codeChars: number;
	readonly outputChars: number;
	readonly noteChars: number;
	readonly variableChars: number;
	readonly shellChars: number;
	/** How many cells and notes; the oldest are left out. */
	readonly cells: number;
	/** All cells and notes together; the oldest are left out. */
	readonly contextChars: number;
	/** All variables and commands together. */
	readonly refsChars: number;
	readonly pictures: number;
	/** In base64 characters. */
	readonly pictureChars: number;
	/** The longer side in pixels; larger PNGs are made smaller. */
	readonly pictureSide: number;
};

export const defaultLimits: ContextLimits = {
	codeChars: 10_000,
	outputChars: 10_000,
	noteChars: 20_000,
	variableChars: 20_000,
	shellChars: 20_000,
	cells: 500,
	contextChars: 200_000,
	refsChars: 100_000,
	pictures: 8,
	pictureChars: 4_500_000,
	pictureSide: 768,
};

/** Limits for a model whose window is known: context takes at most half of it, at four characters a token. */
export const limitsFor = (contextWindow: number | null): ContextLimits => {
	if (contextWindow === null) return defaultLimits;
	const share = Math.min(1, (contextWindow * 2) / (defaultLimits.contextChars + defaultLimits.refsChars));
	const contextChars = Math.floor(defaultLimits.contextChars * share);
	const refsChars = Math.floor(defaultLimits.refsChars * share);
	// One thing alone must not fill a small window.
	const atMost = (chars: number, whole: number): number => Math.min(chars, Math.floor(whole / 4));
	return {
		...defaultLimits,
		contextChars,
		refsChars,
		codeChars: atMost(defaultLimits.codeChars, contextChars),
		outputChars: atMost(defaultLimits.outputChars, contextChars),
		noteChars: atMost(defaultLimits.noteChars, contextChars),
		variableChars: atMost(defaultLimits.variableChars, refsChars),
		shellChars: atMost(defaultLimits.shellChars, refsChars),
	};
};
