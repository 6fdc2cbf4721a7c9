/** Runs the cells of a session's earlier kernel again, in order, up to the first that does not end well. */
import type { CellStatus } from "../../../protocol/index.ts";
import { importedKernelId, isContextCode } from "../../context/contextCell.ts";
import type { CellHead } from "../../store/store.ts";
import { RequestError } from "../errors.ts";
import type { Session } from "../session.ts";

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
		const { status, error } = await runCell(session, code, by, signal);
		if (status !== "ok")
			return `Stopped at In [${executionCount ?? "*"}], cell ${index + 1} of ${cells.length}: ${error ?? status}.`;
	}
	return `Ran ${cells.length} ${cells.length === 1 ? "cell" : "cells"} again.`;
};

/** Runs a cell to its end; `error` is the exception it ended with. An abort interrupts it. */
const runCell = async (
	{ log, hosting }: Session,
	code: string,
	by: string | null,
	signal: AbortSignal,
): Promise<{ status: CellStatus; error: string | null }> => {
	const ended = Promise.withResolvers<CellStatus>();
	let error: string | null = null;
	let id: string | null = null;
	const watching = log.subscribe({
		onEvent: ({ event }) => {
			if (!("cellId" in event) || event.cellId !== id) return;
			if (event.kind === "cellFinished") ended.resolve(event.status);
			if (event.kind === "cellOutput" && event.output.kind === "error")
				error = `${event.output.ename}: ${event.output.evalue}`;
		},
		onHint: () => {},
	});
	const interrupt = () => void hosting.interrupt().catch(() => {}); // the kernel went, and the cell ends as lost
	signal.addEventListener("abort", interrupt, { once: true });
	try {
		id = hosting.execute({ code, by, quoted: true }).cellId;
		return { status: await ended.promise, error };
	} finally {
		signal.removeEventListener("abort", interrupt);
		watching[Symbol.dispose]();
	}
};
