/** A step of a set-up failed. The message says which, why, and what to do next, ready to be shown. */
export class SetUpError extends Error {
	/** @override */
	name = "SetUpError";
}
