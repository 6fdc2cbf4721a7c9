/**
 * Requests that carry a client-made id have one effect however often they are sent: the first answer is stored and
 * given again. A repetition that comes while the first still runs waits for the same answer.
 */
import type { Store } from "../store/store.ts";

const running = new WeakMap<Store, Map<string, Promise<unknown>>>();
/** Answers to what was done while the disk did not take the answer. */
const unstored = new WeakMap<Store, Map<string, unknown>>();

export const once = async <T>(
	store: Store,
	sessionId: string,
	requestId: string,
	act: () => T | Promise<T>,
): Promise<T> => {
	const key = `${sessionId}\n${requestId}`;
	const known = store.recallRequest(sessionId, requestId) ?? unstored.get(store)?.get(key);
	if (known !== undefined) return known as T;
	const inFlight = running.get(store) ?? new Map<string, Promise<unknown>>();
	running.set(store, inFlight);
	const earlier = inFlight.get(key);
	if (earlier) return earlier as Promise<T>;
	const attempt = (async () => {
		const result = await act();
		try {
			store.rememberRequest(sessionId, requestId, result);
		} catch {
			// It is done, and says so; this server remembers it.
			const answers = unstored.get(store) ?? new Map<string, unknown>();
			unstored.set(store, answers.set(key, result));
		}
		return result;
	})();
	inFlight.set(key, attempt);
	try {
		return await attempt;
	} finally {
		inFlight.delete(key);
	}
};

/** For an act that stores its answer itself, in the transaction of what it does. */
export const known = <T>(store: Store, sessionId: string, requestId: string, act: () => T): T =>
	(store.recallRequest(sessionId, requestId) as T | undefined) ?? act();
