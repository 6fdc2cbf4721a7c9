import {
	type DocumentChange,
	type OpenedDocument,
	type Position,
	type PositionEncoding,
	SyncedDocument,
} from "../../protocol/documentSync.ts";
import { RequestError } from "../sessions/errors.ts";

type Cell = { readonly kind: number; readonly document: string };

/** What a client may have open, in characters together, in documents, and in cells of one notebook. */
const maxChars = 64_000_000;
const maxDocuments = 5000;
const maxCells = 10_000;

/** What one client has open: files, notebooks' cells and input lines alike. What is too much is not kept. */
export class Documents {
	readonly #open = new Map<string, SyncedDocument>();
	readonly #notebooks = new Map<string, Cell[]>();
	#chars = 0;
	/** Of all positions of the client. */
	encoding: PositionEncoding = "utf-16";

	/** Fails with `invalidParams` when the client never opened it. */
	require(uri: string): SyncedDocument {
		const document = this.#open.get(uri);
		if (document) return document;
		throw new RequestError(
			"invalidParams",
			`${uri} is not open: send textDocument/didOpen first. What is too long is not kept.`,
		);
	}

	/** As `require`; fails with `invalidParams` too where the document has no such line. */
	requireLine(uri: string, { line }: Position): SyncedDocument {
		const document = this.require(uri);
		if (line < document.lines.length) return document;
		throw new RequestError(
			"invalidParams",
			`${uri} has no line ${line}: it has ${document.lines.length}, which count from 0.`,
		);
	}

	find(uri: string): SyncedDocument | null {
		return this.#open.get(uri) ?? null;
	}

	open(item: OpenedDocument): void {
		this.close(item.uri);
		const document = SyncedDocument.open(item, this.encoding);
		if (!document || this.#open.size >= maxDocuments || this.#chars + document.chars > maxChars) return;
		this.#chars += document.chars;
		this.#open.set(item.uri, document);
	}

	change(document: SyncedDocument, changes: readonly DocumentChange[]): void {
		const before = document.chars;
		const isKept = document.change(changes);
		this.#chars += document.chars - before;
		if (!isKept || this.#chars > maxChars) this.close(document.uri);
	}

	close(uri: string): void {
		this.#chars -= this.#open.get(uri)?.chars ?? 0;
		this.#open.delete(uri);
	}

	/** It was told of in a way that cannot be followed: what it holds now is not known. */
	lose(uri: unknown): void {
		if (typeof uri === "string") this.close(uri);
	}

	/** Something that was sent could not be read: what all of them hold now is not known. */
	loseAll(): void {
		for (const uri of [...this.#open.keys()]) this.close(uri);
	}

	get uris(): Iterable<string> {
		return this.#open.keys();
	}

	/** The cells of a notebook, `null` when it is not open. */
	notebook(uri: string): readonly Cell[] | null {
		return this.#notebooks.get(uri) ?? null;
	}

	/** Also what an open one holds now. */
	openNotebook(uri: string, cells: readonly Cell[]): void {
		if (cells.length > maxCells) this.#notebooks.delete(uri);
		else this.#notebooks.set(uri, [...cells]);
	}

	closeNotebook(uri: string): void {
		this.#notebooks.delete(uri);
	}

	/** Code of the nearest cells above this one, in order; empty when it is no notebook's cell. */
	codeAbove(uri: string, maxCells: number): string[] {
		for (const cells of this.#notebooks.values()) {
			const at = cells.findIndex(({ document }) => document === uri);
			if (at < 0) continue;
			return cells
				.slice(0, at)
				.filter(({ kind }) => kind === codeCell)
				.slice(-maxCells)
				.flatMap(({ document }) => this.#open.get(document)?.text ?? [])
				.filter((code) => code.trim() !== "");
		}
		return [];
	}
}

/** Editors have ids of their own for Python with something to it: `python3`, `python-base`. */
export const isPython = ({ languageId }: SyncedDocument): boolean => languageId.startsWith("python");

/** LSP's `NotebookCellKind.Code`. */
const codeCell = 2;
