/** What the log keeps of cells while they run: their output up to a cap, the rest in a blob, and how they ended. */
import type { CellPayload, CellStatus, Output, SessionEvent } from "../../../protocol/index.ts";
import {
	capOutput,
	defaultOutputCap,
	finishOutput,
	noOutput,
	type OutputTotals,
} from "../../store/outputCap.ts";
import type { Store } from "../../store/store.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";

export type RunningCell = {
	readonly cellId: string;
	readonly blobId: string;
	readonly by: string | null;
	totals: OutputTotals;
	readonly submittedAt: number;
	/** Resolves to the cell's number when it has ended. */
	readonly done: Promise<number | null>;
	readonly onDone: (executionCount: number | null) => void;
};

export const runningCell = (cellId: string, by: string | null): RunningCell => {
	const { promise, resolve } = Promise.withResolvers<number | null>();
	// Blobs have one folder for all sessions, and a cell from a notebook brings its own id.
	return {
		cellId,
		blobId: newId(),
		by,
		totals: noOutput,
		submittedAt: Date.now(),
		done: promise,
		onDone: resolve,
	};
};

export class CellRecords {
	readonly #log: SessionLog;
	readonly #store: Store;
	#isClosed = false;

	constructor(log: SessionLog, store: Store) {
		this.#log = log;
		this.#store = store;
	}

	/** Ends of cells are not kept any more: they run on in a kernel that another server takes up. */
	close(): void {
		this.#isClosed = true;
	}

	/** A full disk must not end a running cell: the person is told, the output is lost. */
	output(cell: RunningCell, output: Output): void {
		const { totals, outputs, blobText } = capOutput(cell.totals, output, outputCap(cell));
		cell.totals = totals;
		if (blobText !== "") this.#try(() => this.#store.appendBlob(this.#log.sessionId, cell.blobId, blobText));
		const events = outputs.map(
			(kept): SessionEvent => ({ kind: "cellOutput", cellId: cell.cellId, output: kept }),
		);
		if (events.length > 0) this.#try(() => this.#log.append(events));
	}

	finish(
		cell: RunningCell,
		status: CellStatus,
		executionCount: number | null,
		payloads: readonly CellPayload[],
	): void {
		cell.onDone(executionCount);
		if (this.#isClosed) return;
		const { cellId } = cell;
		const rest = finishOutput(cell.totals, outputCap(cell));
		this.#log.settle([
			...rest.map((output): SessionEvent => ({ kind: "cellOutput", cellId, output })),
			{ kind: "cellFinished", cellId, status, executionCount, payloads: [...payloads] },
		]);
	}

	#try(store: () => void): void {
		try {
			store();
		} catch (error) {
			this.#log.hint({ kind: "notice", level: "error", text: (error as Error).message });
		}
	}
}

const outputCap = ({ blobId }: RunningCell) => ({ ...defaultOutputCap, blobId });
