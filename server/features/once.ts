/**
 * Requests that carry a client-made id have one effect however often they are sent: the first answer is stored and
 * given again. A repetition that comes while the first still runs waits for the same answer. An id is of one request:
 * used again for another method it is refused.
 */
import type { ClientRequest } from "../../protocol/index.ts";
import { RequestError } from "../sessions/errors.ts";
import type { RememberedRequest, Store } from "../store/store.ts";

/** `scope` is the session, or a name of its own where the answer outlives it. */
export type OnceRequest = RememberedRequest & { readonly scope: string; readonly method: ClientRequest };

type Answer = { readonly method: string; readonly result: unknown };

/** What runs now. */
const running = new WeakMap<
	Store,
	Map<string, { readonly method: string; readonly result: Promise<unknown> }>
>();
/** Answers to what was done while the disk did not take the answer. */
const unstored = new WeakMap<Store, Map<string, Answer>>();

export const once = async <T>(store: Store, request: OnceRequest, act: () => T | Promise<T>): Promise<T> => {
	const { scope, requestId, method } = request;
	const key = `${scope}\n${requestId}`;
	const earlier =
		store.recallRequest(scope, requestId) ?? unstored.get(store)?.get(key) ?? running.get(store)?.get(key);
	if (earlier) return (await resultOf(earlier, request)) as T;
	const inFlight = running.get(store) ?? new Map();
	running.set(store, inFlight);
	const attempt = (async () => {
		const result = await act();
		try {
			store.rememberRequest(scope, { requestId, method }, result);
		} catch {
			// It is done, and says so; this server remembers it.
			const answers = unstored.get(store) ?? new Map<string, Answer>();
			unstored.set(store, answers.set(key, { method, result }));
		}
		return result;
	})();
	inFlight.set(key, { method, result: attempt });
	try {
		return await attempt;
	} finally {
		inFlight.delete(key);
	}
};

/** For an act that stores its answer itself, in the transaction of what it does. */
export const known = <T>(store: Store, request: OnceRequest, act: () => T): T => {
	const earlier = store.recallRequest(request.scope, request.requestId);
	return earlier ? (resultOf(earlier, request) as T) : act();
};

const resultOf = <T>(
	{ method, result }: { readonly method: string; readonly result: T },
	request: OnceRequest,
): T => {
	if (method === request.method) return result;
	throw new RequestError(
		"invalidParams",
		`requestId ${request.requestId} was used for ${method} already: each request needs an id of its own, such as a UUID.`,
	);
};
