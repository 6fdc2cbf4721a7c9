import { z } from "zod";
import { TurnChanges } from "./changes.ts";
import { Content, ContextPart } from "./content.ts";
import { Id, LongText } from "./limits.ts";

/** Nothing is changed: commands and calls are named, not run. */
export const PreviewContextParams = z.object({
	sessionId: Id,
	/** The prompt; none when absent. */
	text: LongText.optional(),
});
export type PreviewContextParams = z.infer<typeof PreviewContextParams>;

export const ReceiptContextParams = z.object({
	sessionId: Id,
	/** The newest that was sent when absent. */
	turnId: Id.optional(),
});
export type ReceiptContextParams = z.infer<typeof ReceiptContextParams>;

export const ContextResult = z.object({
	/** What the model is sent for the turn. */
	rendered: z.array(Content),
	/** What was cut or left out and why, and refs that could not be resolved, in sentences. */
	warnings: z.array(z.string()),
	/** Where each part came from, in order. */
	parts: z.array(ContextPart),
});
export type ContextResult = z.infer<typeof ContextResult>;

export const ReceiptContextResult = ContextResult.extend({
	/** What the turn's tools changed; absent for nothing. */
	changes: TurnChanges.optional(),
});
export type ReceiptContextResult = z.infer<typeof ReceiptContextResult>;
