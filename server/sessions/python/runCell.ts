/** A cell that the server itself runs, from its start to its end. */
import type { CellStatus } from "../../../protocol/index.ts";
import type { SessionLog } from "../log.ts";
import type { CellRequest, Hosting } from "./hosting.ts";

/** Runs a cell to its end; `error` is the exception it ended with. An abort interrupts it. */
export const runCell = async (
	{ log, hosting }: { readonly log: SessionLog; readonly hosting: Hosting },
	cell: CellRequest,
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
		id = hosting.execute(cell).cellId;
		return { status: await ended.promise, error };
	} finally {
		signal.removeEventListener("abort", interrupt);
		watching[Symbol.dispose]();
	}
};
