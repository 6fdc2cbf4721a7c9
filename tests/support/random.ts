/** A small seeded generator (mulberry32): the same seed gives the same sequence everywhere. */
export type Random = {
	/** A number in [0, 1). */
	next(): number;
	/** A whole number in [0, below). */
	int(below: number): number;
	pick<Item>(items: readonly Item[]): Item;
};

export const createRandom = (seed: number): Random => {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const int = (below: number): number => Math.floor(next() * below);
	return { next, int, pick: (items) => items[int(items.length)] as (typeof items)[number] };
};

/** `IPYAI_TEST_SCALE`, the one number that all counts of random cases and injected faults follow. */
export const testScale = Number(process.env.IPYAI_TEST_SCALE ?? "1");

/** How many random cases a property test runs: `base` times the scale. */
export const scaled = (base: number): number => Math.max(1, Math.round(base * testScale));

/** Only the numbers in [0, 1), one a call. */
export const seededRandom = (seed: number): (() => number) => createRandom(seed).next;
