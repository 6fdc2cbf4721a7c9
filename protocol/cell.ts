import { z } from "zod";
import { Quoted } from "./events.ts";
import { Id, LongText, RequestId } from "./limits.ts";

/** Runs a cell. Answered when accepted; `cellStarted`, `cellOutput` and `cellFinished` follow as updates. */
export const ExecuteCellParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	code: LongText,
	quoted: Quoted,
});
export type ExecuteCellParams = z.infer<typeof ExecuteCellParams>;
export const ExecuteCellResult = z.object({ cellId: z.string(), seq: z.int() });
export type ExecuteCellResult = z.infer<typeof ExecuteCellResult>;

/** Interrupts what runs in the kernel, as Ctrl-C does. */
export const InterruptCellParams = z.object({ sessionId: Id });
export type InterruptCellParams = z.infer<typeof InterruptCellParams>;

/**
 * Fetches output that was left out of a cell (`omitted`). Places and lengths count UTF-16 units. A piece begins and ends
 * with a whole character: it goes on at `offset + text.length` of the result.
 */
export const ReadOutputParams = z.object({
	sessionId: Id,
	/** From the `omitted` output. */
	blobId: Id,
	offset: z.int().min(0),
	maxChars: z.int().min(1).max(1_000_000),
});
export type ReadOutputParams = z.infer<typeof ReadOutputParams>;
export const ReadOutputResult = z.object({
	text: z.string(),
	/** Where the piece begins: one unit before the place that was asked for when that was inside of a character. */
	offset: z.int(),
	/** How much there is in all. */
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
export const AnswerInputParams = z.object({ sessionId: Id, inputId: Id, value: LongText });
export type AnswerInputParams = z.infer<typeof AnswerInputParams>;
