/** The cells of a session as an editor shows them: a preview of each, which run of Lua's it is, and who ran it. */
import type { Output, TranscriptItem } from "../../protocol/index.ts";
import { CellOutputs } from "./cellOutputs.ts";
import type { Editor } from "./editor.ts";
import type { Line } from "./terminalLines.ts";

type Cell = {
	readonly cellId: string;
	readonly code: string;
	readonly by: string | null;
	readonly past: boolean;
	run: number | null;
	count: number | null;
	status: string;
	readonly outputs: CellOutputs;
};

type Run = { readonly run: number; readonly code: string; cellId: string | null };

export type Who = { name(participantId: string | null): string; isMe(participantId: string | null): boolean };

export class CellBook {
	readonly #editor: Editor;
	readonly #who: Who;
	/** How many lines of output a preview has. */
	maxLines = 20;
	readonly #cells = new Map<string, Cell>();
	readonly #runs = new Set<Run>();

	constructor(editor: Editor, who: Who) {
		this.#editor = editor;
		this.#who = who;
	}

	/** Code of Lua's run goes to the server. Its cell may be seen before the answer that names it. */
	expect(run: number, code: string): { accepted(cellId: string): void; refused(): void } {
		const expected: Run = { run, code, cellId: null };
		this.#runs.add(expected);
		return {
			accepted: (cellId) => {
				expected.cellId = cellId;
				const cell = this.#cells.get(cellId);
				if (cell && cell.run === null && this.#runs.delete(expected)) {
					cell.run = run;
					this.#tell(cell);
				}
			},
			refused: () => this.#runs.delete(expected),
		};
	}

	started(event: { cellId: string; code: string; by: string | null; executionCount: number | null }): void {
		const cell: Cell = {
			cellId: event.cellId,
			code: event.code,
			by: event.by,
			past: false,
			run: this.#claim(event),
			count: event.executionCount,
			status: "running",
			outputs: new CellOutputs(),
		};
		this.#cells.set(cell.cellId, cell);
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
		status: string;
		executionCount: number | null;
	}): void {
		const cell = this.#cells.get(cellId);
		if (!cell) return;
		cell.status = status;
		cell.count = executionCount ?? cell.count;
		this.#tell(cell);
	}

	/** A cell of the past, or one that is known and is told anew. */
	item(item: Extract<TranscriptItem, { kind: "cell" }>): void {
		const known = this.#cells.get(item.cellId);
		const outputs = new CellOutputs();
		for (const output of item.outputs) outputs.add(output);
		const cell: Cell = {
			cellId: item.cellId,
			code: item.code,
			by: item.by,
			past: known?.past ?? true,
			run: known?.run ?? (known ? null : this.#claim(item)),
			count: item.executionCount,
			status: item.status,
			outputs,
		};
		this.#cells.set(cell.cellId, cell);
		this.#tell(cell);
	}

	isMine(cellId: string): boolean {
		return this.#who.isMe(this.#cells.get(cellId)?.by ?? null);
	}

	/** Everything a cell showed. */
	lines(cellId: string): readonly Line[] | null {
		return this.#cells.get(cellId)?.outputs.lines ?? null;
	}

	clear(): void {
		this.#cells.clear();
		this.#runs.clear();
	}

	#claim({ cellId, code, by }: { cellId: string; code: string; by: string | null }): number | null {
		for (const run of this.#runs) {
			const fits = run.cellId === cellId || (run.cellId === null && run.code === code && this.#who.isMe(by));
			if (!fits) continue;
			this.#runs.delete(run);
			return run.run;
		}
		return null;
	}

	#tell(cell: Cell): void {
		this.#editor.update(`cell ${cell.cellId}`, () => {
			// The reference may be old: a snapshot replaces cells.
			const { cellId, run, by, past, code, count, status, outputs } = this.#cells.get(cell.cellId) ?? cell;
			const end = status === "ok" ? "head" : "tail";
			return {
				kind: "cell",
				cellId,
				run,
				by: this.#who.name(by),
				mine: this.#who.isMe(by),
				past,
				code,
				count,
				status,
				...outputs.preview(this.maxLines, end),
			};
		});
	}
}
