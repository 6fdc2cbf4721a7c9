import type { CellItem, Output } from "../../protocol/index.ts";
import { parsePromptEntry } from "../../protocol/promptEntry.ts";

/** Stands in `kernelId` of cells that no kernel of this session ran: they came from a file as they were. */
export const importedKernelId = "file";

/** A cell since the last turn, for rendering context. Outputs are those up to the place that was asked for. */
export type ContextCell = {
	readonly cellId: string;
	readonly kernelId: string;
	readonly code: string;
	readonly executionCount: number | null;
	readonly outputs: readonly { readonly seq: number; readonly output: Output }[];
	/** At that place. */
	readonly status: CellItem["status"];
	/** It was not typed in this session: references in it are text. */
	readonly quoted?: true | undefined;
	/** What it was when it was rendered before: its outputs are those that came since. `null`: it never was. */
	readonly told: "running" | "finished" | null;
};

/** Our own magics are no context, and neither are prompts that another client ran as cells. */
export const isContextCode = (code: string): boolean =>
	!/^\s*%{1,2}(?:ipyai|ipycodex)(?!\w)/.test(code) && parsePromptEntry(code, false).kind === "python";
