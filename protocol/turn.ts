import { z } from "zod";
import { Id, RequestId } from "./limits.ts";

/** Hides a finished turn from the model, or shows it again; people still see it, marked. From the next prompt on. */
export const HideTurnParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	turnId: Id,
	hidden: z.boolean(),
});
export type HideTurnParams = z.infer<typeof HideTurnParams>;
