import { SentenceError } from "../../../ground/sentenceError.ts";

/** A kernel cannot be found or started. The message says what was tried and what to do. */
export class KernelStartError extends SentenceError {
	override readonly name = "KernelStartError";
}

/** The person has broken off what a start has to get first. */
export class StartCancelled extends KernelStartError {}
