import { z } from "zod";
import { Content, PromptContent } from "./content.ts";
import { Id, LongText, RequestId } from "./limits.ts";

/**
 * Asks the AI. Answered when the prompt is accepted, that is stored and in the queue; progress and exactly one
 * end come as updates.
 */
export const PromptParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	content: PromptContent,
	/** As typed, for history; the text itself when absent. */
	source: LongText.optional(),
});
export type PromptParams = z.infer<typeof PromptParams>;
export const PromptResult = z.object({ turnId: z.string(), seq: z.int() });
export type PromptResult = z.infer<typeof PromptResult>;

/** Adds to the running turn where the backend can (`steer` in `backend/list`); otherwise queues a prompt. */
export const SteerParams = PromptParams;
export type SteerParams = z.infer<typeof SteerParams>;
export const SteerResult = z.object({ turnId: z.string(), seq: z.int(), steered: z.boolean() });
export type SteerResult = z.infer<typeof SteerResult>;

/** Stops the running turn and, with `turnId`, only that one. What came so far is kept. */
export const CancelParams = z.object({ sessionId: Id, turnId: Id.optional() });
export type CancelParams = z.infer<typeof CancelParams>;
export const CancelResult = z.object({ cancelled: z.boolean() });
export type CancelResult = z.infer<typeof CancelResult>;

export const QueueEditParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	turnId: Id,
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
	turns: z.array(z.object({ turnId: z.string(), content: z.array(Content) })),
});
export type QueueListResult = z.infer<typeof QueueListResult>;
