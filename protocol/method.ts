import type { z } from "zod";
import type { ErrorCodes } from "./errorCodes.ts";

/**
 * What becomes of a request that is sent again:
 * - `once`: it carries a `requestId`, and the second has no further effect and gets the first answer;
 * - `harmless`: it changes nothing, or what it changes is so already;
 * - `acts`: it does again what it does.
 */
export type Repeat = "once" | "harmless" | "acts";

export type RequestFacts = {
	readonly repeat: Repeat;
	/** Beside those that any request may be answered with: `anyRequest`. */
	readonly errors: readonly (keyof typeof ErrorCodes)[];
};

/** What any request may be answered with. */
export const anyRequest = [
	"invalidRequest",
	"methodNotFound",
	"invalidParams",
	"internalError",
	"serverNotInitialized",
	"requestCancelled",
	"limitReached",
] as const satisfies RequestFacts["errors"];

/** One method of the wire: what it carries, and what it is answered with. */
export const request = <P extends z.ZodType, R extends z.ZodType>(
	params: P,
	result: R,
	{ repeat, errors }: RequestFacts,
) => ({ kind: "request" as const, params, result, repeat, errors });
export const notification = <P extends z.ZodType>(params: P) => ({ kind: "notification" as const, params });
