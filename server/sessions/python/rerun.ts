/** Runs the cells of a session's earlier kernel again, in order, up to the first that does not end well. */
import { importedKernelId, isContextCode } from "../../context/contextCell.ts";
import type { CellHead } from "../../store/store.ts";
import { RequestError } from "../errors.ts";
import type { Session } from "../session.ts";
import { runCell } from "./runCell.ts";

/** The cells that made the namespace which is gone: those of the latest kernel before this one. */
export const cellsToRerun = (session: Session): readonly CellHead[] => {
	const cells = session.log.store.cellHeads(session.sessionId, 0);
	const before = cells.filter(
		// What came from a file was never run here.
		({ kernelId }) => kernelId !== session.hosting.kernelId && kernelId !== importedKernelId,
	);
	const last = before.at(-1)?.kernelId;
	return before.filter(
		({ kernelId, code, status }) => kernelId === last && status === "ok" && isContextCode(code),
	);
};

/** Input numbers, both ends included; `null` for an open end. */
export type InputRange = { readonly from: number | null; readonly to: number | null };

/** Resolves to a sentence that says how it went. */
export const rerunCells = async (
	session: Session,
	{ from, to }: InputRange,
	by: string | null,
	signal: AbortSignal,
): Promise<string> => {
	const cells = cellsToRerun(session).filter(
		({ executionCount }) =>
			(from === null || (executionCount !== null && executionCount >= from)) &&
			(to === null || (executionCount !== null && executionCount <= to)),
	);
	if (cells.length === 0)
		throw new RequestError("itemNotFound", "There are no cells of an earlier kernel to run again.");
	for (const [index, { code, executionCount }] of cells.entries()) {
		signal.throwIfAborted();
		const { status, error } = await runCell(session, { code, by, quoted: true }, signal);
		if (status !== "ok")
			return `Stopped at In [${executionCount ?? "*"}], cell ${index + 1} of ${cells.length}: ${error ?? status}.`;
	}
	return `Ran ${cells.length} ${cells.length === 1 ? "cell" : "cells"} again.`;
};
