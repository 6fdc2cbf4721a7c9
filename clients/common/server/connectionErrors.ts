/** How a request to the server fails. Apart from the connection, whose library loads late. */
import { SentenceError } from "../../../ground/sentenceError.ts";

/** The server answered a request with an error. `code` is one of protocol/errorCodes.ts. */
export class WireError extends SentenceError {
	override readonly name = "WireError";
	readonly code: number;
	constructor(code: number, message: string) {
		super(message);
		this.code = code;
	}
}

/** The server is gone, or the connection to it. */
export class ConnectionLost extends SentenceError {
	override readonly name = "ConnectionLost";
}
