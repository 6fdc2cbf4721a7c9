import type { Line } from "./textFile.ts";

/**
 * The lines of a file with the places that they had in an earlier state of it: what both begin and end with, lines
 * that are the only ones of their kind, and what stands beside these. The time it takes grows with the lines alone.
 */
export const matched = (before: readonly Line[], after: readonly Line[]): Line[] => {
	const origins: (number | null)[] = after.map(() => null);
	let head = 0;
	while (head < before.length && head < after.length && before[head]!.text === after[head]!.text)
		origins[head] = head++;
	let [old, now] = [before.length, after.length];
	while (old > head && now > head && before[old - 1]!.text === after[now - 1]!.text) origins[--now] = --old;
	const olds = onlyOnes(before, head, old);
	for (const [text, at] of onlyOnes(after, head, now)) {
		const origin = olds.get(text) ?? -1;
		if (at >= 0 && origin >= 0) origins[at] = origin;
	}
	const extend = (at: number, step: 1 | -1): void => {
		const beside = origins[at - step] ?? null;
		if (origins[at] !== null || beside === null) return;
		const origin = beside + step;
		if (origin >= head && origin < old && before[origin]!.text === after[at]!.text) origins[at] = origin;
	};
	for (let at = head; at < now; at++) extend(at, 1);
	for (let at = now - 1; at >= head; at--) extend(at, -1);
	return after.map((line, at) => ({ ...line, origin: origins[at]! }));
};

/** Places of lines by their text; -1 for what stands there more than once. */
const onlyOnes = (lines: readonly Line[], from: number, to: number): Map<string, number> => {
	const places = new Map<string, number>();
	for (let at = from; at < to; at++) {
		const { text } = lines[at]!;
		places.set(text, places.has(text) ? -1 : at);
	}
	return places;
};
