/**
 * Cells that this server did not send: those of the kernel's other clients, and those that a killed server left
 * running, which go on under their names.
 */
import type { CellStatus } from "../../../protocol/index.ts";
import type { UnfinishedCell } from "../../store/store.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";
import { type CellRecords, type RunningCell, runningCell } from "./cellRecords.ts";
import type { ForeignCell } from "./host.ts";

type Run = RunningCell & { readonly executionCount: number | null; status: CellStatus };

export class ForeignCells {
	readonly #log: SessionLog;
	readonly #records: CellRecords;
	/** By the name that the host gives them. */
	readonly #running = new Map<string, Run>();
	/** What a killed server left running, in order, until the kernel says what became of it. */
	#left: UnfinishedCell[] = [];

	constructor(log: SessionLog, records: CellRecords) {
		this.#log = log;
		this.#records = records;
	}

	get isRunning(): boolean {
		return this.#running.size > 0;
	}

	get areLeft(): boolean {
		return this.#left.length > 0;
	}

	find(key: string): RunningCell | undefined {
		return this.#running.get(key);
	}

	/** These cells were running when their server was killed, in a kernel that lives. */
	expect(left: readonly UnfinishedCell[]): void {
		this.#left = [...left];
	}

	follow(kernelId: string, cell: ForeignCell): void {
		if (cell.kind === "started") {
			const { key, code, executionCount } = cell;
			const at = this.#left.findIndex((left) => left.code === code);
			const [left] = at < 0 ? [] : this.#left.splice(at, 1);
			const cellId = left?.cellId ?? newId();
			this.#running.set(key, { ...runningCell(cellId, null), executionCount, status: "ok" });
			if (!left)
				this.#log.settle([{ kind: "cellStarted", cellId, kernelId, code, by: null, executionCount }]);
			return;
		}
		const run = this.#running.get(cell.key);
		if (!run) return;
		if (cell.kind === "output") {
			const { output } = cell;
			if (output.kind === "error")
				run.status = output.ename === "KeyboardInterrupt" ? "interrupted" : "error";
			this.#records.output(run, output);
			return;
		}
		this.#running.delete(cell.key);
		this.#records.finish(run, run.status, run.executionCount, []);
	}

	/** The kernel is gone: all of them are lost. */
	end(): void {
		for (const run of this.#running.values()) this.#records.finish(run, "lost", null, []);
		this.#running.clear();
		this.giveUpLeft();
	}

	/** What was left and has not begun by now will not: it is lost. */
	giveUpLeft(): void {
		for (const { cellId } of this.#left.splice(0))
			this.#records.finish(runningCell(cellId, null), "lost", null, []);
	}
}
