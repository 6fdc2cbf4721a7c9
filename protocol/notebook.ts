import { z } from "zod";
import { FilePath, Id, RequestId } from "./limits.ts";

/**
 * Writes the session as a Jupyter notebook: cells with their outputs, notes and prompts as Markdown cells. A path
 * without `.ipynb` gets it; a relative one starts at the session's folder; none means `startup.ipynb` beside the
 * configuration, which keeps the secrets that any other is written without. The same session gives the same file.
 */
export const SaveNotebookParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	path: FilePath.optional(),
});
export type SaveNotebookParams = z.infer<typeof SaveNotebookParams>;
export const SaveNotebookResult = z.object({
	/** Absolute. */
	path: z.string(),
	/** Code cells and notes. */
	cells: z.int(),
	prompts: z.int(),
	/** Texts that held a secret, which stands there as `[redacted]`. */
	withheld: z.int(),
});
export type SaveNotebookResult = z.infer<typeof SaveNotebookResult>;

/**
 * Takes a notebook into the session. Prompts enter the conversation with their answers; no model is called. Code
 * cells run one after another, or are shown with their stored outputs. Every cell is told by the usual events; the
 * request is answered when the last one is in, or when one has failed. `$/cancelRequest` stops it.
 */
export const LoadNotebookParams = z.object({
	sessionId: Id,
	requestId: RequestId,
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
	prompts: z.int(),
	/** Cells that hold nothing to take: raw cells, empty ones. */
	skipped: z.int(),
	/** The first cell that did not end well: its number in the file, and the session's cell that holds the error. */
	stopped: z
		.object({
			cell: z.int(),
			cellId: z.string(),
			status: z.enum(["error", "interrupted", "aborted", "lost"]),
		})
		.nullable(),
});
export type LoadNotebookResult = z.infer<typeof LoadNotebookResult>;
