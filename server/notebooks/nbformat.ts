/** The parts of nbformat 4 that we write, and a lenient reading of those that others write. */
import { z } from "zod";
import type { NotebookOutput } from "../../protocol/notebookOutputs.ts";

/** A notebook that cannot be read. The message names the cell and what is wrong with it. */
export class NotebookError extends Error {
	override readonly name = "NotebookError";
}

/** A text, or its lines as most programs write them. */
const multiline = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const record = z.record(z.string(), z.unknown());

export const RawCell = z.looseObject({
	id: z.string().optional(),
	cell_type: z.string(),
	source: multiline.default(""),
	metadata: record.default({}),
	outputs: z.array(record).default([]),
	execution_count: z.int().min(0).nullable().default(null),
	attachments: z.record(z.string(), record).default({}),
});
export type RawCell = z.infer<typeof RawCell>;

export type NotebookCell = {
	readonly id: string;
	readonly cell_type: "code" | "markdown";
	/** One string: the predecessors do not join lines. */
	readonly source: string;
	readonly metadata: Readonly<Record<string, unknown>>;
	readonly attachments?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly outputs?: readonly NotebookOutput[];
	readonly execution_count?: number | null;
};
