import type { z } from "zod";

/** One method of the wire: what it carries, and what it is answered with. */
export const request = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) => ({
	kind: "request" as const,
	params,
	result,
});
export const notification = <P extends z.ZodType>(params: P) => ({ kind: "notification" as const, params });
