import { z } from "zod";

export { inputDocumentUri } from "./inputDocument.ts";

const Position = z.object({ line: z.int().min(0), character: z.int().min(0) });

/**
 * Inline completion is LSP 3.18's `textDocument/inlineCompletion`, on the same document sync.
 *
 * The answer is empty when the document changed meanwhile; a failed model call is an error with a short message.
 */
export const InlineCompletionParams = z.looseObject({
	textDocument: z.object({ uri: z.string() }),
	position: Position,
	/** 1 invoked by a person, 2 automatic: it may wait for a pause. 0 is what drafts of LSP 3.18 had for 1. */
	context: z.looseObject({
		triggerKind: z.union([z.literal(0), z.literal(1), z.literal(2)]),
		/** What is chosen in the editor's completion menu: the suggestion goes on from there, and replaces its range. */
		selectedCompletionInfo: z
			.looseObject({ range: z.object({ start: Position, end: Position }), text: z.string() })
			.nullish(),
	}),
});
export type InlineCompletionParams = z.infer<typeof InlineCompletionParams>;

export const InlineCompletionItem = z.object({
	insertText: z.string(),
	range: z.object({ start: Position, end: Position }).optional(),
	/** Names the suggestion in `didShowCompletion` and `didPartiallyAcceptCompletion`. */
	command: z.object({ title: z.string(), command: z.string(), arguments: z.array(z.unknown()) }).optional(),
});
export const InlineCompletionResult = z.object({ items: z.array(InlineCompletionItem) });
export type InlineCompletionResult = z.infer<typeof InlineCompletionResult>;

/** Names as in Copilot's language server. */
export const DidShowCompletionParams = z.looseObject({ item: z.looseObject({ insertText: z.string() }) });
export const DidPartiallyAcceptCompletionParams = z.looseObject({
	item: z.looseObject({ insertText: z.string() }),
	/** UTF-16 units accepted so far. */
	acceptedLength: z.int().min(0),
});
