import { z } from "zod";
import { Id, RequestId } from "./limits.ts";

/** People still see it, marked. It counts from the next prompt on. */
export const HideTurnParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	turnId: Id,
	/** `false` shows it to the model again. */
	hidden: z.boolean(),
});
export type HideTurnParams = z.infer<typeof HideTurnParams>;
