import { z } from "zod";
import { Content, Output } from "./content.ts";
import { CellPayload, CellStatus, Quoted } from "./events.ts";
import { RequestId } from "./session.ts";

/** Runs a cell. Answered when accepted; `cellStarted`, `cellOutput` and `cellFinished` follow as updates. */
export const ExecuteCellParams = z.object({
	sessionId: z.string(),
	requestId: RequestId,
	code: z.string(),
	quoted: Quoted,
});
export type ExecuteCellParams = z.infer<typeof ExecuteCellParams>;
export const ExecuteCellResult = z.object({ cellId: z.string(), seq: z.int() });
export type ExecuteCellResult = z.infer<typeof ExecuteCellResult>;

/** Interrupts what runs in the kernel, as Ctrl-C does. */
export const InterruptCellParams = z.object({ sessionId: z.string() });
export type InterruptCellParams = z.infer<typeof InterruptCellParams>;

/** From a client host: its Python ran a cell. Notifications, in order. */
export const DidStartCellParams = z.object({
	sessionId: z.string(),
	cellId: z.string(),
	code: z.string(),
	executionCount: z.int().nullable(),
});
export type DidStartCellParams = z.infer<typeof DidStartCellParams>;
export const DidOutputCellParams = z.object({ sessionId: z.string(), cellId: z.string(), output: Output });
export type DidOutputCellParams = z.infer<typeof DidOutputCellParams>;
export const DidFinishCellParams = z.object({
	sessionId: z.string(),
	cellId: z.string(),
	status: CellStatus,
	executionCount: z.int().nullable(),
	payloads: z.array(CellPayload),
});
export type DidFinishCellParams = z.infer<typeof DidFinishCellParams>;

/**
 * Fetches output that was left out of a cell (`omitted`). Places and lengths count UTF-16 units. A piece begins and ends
 * with a whole character: it goes on at `offset + text.length` of the result.
 */
export const ReadOutputParams = z.object({
	sessionId: z.string(),
	blobId: z.string(),
	offset: z.int().min(0),
	maxChars: z.int().min(1).max(1_000_000),
});
export type ReadOutputParams = z.infer<typeof ReadOutputParams>;
export const ReadOutputResult = z.object({
	text: z.string(),
	/** Where the piece begins: one unit before the place that was asked for when that was inside of a character. */
	offset: z.int(),
	totalChars: z.int(),
});
export type ReadOutputResult = z.infer<typeof ReadOutputResult>;

/** Server to the client that ran the cell: Python's `input()` or `getpass()` waits. */
export const InputRequestParams = z.object({
	sessionId: z.string(),
	inputId: z.string(),
	cellId: z.string(),
	prompt: z.string(),
	password: z.boolean(),
});
export type InputRequestParams = z.infer<typeof InputRequestParams>;

/** The answer to an `input/request`. Late or unknown ids get `itemNotFound`. */
export const AnswerInputParams = z.object({ sessionId: z.string(), inputId: z.string(), value: z.string() });
export type AnswerInputParams = z.infer<typeof AnswerInputParams>;

export const ToolCallParams = z.object({
	sessionId: z.string(),
	name: z.string(),
	args: z.record(z.string(), z.unknown()),
});
export const ToolCallResult = z.object({ content: z.array(Content), isError: z.boolean() });
export type ToolCallResult = z.infer<typeof ToolCallResult>;
