/** When a failed request is sent again. Only before any of its answer was shown. */
import { setTimeout as sleep } from "node:timers/promises";

export type RetryPolicy = {
	/** Waits, or ends early when the signal fires. */
	pause(ms: number, signal: AbortSignal): Promise<void>;
	/** Between 0 and 1. */
	random(): number;
};

export const defaultRetryPolicy: RetryPolicy = {
	// The timer rejects when the signal fires; the caller looks at the signal.
	pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
	random: Math.random,
};

/** How long an answer may take to begin: a model of one's own may read a long prompt for many minutes. */
export const patienceMs = 3_600_000;

const longestWaitMs = 60_000;

/**
 * The wait before the next attempt, counted from 1: the provider's wish, else twice as long each time with a
 * quarter of jitter. `null` when the provider wants more patience than a person has.
 */
export const retryDelay = (attempt: number, retryAfterMs: number | null, random: number): number | null => {
	if (retryAfterMs !== null) return retryAfterMs > longestWaitMs ? null : retryAfterMs;
	const base = Math.min(500 * 2 ** (attempt - 1), 8_000);
	return Math.round(base * (0.75 + random * 0.5));
};
