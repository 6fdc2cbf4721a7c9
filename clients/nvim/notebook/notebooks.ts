/** The notebooks that are open in buffers: read as cells, and written back with what they gave since. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { atomicWrite } from "../../../ground/paths/atomicWrite.ts";
import type { Output } from "../../../protocol/index.ts";
import { CellOutputs } from "../cellOutputs.ts";
import { CallError, exact } from "../messages.ts";
import type { Pictures } from "../pictures.ts";
import type { Line } from "../terminalLines.ts";
import { fromLines, type PlacedCell, toLines } from "./cellLines.ts";
import { matchCells } from "./matchCells.ts";
import {
	emptyNotebook,
	NotANotebook,
	type NotebookText,
	readNotebook,
	type WrittenCell,
	writeNotebook,
} from "./notebookText.ts";

export type Ran = { readonly outputs: readonly Output[]; readonly executionCount: number | null };

/** What stands below a cell of the buffer: an output of the file, a run's, or nothing because it was cleared. */
export type Mark = { readonly row: number; readonly key: string };

type Open = {
	path: string;
	/** The file as it was read or written last; `null` when there was none. */
	onDisk: string | null;
	notebook: NotebookText;
	/** Of each cell in the file, how Lua knows its outputs. */
	keys: string[];
};

const clearedKey = "cleared";

export class Notebooks {
	readonly #ran: (cellId: string) => Ran | null;
	readonly #pictures: Pictures;
	readonly #open = new Map<number, Open>();
	readonly #stored = new Map<string, CellOutputs>();
	/** Lua may still have keys of a process before this one. */
	readonly #name = randomBytes(4).toString("hex");
	#nextKey = 1;

	/** `ran` knows the cells of sessions by their id. */
	constructor(ran: (cellId: string) => Ran | null, pictures: Pictures) {
		this.#ran = ran;
		this.#pictures = pictures;
	}

	/** The buffer's lines, and what stands below them. Fails when the file is no notebook. */
	read(buf: number, path: string, maxLines: number) {
		const text = readIfThere(path);
		let notebook: NotebookText;
		try {
			notebook = readNotebook(text === null || text.trim() === "" ? emptyNotebook : text);
		} catch (error) {
			if (!(error instanceof NotANotebook)) throw error;
			throw new CallError(`${basename(path)} is opened as text, because ${error.message}.`);
		}
		this.close(buf);
		const keys = notebook.cells.map(() => this.#newKey());
		this.#open.set(buf, { path, onDisk: text, notebook, keys });
		const { lines, placed } = toLines(notebook.cells);
		const outputs = notebook.cells.flatMap((cell, index) => {
			if (cell.kind !== "code" || (cell.outputs.length === 0 && cell.executionCount === null)) return [];
			const shown = new CellOutputs(this.#pictures);
			for (const output of cell.outputs) shown.add(output);
			this.#stored.set(keys[index]!, shown);
			const failed = cell.outputs.some(({ kind }) => kind === "error");
			return {
				first: placed[index]!.first,
				last: endOf(placed[index]!, lines),
				cellId: exact(keys[index]!),
				count: cell.executionCount,
				status: failed ? ("error" as const) : ("ok" as const),
				...shown.preview(maxLines, failed ? "tail" : "head"),
			};
		});
		return { lines: lines.map(exact), outputs, language: exact(notebook.language), isNew: text === null };
	}

	/**
	 * Writes the buffer's cells. `force` overwrites what another program wrote meanwhile; `isCopy` leaves the buffer's
	 * own file as it is. Fails without having changed anything.
	 */
	write(
		buf: number,
		path: string,
		lines: readonly string[],
		marks: readonly Mark[],
		force: boolean,
		isCopy: boolean,
	): void {
		const now = readIfThere(path);
		const known = this.#open.get(buf) ?? this.#fromDisk(path, now);
		if (!force && now !== (path === known.path ? known.onDisk : null))
			throw new CallError(
				path === known.path
					? `${basename(path)} has changed since it was read (add ! to write anyway, or :edit! to read it again).`
					: `${basename(path)} exists (add ! to write anyway).`,
			);
		const cells = fromLines(lines).map((cell) => ({ ...cell, source: withoutEnd(cell.source) }));
		const keyOf = (cell: PlacedCell): string | null =>
			marks.find(({ row }) => row >= cell.first && row <= cell.last)?.key ?? null;
		const sure = cells.map((cell) => {
			const index = known.keys.indexOf(keyOf(cell) ?? "");
			return index < 0 ? null : index;
		});
		const old = known.notebook.cells.map((cell) => ({ ...cell, source: withoutEnd(cell.source) }));
		const matches = matchCells(old, cells, withoutRepeats(sure));
		const written = cells.map((cell, index): WrittenCell => {
			const match = matches[index]!;
			const from = match === null ? null : known.notebook.cells[match]!;
			const key = keyOf(cell);
			const ran =
				key === clearedKey ? { outputs: [], executionCount: null } : key === null ? null : this.#ran(key);
			const isAsBefore = from !== null && old[match!]!.source === cell.source;
			return { ...cell, source: isAsBefore ? from.source : cell.source, from, ran };
		});
		const text = writeNotebook(known.notebook, written);
		if (text !== now)
			try {
				atomicWrite(path, text, "shared");
			} catch (error) {
				throw new CallError((error as Error).message);
			}
		if (isCopy) return;
		const keys = matches.map((match) => (match === null ? this.#newKey() : known.keys[match]!));
		this.#open.set(buf, { path, onDisk: text, notebook: readNotebook(text), keys });
	}

	/** Everything that a cell of a file showed. */
	lines(key: string): readonly Line[] | null {
		return this.#stored.get(key)?.lines ?? null;
	}

	/** What it showed, as the file has it. */
	outputs(key: string): readonly Output[] | null {
		return this.#stored.get(key)?.raw ?? null;
	}

	close(buf: number): void {
		for (const key of this.#open.get(buf)?.keys ?? []) this.#stored.delete(key);
		this.#open.delete(buf);
	}

	#newKey(): string {
		return `file ${this.#name} ${this.#nextKey++}`;
	}

	/** A buffer that this process has not read: an earlier one has. */
	#fromDisk(path: string, text: string | null): Open {
		const notebook = readNotebook(text ?? emptyNotebook);
		return { path, onDisk: text, notebook, keys: notebook.cells.map(() => this.#newKey()) };
	}
}

/** The row output stands below: blank ends of code are above it. */
const endOf = ({ first, last }: PlacedCell, lines: readonly string[]): number => {
	let end = last;
	while (end > first && lines[end]!.trim() === "") end--;
	return end;
};

/** Empty lines at the end come and go as cells are moved: they are no change. */
const withoutEnd = (source: string): string => source.replace(/\n+$/, "");

const withoutRepeats = (indices: readonly (number | null)[]): (number | null)[] =>
	indices.map((index, place) => (indices.indexOf(index) === place ? index : null));

const readIfThere = (path: string): string | null => {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw new CallError(`${path} cannot be read: ${(error as Error).message}`);
	}
};
