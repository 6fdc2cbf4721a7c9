import { PrivatePathError } from "../../../ground/paths/privatePathError.mjs";
import { SentenceError } from "../../../ground/sentenceError.ts";

/** The server could not be started or does not fit. The message says why and what to do. */
export class ServerUnavailable extends SentenceError {
	override readonly name = "ServerUnavailable";
}

/** A place that cannot be trusted or made keeps the server away as well. */
export const asUnavailable = (error: unknown): unknown =>
	error instanceof PrivatePathError
		? new ServerUnavailable(`No place for the ipyai server: ${error.message}`, { cause: error })
		: error;
