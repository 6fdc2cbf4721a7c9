/** What `workspace/executeCommand` runs: each command takes one object, and is answered with another. */
import { z } from "zod";
import { StopReason } from "./content.ts";
import type { EditorCommandName } from "./editorCommandNames.ts";
import { CellStatus } from "./events.ts";
import { CellId, ExecutionCount, SessionId, TurnId } from "./ids.ts";
import { Id, LongText, Unsigned, Uri } from "./limits.ts";
import { Range } from "./positions.ts";

/**
 * `false`: the command is answered as soon as it has begun, and what comes of it is a message. Some editors stand still
 * until a command is answered, and give up after ten seconds. `true` when absent.
 */
const wait = z.boolean().optional();

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

/** Cells begin with `# %%`; a notebook's cell runs whole. */
export const RunCellCommand = z.looseObject({
	uri: Uri,
	wait,
	/** A line of the cell; cells begin with `# %%`. A notebook's cell runs whole. */
	line: Unsigned.default(0),
});

export const FolderCommand = z.looseObject({
	/** A document whose folder's session is meant; the editor's folder when absent. */
	uri: Uri.optional(),
});

export const AnswerCommand = z.looseObject({
	/** Which one; the oldest that waits when absent. */
	approvalId: Id.optional(),
	/** Allow it from now on. */
	always: z.boolean().optional(),
});

/** What a command with `wait: false` is answered with: where it works. */
export const CommandBegun = z.object({
	/** The session it works in. */
	sessionId: SessionId,
});

/** What a prompt came to, for an editor that does not follow the session. */
export const EditorAnswer = CommandBegun.extend({
	turnId: TurnId,
	/** All texts of the answer. */
	answer: z.string(),
	stopReason: StopReason,
	/** For `failed`: what was attempted, what came back, the next step. */
	error: z.string().nullable(),
});
export type EditorAnswer = z.infer<typeof EditorAnswer>;

export const EditorCellResult = CommandBegun.extend({
	cellId: CellId,
	status: CellStatus,
	executionCount: ExecutionCount,
	/** What it printed, showed or raised, as text. */
	text: z.string(),
});
export type EditorCellResult = z.infer<typeof EditorCellResult>;

/** What a stop came to. */
export const InterruptCommandResult = z.object({
	/** Whether something ran. */
	interrupted: z.boolean(),
});

/** What an answer came to. */
export const AnswerCommandResult = z.object({
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

/** The answer, or with `wait: false` where it will be. */
export const PromptCommandResult = z.union([EditorAnswer, CommandBegun]);
/** What the cell came to, or with `wait: false` where it runs. */
export const RunCellCommandResult = z.union([EditorCellResult, CommandBegun]);
export const NoArgument = z.looseObject({});

/** The argument and the result of each command. */
export const editorCommands = {
	/** Asks the AI, in the folder's session or one without Python. */
	"ipyai.prompt": { argument: PromptCommand, result: PromptCommandResult },
	/** Runs a cell in the folder's live session. */
	"ipyai.runCell": { argument: RunCellCommand, result: RunCellCommandResult },
	/** Stops the turn and the cell that run there. */
	"ipyai.interrupt": { argument: FolderCommand, result: InterruptCommandResult },
	/** Lets a tool run that waits for permission. */
	"ipyai.allow": { argument: AnswerCommand, result: AnswerCommandResult },
	/** Lets it not run. */
	"ipyai.deny": { argument: AnswerCommand, result: AnswerCommandResult },
	/** How suggestions fared. */
	"ipyai.completionStatistics": { argument: NoArgument, result: CompletionStatistics },
} as const satisfies Record<EditorCommandName, { argument: z.ZodType; result: z.ZodType }>;

/** One of them: the one that says least comes last. */
export const EditorCommandResult = z.union([
	EditorAnswer,
	EditorCellResult,
	CompletionStatistics,
	InterruptCommandResult,
	AnswerCommandResult,
	CommandBegun,
]);
