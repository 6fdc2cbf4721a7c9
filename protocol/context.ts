import { z } from "zod";
import { Content, ContextPart } from "./content.ts";
import { Id, LongText } from "./limits.ts";

/** Shows what a prompt would send, without sending it or changing anything. */
export const PreviewContextParams = z.object({ sessionId: Id, text: LongText.optional() });
export type PreviewContextParams = z.infer<typeof PreviewContextParams>;

/** What a turn did send. The latest when `turnId` is absent. */
export const ReceiptContextParams = z.object({ sessionId: Id, turnId: Id.optional() });
export type ReceiptContextParams = z.infer<typeof ReceiptContextParams>;

export const ContextResult = z.object({
	rendered: z.array(Content),
	/** What was cut or left out and why, and refs that could not be resolved, in sentences. */
	warnings: z.array(z.string()),
	/** Where each part came from, in order. */
	parts: z.array(ContextPart),
});
export type ContextResult = z.infer<typeof ContextResult>;
