/**
 * How long to wait before a model is asked for a suggestion that nobody asked for: until the person has probably
 * paused. Measured from the keys in a document and from how long models take.
 */

/** A gap longer than this is a pause, not typing. */
const pauseMs = 1000;
const shortestMs = 30;
const longestMs = 300;
const weight = 0.2;

export type Pace = {
	/** Between two keys while the person types; `null` before any are known. */
	readonly keyMs: number | null;
	/** From asking a model to its answer; `null` before the first. */
	readonly answerMs: number | null;
};

/**
 * As long as the next key usually takes to come, but no longer than the answer would take anyway. On recordings of
 * a person, half as much again saves one request in eight and shows each suggestion 80 ms later.
 */
export const waitMs = ({ keyMs, answerMs }: Pace): number =>
	Math.min(longestMs, Math.max(shortestMs, Math.min(keyMs ?? 120, answerMs ?? longestMs)));

export class TypingPace {
	readonly #now: () => number;
	readonly #lastKeys = new Map<string, number>();
	#keyMs: number | null = null;
	#answerMs: number | null = null;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** A document was changed. */
	typed(documentKey: string): void {
		const now = this.#now();
		const gap = now - (this.#lastKeys.get(documentKey) ?? Number.NEGATIVE_INFINITY);
		this.#lastKeys.set(documentKey, now);
		if (gap <= pauseMs) this.#keyMs = mix(this.#keyMs, gap);
	}

	answered(tookMs: number): void {
		this.#answerMs = mix(this.#answerMs, tookMs);
	}

	/** What is left to wait since the last key in this document. */
	remainingMs(documentKey: string): number {
		const since = this.#now() - (this.#lastKeys.get(documentKey) ?? Number.NEGATIVE_INFINITY);
		return Math.max(0, waitMs({ keyMs: this.#keyMs, answerMs: this.#answerMs }) - since);
	}

	forget(documentKey: string): void {
		this.#lastKeys.delete(documentKey);
	}
}

const mix = (mean: number | null, value: number): number =>
	mean === null ? value : mean + weight * (value - mean);
