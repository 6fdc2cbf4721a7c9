/** The cells of a session as an editor shows them: a preview of each, which run of Lua's it is, and who ran it. */
import { plainText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import type { CellStatus, Output } from "../../protocol/index.ts";
import type { Submission } from "../common/session/liveSession.ts";
import type { CellView } from "../common/session/sessionView.ts";
import type { Author, Transcript } from "../common/shell/action.ts";
import { cellNote } from "../common/shell/wording.ts";
import { CellOutputs } from "./cellOutputs.ts";
import type { Editor } from "./editor.ts";
import { exact } from "./messages.ts";
import { Pictures } from "./pictures.ts";
import type { Line } from "./terminalLines.ts";

type Cell = {
	readonly cellId: string;
	readonly code: string;
	readonly author: Author;
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

/** The run of Lua's that an entry is; told once. */
export type RunOf = (entry: Submission | null) => number | null;

/** How an author is named to a person. */
export const nameOf = ({ whose, name }: Author): PlainText => {
	if (whose === "mine") return words`Neovim`;
	return name === "" ? words`Earlier` : plainText(name);
};

type Told<K extends keyof Transcript> = Parameters<Transcript[K]>[0];
type PastCell = Extract<Parameters<Transcript["past"]>[0]["item"], { kind: "cell" }>;

export class CellBook {
	readonly #editor: Editor;
	readonly #runOf: RunOf;
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

	constructor(editor: Editor, runOf: RunOf) {
		this.#editor = editor;
		this.#runOf = runOf;
	}

	started({ cell: { cellId, code, executionCount }, author, entry }: Told<"cellStarted">): void {
		this.#add({
			...newCell(cellId, code, author, new CellOutputs(this.pictures)),
			run: this.#runOf(entry),
			count: executionCount,
			sentMs: performance.now(),
		});
		this.#unfinished.add(cellId);
	}

	/** What comes of no cell that is known has a place of its own. */
	lateOutput({ cellId, of, output }: Told<"lateOutput">): void {
		const author: Author = { whose: "nobody", name: of };
		if (!this.#cells.has(cellId))
			this.#add({ ...newCell(cellId, "", author, new CellOutputs(this.pictures)), status: "ok" });
		this.output(cellId, output);
	}

	#add(cell: Cell): void {
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

	finished({ cellId, status, executionCount }: CellView): void {
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
	item(item: PastCell, author: Author, entry: Submission | null): void {
		const known = this.#cells.get(item.cellId);
		const outputs = new CellOutputs(this.pictures);
		for (const output of item.outputs) outputs.add(output);
		const cell: Cell = {
			cellId: item.cellId,
			code: item.code,
			author,
			past: known?.past ?? true,
			run: known?.run ?? this.#runOf(entry),
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
			const { cellId, run, author, past, code, count, status, took, outputs } =
				this.#cells.get(cell.cellId) ?? cell;
			const end = status === "ok" ? "head" : "tail";
			return {
				kind: "cell",
				cellId: exact(cellId),
				run,
				by: nameOf(author),
				mine: author.whose === "mine",
				past,
				code: plainText(code),
				count,
				status,
				note: noteOf(status),
				waits: status === "running" && isBehind(this.#unfinished, cellId),
				took,
				...outputs.preview(this.maxLines, end),
			};
		});
	}
}

const noteOf = (status: CellStatus | "running"): PlainText | null => {
	const note = cellNote(status);
	return note && plainText(note.text);
};

const newCell = (cellId: string, code: string, author: Author, outputs: CellOutputs): Cell => ({
	cellId,
	code,
	author,
	past: false,
	run: null,
	count: null,
	status: "running",
	sentMs: null,
	took: null,
	outputs,
});

const isBehind = (queue: ReadonlySet<string>, cellId: string): boolean => {
	const [first] = queue;
	return first !== cellId && queue.has(cellId);
};
