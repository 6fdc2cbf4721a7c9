import { z } from "zod";
import { Id, LongText, RequestId, SearchText } from "./limits.ts";
import { KernelLaunch } from "./session.ts";

/** The old one, if any, is released. */
export const AdoptKernelParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	kernel: KernelLaunch,
});
export type AdoptKernelParams = z.infer<typeof AdoptKernelParams>;

/** Cells that ran end as `lost`. The split keeps the environment where it belongs: with the client. */
export const EndKernelParams = z.object({ sessionId: Id, requestId: RequestId });
export type EndKernelParams = z.infer<typeof EndKernelParams>;

export const CompleteParams = z.object({
	sessionId: Id,
	/** As far as it is typed. */
	code: LongText,
	/** Where the cursor stands, in UTF-16 units. */
	cursor: z.int().min(0),
	/** The line answers this `input/request`: names are those of the debugger's frame, or of the shell that asks. */
	inputId: Id.optional(),
});
export type CompleteParams = z.infer<typeof CompleteParams>;
export const CompleteResult = z.object({
	/** What a match replaces begins here, in UTF-16 units. */
	start: z.int(),
	/** And ends here. */
	end: z.int(),
	/** Best first. */
	matches: z.array(
		z.object({
			/** What to insert. */
			text: z.string(),
			/** jedi's word for it, such as `function`, or `magic`, `path`. */
			type: z.string().nullable(),
			/** A function's parameters. */
			signature: z.string().nullable(),
		}),
	),
});
export type CompleteResult = z.infer<typeof CompleteResult>;

export const InspectParams = CompleteParams.omit({ inputId: true }).extend({
	/** 0 as `name?`, 1 with its source as `name??`. */
	detail: z.union([z.literal(0), z.literal(1)]),
});
export type InspectParams = z.infer<typeof InspectParams>;
export const InspectResult = z.object({
	/** There is such a name. */
	found: z.boolean(),
	/** For a person, without colours; empty when not found. */
	text: z.string(),
});
export type InspectResult = z.infer<typeof InspectResult>;

export const IsCompleteParams = z.object({ sessionId: Id, code: LongText });
export type IsCompleteParams = z.infer<typeof IsCompleteParams>;
export const IsCompleteResult = z.object({
	/** `unknown` when the kernel could not be asked in time: the client decides for itself. */
	status: z.enum(["complete", "incomplete", "invalid", "unknown"]),
	/** For `incomplete`: what the next line begins with. */
	indent: z.string(),
});
export type IsCompleteResult = z.infer<typeof IsCompleteResult>;

export const HistoryParams = z.object({
	sessionId: Id,
	/** The newest so many. */
	limit: z.int().min(1).max(100_000),
});
export type HistoryParams = z.infer<typeof HistoryParams>;
export const HistoryResult = z.object({
	/** Oldest first. */
	entries: z.array(
		z.object({
			/** IPython's number of the session. */
			session: z.int(),
			/** The input's number in it. */
			line: z.int(),
			/** As typed. */
			source: z.string(),
		}),
	),
});
export type HistoryResult = z.infer<typeof HistoryResult>;

/** A variable of the person's. */
export const Variable = z.object({
	/** How Python knows it. */
	name: z.string(),
	/** Its class. */
	type: z.string(),
	/** Its value in a few words. */
	summary: z.string(),
});
export type Variable = z.infer<typeof Variable>;
export const VariablesParams = z.object({
	sessionId: Id,
	/** A part of the name, in any case. */
	filter: SearchText.optional(),
});
export type VariablesParams = z.infer<typeof VariablesParams>;
export const VariablesResult = z.object({
	/** At most 2000, newest last. */
	variables: z.array(Variable),
});
export type VariablesResult = z.infer<typeof VariablesResult>;

/** Python wraps to it. The latest caller's counts. */
export const ResizeKernelParams = z.object({
	sessionId: Id,
	/** In characters. */
	columns: z.int().min(1).max(10_000),
	/** In lines. */
	rows: z.int().min(1).max(10_000),
});
export type ResizeKernelParams = z.infer<typeof ResizeKernelParams>;
