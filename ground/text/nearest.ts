/**
 * The candidate that a mistyped word most likely meant, or `null` when none is close: at most a third of the
 * word's letters (and always one) may differ.
 */
export const nearest = (word: string, candidates: readonly string[]): string | null => {
	let best: string | null = null;
	let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
	for (const candidate of candidates) {
		// Nothing that much longer or shorter is near; a word may be of any length.
		if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
		const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
		if (distance >= bestDistance) continue;
		best = candidate;
		bestDistance = distance;
	}
	return best;
};

/** Insertions, deletions, replacements and swaps of neighbours, each one step. */
const editDistance = (a: string, b: string): number => {
	let beforePrevious: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
			let distance = Math.min(replace, previous[j]! + 1, row[j - 1]! + 1);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				distance = Math.min(distance, beforePrevious[j - 2]! + 1);
			row.push(distance);
		}
		beforePrevious = previous;
		previous = row;
	}
	return previous[b.length]!;
};
