import { z } from "zod";
import { Decision } from "./events.ts";
import { Id } from "./limits.ts";

/** The first valid answer wins; later ones get `itemNotFound`. */
export const AnswerPermissionParams = z.object({
	sessionId: Id,
	/** From `approvalAsked`. */
	approvalId: Id,
	decision: Decision,
	/** A reason for the model, with `deny`. */
	message: z.string().max(10_000).optional(),
});
export type AnswerPermissionParams = z.infer<typeof AnswerPermissionParams>;
