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
