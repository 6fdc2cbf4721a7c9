import { type ErrorCode, ErrorCodes } from "../../protocol/errorCodes.ts";
import type { HostError } from "./python/host.ts";

/** A request that cannot be done, with the code and the sentence a client is told. */
export class RequestError extends Error {
	override readonly name = "RequestError";
	readonly code: ErrorCode;
	constructor(code: keyof typeof ErrorCodes, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = ErrorCodes[code];
	}
}

const hostCodes = {
	notAlive: "kernelNotAlive",
	lacksCapability: "hostLacksCapability",
	timeout: "kernelNotAlive",
	failed: "internalError",
} as const;

/** What a client is told when a host could not do what was asked. */
export const toRequestError = (error: HostError): RequestError =>
	new RequestError(hostCodes[error.code], error.message, { cause: error });
