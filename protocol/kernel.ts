import { z } from "zod";
import { Id, LongText, RequestId, SearchText } from "./limits.ts";
import { KernelLaunch } from "./session.ts";

/** Gives a session a kernel that the client started; the old one, if any, is released. */
export const AdoptKernelParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	kernel: KernelLaunch,
});
export type AdoptKernelParams = z.infer<typeof AdoptKernelParams>;

/**
 * Ends the kernel so that the client can start another and `kernel/adopt` it. Cells that ran end as `lost`.
 * The split keeps the environment where it belongs: with the client.
 */
export const EndKernelParams = z.object({ sessionId: Id, requestId: RequestId });
export type EndKernelParams = z.infer<typeof EndKernelParams>;

/** Positions in `code` count UTF-16 units here; the server converts to the kernel's code points. */
export const CompleteParams = z.object({
	sessionId: Id,
	code: LongText,
	cursor: z.int().min(0),
	/** The line answers this `input/request`: names are those of the debugger's frame, or of the shell that asks. */
	inputId: Id.optional(),
});
export type CompleteParams = z.infer<typeof CompleteParams>;
export const CompleteResult = z.object({
	start: z.int(),
	end: z.int(),
	matches: z.array(
		z.object({ text: z.string(), type: z.string().nullable(), signature: z.string().nullable() }),
	),
});
export type CompleteResult = z.infer<typeof CompleteResult>;

export const InspectParams = CompleteParams.omit({ inputId: true }).extend({
	detail: z.union([z.literal(0), z.literal(1)]),
});
export type InspectParams = z.infer<typeof InspectParams>;
export const InspectResult = z.object({ found: z.boolean(), text: z.string() });
export type InspectResult = z.infer<typeof InspectResult>;

export const IsCompleteParams = z.object({ sessionId: Id, code: LongText });
export type IsCompleteParams = z.infer<typeof IsCompleteParams>;
export const IsCompleteResult = z.object({
	/** `unknown` when the kernel could not be asked in time: the client decides for itself. */
	status: z.enum(["complete", "incomplete", "invalid", "unknown"]),
	indent: z.string(),
});
export type IsCompleteResult = z.infer<typeof IsCompleteResult>;

/** Inputs from IPython's history file, oldest first, as typed. */
export const HistoryParams = z.object({ sessionId: Id, limit: z.int().min(1).max(100_000) });
export type HistoryParams = z.infer<typeof HistoryParams>;
export const HistoryResult = z.object({
	entries: z.array(z.object({ session: z.int(), line: z.int(), source: z.string() })),
});
export type HistoryResult = z.infer<typeof HistoryResult>;

export const Variable = z.object({ name: z.string(), type: z.string(), summary: z.string() });
export type Variable = z.infer<typeof Variable>;
export const VariablesParams = z.object({ sessionId: Id, filter: SearchText.optional() });
export type VariablesParams = z.infer<typeof VariablesParams>;
export const VariablesResult = z.object({ variables: z.array(Variable) });
export type VariablesResult = z.infer<typeof VariablesResult>;

/** The terminal that shows this session's output has this size: Python wraps to it. The latest caller's counts. */
export const ResizeKernelParams = z.object({
	sessionId: Id,
	columns: z.int().min(1).max(10_000),
	rows: z.int().min(1).max(10_000),
});
export type ResizeKernelParams = z.infer<typeof ResizeKernelParams>;
