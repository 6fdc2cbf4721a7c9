import { z } from "zod";
import { RequestId } from "./session.ts";

/** Hides a finished turn from the model, or shows it again; people still see it, marked. From the next prompt on. */
export const HideTurnParams = z.object({
	sessionId: z.string(),
	requestId: RequestId,
	turnId: z.string(),
	hidden: z.boolean(),
});
export type HideTurnParams = z.infer<typeof HideTurnParams>;
