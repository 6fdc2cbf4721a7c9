/**
 * LSP's own requests as far as the server looks at them. Loose: editors send more, and capabilities that are not
 * known here are nobody's fault.
 */
import { z } from "zod";

const Position = z.object({ line: z.int().min(0), character: z.int().min(0) });
export const Range = z.looseObject({ start: Position, end: Position });
export type Range = z.infer<typeof Range>;
const ProgressToken = z.union([z.string(), z.int()]);
const Place = z.looseObject({ textDocument: z.looseObject({ uri: z.string() }), position: Position });

export const editorRequests = {
	"textDocument/codeAction": z.looseObject({
		textDocument: z.looseObject({ uri: z.string() }),
		range: Range,
		context: z.looseObject({
			diagnostics: z.array(z.looseObject({ message: z.string() })).optional(),
			only: z.array(z.string()).nullish(),
		}),
	}),
	"textDocument/completion": Place.extend({
		context: z.looseObject({ triggerCharacter: z.string().nullish() }).nullish(),
	}),
	"textDocument/hover": Place,
	"workspace/executeCommand": z.looseObject({
		command: z.string(),
		arguments: z.array(z.unknown()).nullish(),
		workDoneToken: ProgressToken.optional(),
	}),
} as const;
export type EditorRequest = keyof typeof editorRequests;
export type EditorParams<M extends EditorRequest> = z.infer<(typeof editorRequests)[M]>;

/** The section `ipyai` of an editor's settings. What is absent is chosen as in a new session. */
export const EditorSettings = z.looseObject({
	backend: z.string().nullish(),
	model: z.string().nullish(),
	completionModel: z.string().nullish(),
	/** `false`: suggestions come only when they are asked for. */
	automaticSuggestions: z.boolean().nullish(),
});
export type EditorSettings = z.infer<typeof EditorSettings>;

/**
 * `false`: the command is answered as soon as it has begun, and what comes of it is a message. Some editors stand still
 * until a command is answered, and give up after ten seconds.
 */
const wait = z.boolean().optional();

/** The one argument of each of `editorCommands`. */
export const PromptCommand = z.looseObject({
	/** The request as the person typed it. */
	text: z.string(),
	/** Words of others that the request is about, such as a diagnostic's message. */
	about: z.string().optional(),
	wait,
	/** An open document whose text, or the range of it, goes along. */
	uri: z.string().optional(),
	range: Range.optional(),
});
export const RunCellCommand = z.looseObject({
	uri: z.string(),
	wait,
	/** A line of the cell; cells begin with `# %%`. A notebook's cell runs whole. */
	line: z.int().min(0).default(0),
});
export const FolderCommand = z.looseObject({
	/** A document whose folder's session is meant; the editor's folder when absent. */
	uri: z.string().optional(),
});
export const AnswerCommand = z.looseObject({
	/** Which question; the oldest that waits when absent. */
	approvalId: z.string().optional(),
	/** Allow it from now on. */
	always: z.boolean().optional(),
});
