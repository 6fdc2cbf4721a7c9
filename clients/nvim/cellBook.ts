/** The cells of a session as an editor shows them: a preview of each, which run of Lua's it is, and who ran it. */
import { plainText } from "../../ground/text/plainText.ts";
import type { PlainText } from "../../ground/text/screenText.ts";
import type { CellStatus, Output, TranscriptItem } from "../../protocol/index.ts";
import type { LiveSession } from "../common/session/liveSession.ts";
import { CellOutputs } from "./cellOutputs.ts";
import type { Editor } from "./editor.ts";
import { exact } from "./messages.ts";
import { Pictures } from "./pictures.ts";
import type { Line } from "./terminalLines.ts";

type Cell = {
	readonly cellId: string;
	readonly code: string;
	readonly by: string | null;
	readonly byName: string | undefined;
	readonly past: boolean;
	run: number | null;
	count: number | null;
	status: CellStatus | "running";
	/** When it was sent to Python, if that was seen. */
	readonly sentMs: number | null;
	/** How long it ran, in seconds. */
	took: number | null;
	readonly outputs: CellOutputs;
};

/** Who did something, and whether it was a run of Lua's. */
export type Origin = {
	/** `byName` is what they were called then. */
	name(participantId: string | null, byName?: string): PlainText;
	isMe(participantId: string | null): boolean;
	/** The run of Lua's that became this; told once. */
	runOf(item: Parameters<LiveSession["claim"]>[0]): number | null;
};

export class CellBook {
	readonly #editor: Editor;
	readonly #origin: Origin;
	readonly pictures = new Pictures();
	/** How many lines of output a preview has. */
	maxLines = 20;
	/** What was sent to Python and has not finished, in order: the first runs, the others wait. */
	readonly #unfinished = new Set<string>();
	/** When Python had finished its last cell. */
	#freeMs = 0;
	readonly #cells = new Map<string, Cell>();
	/** Cells of this Neovim's from sessions before: a notebook may be written later. */
	readonly #before = new Map<string, Cell>();

	constructor(editor: Editor, origin: Origin) {
		this.#editor = editor;
		this.#origin = origin;
	}

	started(event: {
		cellId: string;
		code: string;
		by: string | null;
		byName?: string | undefined;
		executionCount: number | null;
	}): void {
		const cell: Cell = {
			cellId: event.cellId,
			code: event.code,
			by: event.by,
			byName: event.byName,
			past: false,
			run: this.#origin.runOf(event),
			count: event.executionCount,
			status: "running",
			sentMs: performance.now(),
			took: null,
			outputs: new CellOutputs(this.pictures),
		};
		this.#cells.set(cell.cellId, cell);
		this.#unfinished.add(cell.cellId);
		this.#tell(cell);
	}

	output(cellId: string, output: Output): void {
		const cell = this.#cells.get(cellId);
		if (cell?.outputs.add(output)) this.#tell(cell);
		if (output.kind !== "updateDisplayData") return;
		// A display may belong to an earlier cell.
		for (const other of this.#cells.values())
			if (other !== cell && other.outputs.add(output)) this.#tell(other);
	}

	finished({
		cellId,
		status,
		executionCount,
	}: {
		cellId: string;
		status: CellStatus | "running";
		executionCount: number | null;
	}): void {
		const cell = this.#cells.get(cellId);
		if (!cell) return;
		cell.status = status;
		cell.count = executionCount ?? cell.count;
		cell.took = this.#tookOf(cell);
		this.#freeMs = performance.now();
		this.#tell(cell);
		this.#unfinished.delete(cellId);
		const [next] = this.#unfinished;
		const begins = next === undefined ? undefined : this.#cells.get(next);
		if (begins) this.#tell(begins);
	}

	/** A cell of the past, or one that is known and is told anew. */
	item(item: Extract<TranscriptItem, { kind: "cell" }>): void {
		const known = this.#cells.get(item.cellId);
		const outputs = new CellOutputs(this.pictures);
		for (const output of item.outputs) outputs.add(output);
		const cell: Cell = {
			cellId: item.cellId,
			code: item.code,
			by: item.by,
			byName: item.byName,
			past: known?.past ?? true,
			run: known?.run ?? (known ? null : this.#origin.runOf(item)),
			count: item.executionCount,
			status: item.status,
			sentMs: known?.sentMs ?? null,
			took: known?.took ?? null,
			outputs,
		};
		if (known?.status === "running" && cell.status !== "running") {
			cell.took = this.#tookOf(cell);
			this.#freeMs = performance.now();
		}
		this.#cells.set(cell.cellId, cell);
		if (cell.status !== "running") this.#unfinished.delete(cell.cellId);
		this.#tell(cell);
	}

	isMine(cellId: string): boolean {
		return this.#origin.isMe(this.#cells.get(cellId)?.by ?? null);
	}

	/** Everything a cell showed. */
	lines(cellId: string): readonly Line[] | null {
		return this.#get(cellId)?.outputs.lines ?? null;
	}

	/** What a cell gave, as a notebook has it. */
	ran(cellId: string): { outputs: readonly Output[]; executionCount: number | null } | null {
		const cell = this.#get(cellId);
		return cell ? { outputs: cell.outputs.raw, executionCount: cell.count } : null;
	}

	clear(): void {
		for (const cell of this.#cells.values()) if (cell.run !== null) this.#before.set(cell.cellId, cell);
		this.#cells.clear();
		this.#unfinished.clear();
	}

	/** Python runs one cell after another: it began when the one before had finished. */
	#tookOf({ sentMs }: Cell): number | null {
		return sentMs === null ? null : (performance.now() - Math.max(sentMs, this.#freeMs)) / 1000;
	}

	#get(cellId: string): Cell | undefined {
		return this.#cells.get(cellId) ?? this.#before.get(cellId);
	}

	#tell(cell: Cell): void {
		this.#editor.update(`cell ${cell.cellId}`, () => {
			// The reference may be old: a snapshot replaces cells.
			const { cellId, run, by, byName, past, code, count, status, took, outputs } =
				this.#cells.get(cell.cellId) ?? cell;
			const end = status === "ok" ? "head" : "tail";
			return {
				kind: "cell",
				cellId: exact(cellId),
				run,
				by: this.#origin.name(by, byName),
				mine: this.#origin.isMe(by),
				past,
				code: plainText(code),
				count,
				status,
				waits: status === "running" && isBehind(this.#unfinished, cellId),
				took,
				...outputs.preview(this.maxLines, end),
			};
		});
	}
}

const isBehind = (queue: ReadonlySet<string>, cellId: string): boolean => {
	const [first] = queue;
	return first !== cellId && queue.has(cellId);
};
