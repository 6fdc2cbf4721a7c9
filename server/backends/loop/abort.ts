/** Waiting that ends at once when a signal fires, whatever the thing waited for does. */

/** Thrown by what waits here. Told apart from failures by the signal, not by this class. */
export class Aborted extends Error {
	override readonly name = "Aborted";
}

/** The promise, or `Aborted` as soon as the signal fires. What the promise does later is ignored. */
export const orAborted = <T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> =>
	new Promise((resolve, reject) => {
		const stop = () => reject(new Aborted());
		if (signal.aborted) stop();
		else signal.addEventListener("abort", stop, { once: true });
		promise.then(resolve, reject).then(() => signal.removeEventListener("abort", stop));
	});

/** The source's items until it ends; throws `Aborted` as soon as the signal fires. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
	const iterator = source[Symbol.asyncIterator]();
	let stop = (): void => {};
	const onAbort = () => stop();
	signal.addEventListener("abort", onAbort);
	try {
		for (;;) {
			const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
				stop = () => reject(new Aborted());
				if (signal.aborted) stop();
				iterator.next().then(resolve, reject);
			});
			if (next.done) break;
			yield next.value;
		}
		// A source may end quietly when its request is aborted.
		if (signal.aborted) throw new Aborted();
	} finally {
		signal.removeEventListener("abort", onAbort);
		// Not awaited: a source that hangs must not hold up the answer to a cancel. Its failure has no listener left.
		Promise.resolve(iterator.return?.()).catch(() => {});
	}
}

export type LinkedAbort = {
	readonly signal: AbortSignal;
	/** Fires the signal. */
	dispose(): void;
	/** It is not needed any more, and what it was for has ended by itself. */
	release(): void;
};

/** A signal that fires with the given one, or when it is disposed of. */
export const linkedAbort = (signal: AbortSignal): LinkedAbort => {
	const controller = new AbortController();
	const abort = () => controller.abort();
	if (signal.aborted) abort();
	else signal.addEventListener("abort", abort, { once: true });
	return {
		signal: controller.signal,
		release: () => signal.removeEventListener("abort", abort),
		dispose() {
			signal.removeEventListener("abort", abort);
			abort();
		},
	};
};
