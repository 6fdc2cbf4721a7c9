/**
 * Cells that this server did not send: those of the kernel's other clients, and those that a killed server left
 * running, which go on under their names.
 */
import type { CellStatus } from "../../../protocol/index.ts";
import type { UnfinishedCell } from "../../store/store.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";
import type { CellRecord } from "./cellRecord.ts";
import type { CellRecords } from "./cellRecords.ts";
import type { ForeignCell } from "./host.ts";

type Run = { readonly record: CellRecord; readonly executionCount: number | null; status: CellStatus };

/** What names a cell in the kernel names it in the log too, so that what it prints later finds it. */
const usableKey = /^[\w.-]{1,100}$/;

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

	find(key: string): CellRecord | undefined {
		return this.#running.get(key)?.record;
	}

	/** These cells were running when their server was killed, in a kernel that lives. */
	expect(left: readonly UnfinishedCell[]): void {
		this.#left = [...left];
	}

	follow(kernelId: string, cell: ForeignCell): void {
		if (cell.kind === "started") {
			const { key, code, executionCount } = cell;
			const at = this.#left.findIndex(({ cellId }) => cellId === key);
			const [left] = at < 0 ? [] : this.#left.splice(at, 1);
			const isFree = usableKey.test(key) && !this.#log.store.hasItem(this.#log.sessionId, key);
			const cellId = left?.cellId ?? (isFree ? key : newId());
			const record = left ? this.#records.resume(left) : this.#records.begin({ cellId, kernelId, by: null });
			this.#running.set(key, { record, executionCount, status: "ok" });
			if (!left)
				this.#log.settle([{ kind: "cellStarted", cellId, kernelId, code, by: null, executionCount }]);
			return;
		}
		const run = this.#running.get(cell.key) ?? this.#goOn(cell.key);
		if (!run) return;
		if (cell.kind === "output") {
			const { output } = cell;
			if (output.kind === "error")
				run.status = output.ename === "KeyboardInterrupt" ? "interrupted" : "error";
			this.#records.output(run.record, output);
			return;
		}
		this.#running.delete(cell.key);
		this.#records.finish(run.record, run.status, run.executionCount, []);
	}

	/** It was left running, and its end was not told yet: what comes now was said while nobody listened. */
	goesOn(key: string): boolean {
		return this.#running.has(key) || this.#left.some(({ cellId }) => cellId === key);
	}

	/** It had begun before. */
	#goOn(key: string): Run | undefined {
		const at = this.#left.findIndex(({ cellId }) => cellId === key);
		const [left] = at < 0 ? [] : this.#left.splice(at, 1);
		if (!left) return undefined;
		const run: Run = { record: this.#records.resume(left), executionCount: null, status: "ok" };
		this.#running.set(key, run);
		return run;
	}

	/** The kernel is gone: all of them are lost. */
	end(): void {
		for (const { record } of this.#running.values()) this.#records.finish(record, "lost", null, []);
		this.#running.clear();
		this.giveUpLeft();
	}

	/** What was left and has not begun by now will not: it is lost. */
	giveUpLeft(): void {
		for (const { cellId, kernelId } of this.#left.splice(0))
			this.#records.finish(this.#records.begin({ cellId, kernelId, by: null }), "lost", null, []);
	}
}
