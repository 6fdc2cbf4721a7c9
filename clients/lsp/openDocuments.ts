/**
 * What an editor has open, its folders and its settings, followed through its notifications, so that a server that
 * starts anew can be told.
 */
import { type DocumentChange, type PositionEncoding, SyncedDocument } from "../../protocol/documentSync.ts";
import type { Message } from "./frames.ts";

type Item = { uri: string; languageId: string; version: number; text: string };
type Cell = { document: string };
type Notebook = { uri: string; version: number; cells: Cell[]; [key: string]: unknown };
type CellChanges = {
	structure?: {
		array: { start: number; deleteCount: number; cells?: Cell[] };
		didOpen?: Item[];
		didClose?: { uri: string }[];
	};
	data?: Cell[];
	textContent?: { document: { uri: string; version: number }; changes: DocumentChange[] }[];
};

export class OpenDocuments {
	readonly #documents = new Map<string, { readonly document: SyncedDocument; version: number }>();
	/** Cells' texts are among the documents. */
	readonly #notebooks = new Map<string, Notebook>();
	/** Settings as they were told last, and how the editor's folders changed. */
	#settings: Message[] = [];
	readonly #folders: Message[] = [];
	encoding: PositionEncoding = "utf-16";

	/** Takes in a notification; what is none of these is passed over, as is what is malformed: the server refuses it. */
	follow(message: Message): void {
		try {
			this.#follow(message);
		} catch {
			// as said
		}
	}

	#follow(message: Message): void {
		const { method, params } = message;
		// biome-ignore lint/suspicious/noExplicitAny: an editor's own message, checked by the server it is forwarded to
		const sent = params as any;
		switch (method) {
			case "textDocument/didOpen":
				this.#open(sent.textDocument);
				break;
			case "textDocument/didChange":
				this.#change(sent.textDocument, sent.contentChanges);
				break;
			case "textDocument/didClose":
				this.#documents.delete(sent.textDocument.uri);
				break;
			case "notebookDocument/didOpen":
				this.#notebooks.set(sent.notebookDocument.uri, sent.notebookDocument);
				for (const cell of sent.cellTextDocuments) this.#open(cell);
				break;
			case "notebookDocument/didChange":
				this.#changeNotebook(sent.notebookDocument, sent.change);
				break;
			case "workspace/didChangeConfiguration":
				this.#settings = [message];
				break;
			case "workspace/didChangeWorkspaceFolders":
				this.#folders.push(message);
				break;
			case "notebookDocument/didClose":
				this.#notebooks.delete(sent.notebookDocument.uri);
				for (const { uri } of sent.cellTextDocuments) this.#documents.delete(uri);
		}
	}

	/** The notifications that make everything as it is now. */
	reopen(): Message[] {
		const inCells = new Set<string>();
		const notebooks = [...this.#notebooks.values()].map((notebook) => {
			const uris = notebook.cells.map(({ document }) => document);
			for (const uri of uris) inCells.add(uri);
			const cellTextDocuments = uris.flatMap((uri) => this.#item(uri));
			return {
				method: "notebookDocument/didOpen",
				params: { notebookDocument: notebook, cellTextDocuments },
			};
		});
		const files = [...this.#documents.keys()].filter((uri) => !inCells.has(uri));
		return [
			...this.#settings,
			...this.#folders,
			...files.flatMap((uri) =>
				this.#item(uri).map((textDocument) => ({
					method: "textDocument/didOpen",
					params: { textDocument },
				})),
			),
			...notebooks,
		];
	}

	#open({ version, ...item }: Item): void {
		const document = SyncedDocument.open(item, this.encoding);
		if (document) this.#documents.set(item.uri, { document, version });
		else this.#documents.delete(item.uri);
	}

	#change({ uri, version }: { uri: string; version: number }, changes: readonly DocumentChange[]): void {
		const open = this.#documents.get(uri);
		if (!open) return;
		open.version = version;
		if (!open.document.change(changes)) this.#documents.delete(uri);
	}

	#changeNotebook(
		{ uri, version }: { uri: string; version: number },
		change: { metadata?: unknown; cells?: CellChanges },
	): void {
		const notebook = this.#notebooks.get(uri);
		if (!notebook) return;
		notebook.version = version;
		if (change.metadata !== undefined) notebook.metadata = change.metadata;
		const { structure, data = [], textContent = [] } = change.cells ?? {};
		if (structure) {
			const { start, deleteCount, cells = [] } = structure.array;
			notebook.cells.splice(start, deleteCount, ...cells);
			// A cell that is in both was opened anew, as another language for example.
			for (const cell of structure.didClose ?? []) this.#documents.delete(cell.uri);
			for (const cell of structure.didOpen ?? []) this.#open(cell);
		}
		for (const cell of data) {
			const at = notebook.cells.findIndex(({ document }) => document === cell.document);
			if (at >= 0) notebook.cells[at] = cell;
		}
		for (const { document, changes } of textContent) this.#change(document, changes);
	}

	#item(uri: string): Item[] {
		const open = this.#documents.get(uri);
		if (!open) return [];
		const { languageId, text } = open.document;
		return [{ uri, languageId, version: open.version, text }];
	}
}
