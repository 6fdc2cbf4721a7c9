import { z } from "zod";
import { Content, PromptContent } from "./content.ts";
import { Seq, TurnId } from "./ids.ts";
import { Id, LongText, RequestId } from "./limits.ts";

export const PromptParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** What is asked. References count in what is not `quoted`: `$name` and `` $`expr` `` become values, `` !`cmd` `` what it prints, `` &`name` `` a tool; one that names no function ends the turn as `failed` before anything is sent. */
	content: PromptContent,
	/** As typed, for history; the text itself when absent. */
	source: LongText.optional(),
});
export type PromptParams = z.infer<typeof PromptParams>;
export const PromptResult = z.object({
	turnId: TurnId,
	/** Of `promptAccepted`. */
	seq: Seq,
});
export type PromptResult = z.infer<typeof PromptResult>;

/** Whether a backend can, `steer` in `backend/list` says. */
export const SteerParams = PromptParams.extend({});
export type SteerParams = z.infer<typeof SteerParams>;
export const SteerResult = z.object({
	/** The running turn, or the new one. */
	turnId: TurnId,
	/** The last event so far. */
	seq: Seq,
	/** `false`: it waits as a prompt of its own. */
	steered: z.boolean(),
});
export type SteerResult = z.infer<typeof SteerResult>;

/** What came so far is kept. */
export const CancelParams = z.object({
	sessionId: Id,
	/** The running turn when absent. */
	turnId: Id.optional(),
});
export type CancelParams = z.infer<typeof CancelParams>;
export const CancelResult = z.object({
	/** There was something to stop. */
	cancelled: z.boolean(),
});
export type CancelResult = z.infer<typeof CancelResult>;

export const QueueEditParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	turnId: Id,
	/** What is asked instead. */
	content: PromptContent,
});
export type QueueEditParams = z.infer<typeof QueueEditParams>;
export const QueueRemoveParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	turnId: Id,
});
export type QueueRemoveParams = z.infer<typeof QueueRemoveParams>;
export const QueueListResult = z.object({
	/** In the order they will be asked. */
	turns: z.array(
		z.object({
			turnId: TurnId,
			/** What is asked. */
			content: z.array(Content),
		}),
	),
});
export type QueueListResult = z.infer<typeof QueueListResult>;
