/** What `workspace/executeCommand` runs: each command takes one object, and is answered with another. */
import { z } from "zod";
import { StopReason } from "./content.ts";
import type { EditorCommandName } from "./editorCommandNames.ts";
import { CellStatus } from "./events.ts";
import { Id, LongText, Unsigned, Uri } from "./limits.ts";
import { Range } from "./positions.ts";

/**
 * `false`: the command is answered as soon as it has begun, and what comes of it is a message. Some editors stand still
 * until a command is answered, and give up after ten seconds. `true` when absent.
 */
const wait = z.boolean().optional();

/** Asks the AI, in the folder's session or one without Python. */
export const PromptCommand = z.looseObject({
	/** The request as the person typed it. */
	text: LongText.refine((text) => text.trim() !== "", "holds no words to send"),
	/** Words of others that the request is about, such as a diagnostic's message. */
	about: LongText.optional(),
	wait,
	/** An open document whose text, or the range of it, goes along. */
	uri: Uri.optional(),
	range: Range.optional(),
});

/** Runs a `# %%` cell, or a notebook's cell, in the folder's live session. */
export const RunCellCommand = z.looseObject({
	uri: Uri,
	wait,
	/** A line of the cell; cells begin with `# %%`. A notebook's cell runs whole. */
	line: Unsigned.default(0),
});

/** Stops what runs in the folder's session. */
export const FolderCommand = z.looseObject({
	/** A document whose folder's session is meant; the editor's folder when absent. */
	uri: Uri.optional(),
});

/** Answers a tool call that waits for permission. */
export const AnswerCommand = z.looseObject({
	/** Which one; the oldest that waits when absent. */
	approvalId: Id.optional(),
	/** Allow it from now on. */
	always: z.boolean().optional(),
});

/** What a command with `wait: false` is answered with: where it works. */
const Begun = z.object({ sessionId: z.string() });

/** What a prompt came to, for an editor that does not follow the session. */
export const EditorAnswer = Begun.extend({
	turnId: z.string(),
	/** All texts of the answer. */
	answer: z.string(),
	stopReason: StopReason,
	/** For `failed`: what was attempted, what came back, the next step. */
	error: z.string().nullable(),
});
export type EditorAnswer = z.infer<typeof EditorAnswer>;

export const EditorCellResult = Begun.extend({
	cellId: z.string(),
	status: CellStatus,
	executionCount: z.int().nullable(),
	/** What it printed, showed or raised, as text. */
	text: z.string(),
});
export type EditorCellResult = z.infer<typeof EditorCellResult>;

const Interrupted = z.object({
	/** Whether something ran. */
	interrupted: z.boolean(),
});

const Answered = z.object({
	/** Whether a tool waited. */
	answered: z.boolean(),
});

/** Counts since the server started, kept in memory and sent nowhere. */
export const CompletionStatistics = z.object({
	fromCache: z.int(),
	modelRequests: z.int(),
	/** Answers that named what live objects lack. */
	dropped: z.int(),
	shown: z.int(),
	partiallyAccepted: z.int(),
});
export type CompletionStatistics = z.infer<typeof CompletionStatistics>;

/** The argument and the result of each command. */
export const editorCommands = {
	"ipyai.prompt": { argument: PromptCommand, result: z.union([EditorAnswer, Begun]) },
	"ipyai.runCell": { argument: RunCellCommand, result: z.union([EditorCellResult, Begun]) },
	"ipyai.interrupt": { argument: FolderCommand, result: Interrupted },
	"ipyai.allow": { argument: AnswerCommand, result: Answered },
	"ipyai.deny": { argument: AnswerCommand, result: Answered },
	"ipyai.completionStatistics": { argument: z.looseObject({}), result: CompletionStatistics },
} as const satisfies Record<EditorCommandName, { argument: z.ZodType; result: z.ZodType }>;

/** One of them: the one that says least comes last. */
export const EditorCommandResult = z.union([
	EditorAnswer,
	EditorCellResult,
	CompletionStatistics,
	Interrupted,
	Answered,
	Begun,
]);
