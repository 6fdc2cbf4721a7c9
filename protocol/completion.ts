import { z } from "zod";

import { LongText, Unsigned, Uri } from "./limits.ts";
import { Position, Range } from "./positions.ts";

export { inputDocumentUri } from "./inputDocument.ts";

/** The answer is empty when the document changed meanwhile; a failed model call is an error with a short message. */
export const InlineCompletionParams = z.looseObject({
	/** An open document. */
	textDocument: z.looseObject({
		/** As it was opened. */
		uri: Uri,
	}),
	position: Position,
	/** Why it is asked for. */
	context: z.looseObject({
		/** 1 invoked by a person, 2 automatic: it may wait for a pause. 0 is what drafts of LSP 3.18 had for 1. */
		triggerKind: z.union([z.literal(0), z.literal(1), z.literal(2)]),
		/** What is chosen in the editor's completion menu: the suggestion goes on from there, and replaces its range. */
		selectedCompletionInfo: z
			.looseObject({
				/** What it would replace. */
				range: Range,
				/** What it would insert. */
				text: z.string().max(10_000),
			})
			.nullish(),
		/** Ours: what was suggested here and another is wanted instead of. */
		instead: z.array(z.string().max(10_000)).max(20).optional(),
	}),
});
export type InlineCompletionParams = z.infer<typeof InlineCompletionParams>;

/** A suggestion. */
export const InlineCompletionItem = z.object({
	/** What to insert. */
	insertText: z.string(),
	/** What the text takes the place of: usually nothing, at the cursor; where the text says what closes there, that too. */
	range: Range,
});
export const InlineCompletionResult = z.object({
	/** One, or none: there is no suggestion, or the document changed meanwhile. */
	items: z.array(InlineCompletionItem),
});
export type InlineCompletionResult = z.infer<typeof InlineCompletionResult>;

/** Named as in Copilot's language server. */
export const DidShowCompletionParams = z.looseObject({
	/** What was shown. */
	item: z.looseObject({ insertText: LongText }),
});
export const DidPartiallyAcceptCompletionParams = z.looseObject({
	/** What was shown. */
	item: z.looseObject({ insertText: LongText }),
	/** UTF-16 units accepted so far. */
	acceptedLength: Unsigned,
});
