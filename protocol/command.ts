import { z } from "zod";
import { CommandAction } from "./events.ts";
import { Id, LongText, RequestId } from "./limits.ts";

/**
 * A command that cannot be done is answered with `failed` and a sentence, not with an error. In a cell `%ipyai` does
 * the same through the kernel.
 */
export const RunCommandParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Without `%ipyai`; empty for the list of settings. */
	line: LongText,
});
export type RunCommandParams = z.infer<typeof RunCommandParams>;
export const RunCommandResult = z.object({
	/** For a person to read; empty for nothing. */
	text: z.string(),
	/** It could not be done; `text` says why. */
	failed: z.boolean(),
	/** What only the client can do now. */
	action: CommandAction.nullable(),
});
export type RunCommandResult = z.infer<typeof RunCommandResult>;
