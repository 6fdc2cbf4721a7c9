/** A cell that a program wants to run: permitted first, then run when nothing else does, so that a cancel is its own. */
import type { ProposeCellResult } from "../../../protocol/index.ts";
import type { Door } from "../../tools/call.ts";
import type { ProposedCell } from "../../tools/sources/proposedCell.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";
import type { Hosting } from "./hosting.ts";
import { runCell } from "./runCell.ts";

/** The session, as far as it takes cells of others. */
export type ProposableSession = { readonly log: SessionLog; readonly hosting: Hosting; readonly door: Door };

/** Fails where the session has no live Python. */
export const proposeCell = async (
	{ log, hosting, door }: ProposableSession,
	{ code, program, by }: ProposedCell & { readonly by: string },
	signal: AbortSignal,
): Promise<ProposeCellResult> => {
	hosting.requireHost();
	const cellId = newId();
	const reason = await door.permitCell({ code, program }, cellId, signal);
	if (reason !== null) return { kind: "refused", reason };
	await hosting.cellsEnded(signal);
	if (signal.aborted) return { kind: "refused", reason: "Not run: it was cancelled." };
	const { status } = await runCell(
		{ log, hosting },
		{ code, by, cellId, quoted: true, author: program },
		signal,
	);
	return { kind: "ran", cellId, status };
};
