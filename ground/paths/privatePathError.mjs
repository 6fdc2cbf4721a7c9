import { reasonOf } from "./fileReason.mjs";

/** A path of ours that cannot be trusted or made. The message names it, what is wrong and what to do. */
export class PrivatePathError extends Error {
	/** @override */
	name = "PrivatePathError";
}

/**
 * @template Result
 * @param {string} done
 * @param {string} path
 * @param {() => Result} work
 */
export const attempt = (done, path, work) => {
	try {
		return work();
	} catch (error) {
		throw failed(done, path, error);
	}
};

/** @type {(done: string, path: string, cause: unknown) => Error} */
export const failed = (done, path, cause) =>
	cause instanceof PrivatePathError
		? cause
		: new PrivatePathError(`${path} could not be ${done}: ${reasonOf(cause)}.`, { cause });
