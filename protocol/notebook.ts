import { z } from "zod";
import { CellId } from "./ids.ts";
import { FilePath, Id, RequestId } from "./limits.ts";

/**
 * Cells with their outputs, notes and prompts as Markdown cells. A path without `.ipynb` gets it; none means
 * `startup.ipynb` beside the configuration, which keeps the secrets that any other is written without. The same
 * session gives the same file.
 */
export const SaveNotebookParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Relative to the session's folder. */
	path: FilePath.optional(),
});
export type SaveNotebookParams = z.infer<typeof SaveNotebookParams>;
export const SaveNotebookResult = z.object({
	/** Absolute. */
	path: z.string(),
	/** Code cells and notes. */
	cells: z.int(),
	/** Prompts with their answers. */
	prompts: z.int(),
	/** Texts that held a secret, which stands there as `[redacted]`. */
	withheld: z.int(),
});
export type SaveNotebookResult = z.infer<typeof SaveNotebookResult>;

/**
 * Prompts enter the conversation with their answers; no model is called. Code cells run one after another, or are
 * shown with their stored outputs. All of it is told by the usual events; the request is answered when the last cell
 * is in, or when one has failed.
 */
export const LoadNotebookParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Relative to the session's folder, with or without `.ipynb`. */
	path: FilePath,
	/** `ifOurs`: only when this machine wrote exactly this content, or was told to trust it. */
	run: z.union([z.boolean(), z.literal("ifOurs")]),
	/** The number of the first cell to take, to go on after a failed one. Cells count from 1. */
	from: z.int().min(1).optional(),
	/** Remembers this content, so that `ifOurs` runs it from now on. */
	trust: z.boolean().optional(),
});
export type LoadNotebookParams = z.infer<typeof LoadNotebookParams>;
export const LoadNotebookResult = z.object({
	/** Absolute. */
	path: z.string(),
	/** This machine wrote exactly this content, or was told to trust it. */
	ours: z.boolean(),
	/** Whether code cells were run. */
	ran: z.boolean(),
	/** Cells in the file. */
	total: z.int(),
	/** Code cells and notes taken, a failed one included. */
	cells: z.int(),
	/** Prompts taken. */
	prompts: z.int(),
	/** Cells that hold nothing to take: raw cells, empty ones. */
	skipped: z.int(),
	/** The first cell that did not end well: its number in the file, and the session's cell that holds the error. */
	stopped: z
		.object({
			/** Its number in the file, from 1. */
			cell: z.int(),
			cellId: CellId,
			/** How it ended. */
			status: z.enum(["error", "interrupted", "aborted", "lost"]),
		})
		.nullable(),
});
export type LoadNotebookResult = z.infer<typeof LoadNotebookResult>;
