import { z } from "zod";
import { CellStatus, Quoted } from "./events.ts";
import { CellId, Seq, SessionId } from "./ids.ts";
import { Id, LongText, RequestId } from "./limits.ts";
import { InputRequest } from "./session.ts";

/** `cellStarted`, `cellOutput` and `cellFinished` follow. Cells run one after another. */
export const ExecuteCellParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Python as IPython takes it, magics and all. */
	code: LongText,
	quoted: Quoted,
});
export type ExecuteCellParams = z.infer<typeof ExecuteCellParams>;
export const ExecuteCellResult = z.object({
	cellId: CellId,
	/** Of `cellStarted`. */
	seq: Seq,
});
export type ExecuteCellResult = z.infer<typeof ExecuteCellResult>;

/** The caller has attached to the session, in any role. Cancelled, it is not run, or interrupted. */
export const ProposeCellParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Python as IPython takes it; `%ipyai`, which speaks for the person, is refused in it. */
	code: LongText,
});
export type ProposeCellParams = z.infer<typeof ProposeCellParams>;
export const ProposeCellResult = z.discriminatedUnion("kind", [
	z.object({
		/** It ran; what it printed came as updates. */
		kind: z.literal("ran"),
		cellId: CellId,
		/** How it ended. */
		status: CellStatus,
	}),
	z.object({
		/** It did not. */
		kind: z.literal("refused"),
		/** Why, and what can be done about it. */
		reason: z.string(),
	}),
]);
export type ProposeCellResult = z.infer<typeof ProposeCellResult>;

export const InterruptCellParams = z.object({ sessionId: Id });
export type InterruptCellParams = z.infer<typeof InterruptCellParams>;

/**
 * Places and lengths count UTF-16 units. A piece begins and ends with a whole character: the next one is at `offset +
 * text.length` of the result.
 */
export const ReadOutputParams = z.object({
	sessionId: Id,
	/** From the `omitted` output. */
	blobId: Id,
	/** Where to begin. */
	offset: z.int().min(0),
	/** How long the piece may be. */
	maxChars: z.int().min(1).max(1_000_000),
});
export type ReadOutputParams = z.infer<typeof ReadOutputParams>;
export const ReadOutputResult = z.object({
	/** The piece; empty at the end. */
	text: z.string(),
	/** Where the piece begins: one unit before the place that was asked for when that was inside of a character. */
	offset: z.int(),
	/** How much there is in all. */
	totalChars: z.int(),
});
export type ReadOutputResult = z.infer<typeof ReadOutputResult>;

/** To the client that ran the cell, or to another controller that can answer. Everybody finds it in `state.input`. */
export const InputRequestParams = InputRequest.extend({ sessionId: SessionId });
export type InputRequestParams = z.infer<typeof InputRequestParams>;

/** Late or unknown ids get `itemNotFound`. */
export const AnswerInputParams = z.object({
	sessionId: Id,
	inputId: Id,
	/** Without the line's end. */
	value: LongText,
});
export type AnswerInputParams = z.infer<typeof AnswerInputParams>;
