/**
 * What the log keeps of cells while they run, and of what goes on after them. Output waits a moment for more, so that
 * many small prints are few events; whatever else the log takes comes behind the output that came before it.
 */
import type { CellPayload, CellStatus, Output, SessionEvent } from "../../../protocol/index.ts";
import { defaultOutputCap, grownTo } from "../../store/outputCap.ts";
import type { CellOutput, UnfinishedCell } from "../../store/store.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";
import { type CellFacts, CellRecord } from "./cellRecord.ts";
import { WaitingOutputs } from "./waitingOutputs.ts";

/** So much output does not wait. */
const maxWaitingChars = 256 * 1024;
/** How often people see what a cell prints beyond what is kept. */
const growthMs = 200;
/** A cell that has printed nothing for so long is told as it stands. */
const restMs = 2000;
/** Cells that have ended and may print on without being looked up. */
const maxEnded = 50;

export class CellRecords {
	readonly #log: SessionLog;
	readonly #waiting = new WaitingOutputs<CellRecord>();
	readonly #running = new Set<CellRecord>();
	readonly #ended = new Map<string, CellRecord>();
	/** Takes the output of no cell until the next cell begins. */
	#nobodys: CellRecord | null = null;
	/** They grew beyond what the log says. */
	readonly #grown = new Set<CellRecord>();
	#flushedAt = 0;
	#grownAt = 0;
	#flushing: NodeJS.Timeout | null = null;
	#resting: NodeJS.Timeout | null = null;
	#isClosed = false;

	constructor(log: SessionLog) {
		this.#log = log;
		log.precede(() => this.#flush());
	}

	/** Nothing is kept any more: cells run on in a kernel that another server takes up. */
	close(): void {
		this.#flush();
		this.#tellGrown([...this.#grown]);
		this.#isClosed = true;
	}

	/** A cell begins. */
	begin(facts: CellFacts): CellRecord {
		const record = new CellRecord(facts);
		this.#running.add(record);
		this.#nobodys = null;
		return record;
	}

	/** A cell that an earlier server began goes on where the log stands. */
	resume({ cellId, kernelId }: UnfinishedCell): CellRecord {
		const stored = this.#log.store.cellOutput(this.#log.sessionId, cellId);
		const record = new CellRecord(
			{ cellId, kernelId, by: null },
			stored ? this.#withBlob(stored) : undefined,
		);
		this.#running.add(record);
		this.#nobodys = null;
		return record;
	}

	/** The blob is written before the log tells of it. */
	#withBlob(stored: CellOutput): CellOutput {
		const { blobId, totals } = stored;
		const chars = blobId === null ? 0 : (this.#log.store.readBlob(blobId, 0, 1)?.totalChars ?? 0);
		if (blobId === null || chars <= totals.blobChars) return stored;
		const tail = this.#log.store.readBlob(
			blobId,
			chars - defaultOutputCap.maxTailChars,
			defaultOutputCap.maxTailChars,
		);
		return { ...stored, totals: grownTo(totals, chars, tail?.text ?? "") };
	}

	output(record: CellRecord, output: Output): void {
		if (this.#isClosed) return;
		this.#waiting.add(record, output);
		if (this.#waiting.chars >= maxWaitingChars) this.#flush();
		else this.#flushSoon();
	}

	/** Output that no running cell made; `key` names one that has ended, where that is known. */
	lateOutput(kernelId: string, key: string | null, output: Output): void {
		this.output((key === null ? null : this.#find(kernelId, key)) ?? this.#ofNobody(kernelId), output);
	}

	finish(
		record: CellRecord,
		status: CellStatus,
		executionCount: number | null,
		payloads: readonly CellPayload[],
	): void {
		this.#flush();
		if (!this.#isClosed) {
			this.#log.settle([
				...(record.hasGrown ? omittedEvent(record) : []),
				{ kind: "cellFinished", cellId: record.cellId, status, executionCount, payloads: [...payloads] },
			]);
		}
		record.end(executionCount);
		this.#running.delete(record);
		this.#grown.delete(record);
		this.#remember(record);
	}

	#remember(record: CellRecord): void {
		this.#ended.set(record.cellId, record);
		if (this.#ended.size > maxEnded) this.#ended.delete(this.#ended.keys().next().value!);
	}

	/** The cell of this id, also one that an earlier server ran. */
	#find(kernelId: string, cellId: string): CellRecord | null {
		for (const record of this.#running) if (record.cellId === cellId) return record;
		const known = this.#ended.get(cellId);
		if (known) return known;
		const stored = this.#log.store.cellOutput(this.#log.sessionId, cellId);
		if (!stored) return null;
		const record = new CellRecord({ cellId, kernelId, by: null }, stored);
		record.end(stored.executionCount);
		this.#remember(record);
		return record;
	}

	#ofNobody(kernelId: string): CellRecord {
		if (this.#nobodys?.kernelId === kernelId) return this.#nobodys;
		const record = new CellRecord({ cellId: newId(), kernelId, by: null });
		record.end(null);
		this.#nobodys = record;
		return record;
	}

	/** Nothing waits for more output. */
	settle(): void {
		this.#flush();
		this.#log.progress();
	}

	/** There is output that waits for more. */
	get areWaiting(): boolean {
		return this.#waiting.first !== undefined;
	}

	#flushSoon(): void {
		if (this.#flushing !== null) return;
		const dueMs = this.#flushedAt + this.#waiting.first!.waitMs - performance.now();
		if (dueMs <= 0) this.#flush();
		else this.#flushing = setTimeout(() => this.#flush(), dueMs).unref();
	}

	#flush(): void {
		clearTimeout(this.#flushing ?? undefined);
		this.#flushing = null;
		const waiting = this.#waiting.take();
		if (waiting.length === 0) return;
		this.#flushedAt = performance.now();
		const events: SessionEvent[] = [];
		const blobs = new Map<string, string>();
		for (const { record, output } of waiting) {
			const { outputs, blobId, blobText } = record.take(output);
			if (blobText !== "") blobs.set(blobId, (blobs.get(blobId) ?? "") + blobText);
			const last = outputs.at(-1);
			// What was left out stands before what came after it, a value or an error.
			if (last && last.kind !== "stream" && this.#grown.delete(record)) events.push(...omittedEvent(record));
			for (const kept of outputs) events.push(toEvent(record, kept));
			if (record.hasGrown) this.#grown.add(record);
		}
		for (const record of this.#grown)
			if (record.hasDoubled) {
				events.push(...omittedEvent(record));
				this.#grown.delete(record);
			}
		for (const [blobId, text] of blobs) this.#appendBlob(blobId, text);
		// What went to a blob alone is stored, too.
		this.#log.settle(events);
		this.#showGrown();
	}

	/** A full disk must not end a running cell: the person is told, what goes beyond the cap is lost. */
	#appendBlob(blobId: string, text: string): void {
		try {
			this.#log.store.appendBlob(this.#log.sessionId, blobId, text);
		} catch (error) {
			this.#log.hint({ kind: "notice", level: "error", text: (error as Error).message });
		}
	}

	/** People see now and then how it grows; the log is told when it rests. */
	#showGrown(): void {
		if (this.#grown.size === 0) return;
		if (this.#resting === null) this.#resting = setTimeout(() => this.#rest(), restMs).unref();
		else this.#resting.refresh();
		const now = performance.now();
		if (now - this.#grownAt < growthMs) return;
		this.#grownAt = now;
		for (const record of this.#grown) {
			const output = record.isRunning ? record.omitted : null;
			if (output) this.#log.hint({ kind: "omittedGrew", cellId: record.cellId, output });
		}
	}

	#rest(): void {
		this.#resting = null;
		this.#tellGrown([...this.#grown]);
	}

	#tellGrown(records: readonly CellRecord[]): void {
		this.#grown.clear();
		const events = records.flatMap(omittedEvent);
		if (events.length > 0 && !this.#isClosed) this.#log.settle(events);
	}
}

/** What stands for the middle, as it is now. */
const omittedEvent = (record: CellRecord): SessionEvent[] => {
	const omitted = record.tellOmitted();
	return omitted ? [toEvent(record, omitted)] : [];
};

const toEvent = (record: CellRecord, output: Output): SessionEvent => {
	const { cellId, kernelId, executionCount, isRunning } = record;
	return isRunning
		? { kind: "cellOutput", cellId, output }
		: { kind: "lateOutput", cellId, kernelId, executionCount, output };
};
