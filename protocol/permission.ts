import { z } from "zod";
import { Decision } from "./events.ts";

/** Answers `approvalAsked`. The first valid answer wins; later ones get `itemNotFound`. */
export const AnswerPermissionParams = z.object({
	sessionId: z.string(),
	approvalId: z.string(),
	decision: Decision,
	/** A reason for the model, with `deny`. */
	message: z.string().optional(),
});
export type AnswerPermissionParams = z.infer<typeof AnswerPermissionParams>;
