import { TextDocument } from "vscode-languageserver-textdocument";
import { changeDocument, fromUtf16, type Position, toUtf16 } from "../../protocol/documentSync.ts";
import { RequestError } from "../sessions/errors.ts";
import type { Client } from "./client.ts";
import type { Feature } from "./feature.ts";

type Cell = { readonly kind: number; readonly document: string };

/** What one client has open: files, notebooks' cells and input lines alike. */
export class Documents {
	readonly #open = new Map<string, TextDocument>();
	readonly #notebooks = new Map<string, Cell[]>();

	/** Fails with `invalidParams` when the client never opened it. */
	require(uri: string): TextDocument {
		const document = this.#open.get(uri);
		if (document) return document;
		throw new RequestError("invalidParams", `${uri} is not open: send textDocument/didOpen first.`);
	}

	find(uri: string): TextDocument | null {
		return this.#open.get(uri) ?? null;
	}

	set(document: TextDocument): void {
		this.#open.set(document.uri, document);
	}

	close(uri: string): void {
		this.#open.delete(uri);
	}

	get uris(): Iterable<string> {
		return this.#open.keys();
	}

	/** The cells of a notebook, `null` when it is not open. */
	notebook(uri: string): Cell[] | null {
		return this.#notebooks.get(uri) ?? null;
	}

	openNotebook(uri: string, cells: readonly Cell[]): void {
		this.#notebooks.set(uri, [...cells]);
	}

	closeNotebook(uri: string): void {
		this.#notebooks.delete(uri);
	}

	/** Code of the cells above this one, in order; empty when it is no notebook's cell. */
	codeAbove(uri: string): string[] {
		for (const cells of this.#notebooks.values()) {
			const at = cells.findIndex(({ document }) => document === uri);
			if (at < 0) continue;
			return cells
				.slice(0, at)
				.flatMap(({ kind, document }) =>
					kind === codeCell ? [this.#open.get(document)?.getText() ?? ""] : [],
				)
				.filter((code) => code.trim() !== "");
		}
		return [];
	}
}

/** Editors have ids of their own for Python with something to it: `python3`, `python-base`. */
export const isPython = ({ languageId }: TextDocument): boolean => languageId.startsWith("python");

/** LSP's `NotebookCellKind.Code`. */
const codeCell = 2;

/** Document and notebook sync. Positions come in the encoding that was negotiated and are UTF-16 units from here on. */
export const documentsFeature: Feature = {
	register(client, services) {
		const { documents } = client;
		const open = (item: { uri: string; languageId: string; version: number; text: string }) =>
			documents.set(TextDocument.create(item.uri, item.languageId, item.version, item.text));
		const change = (
			{ uri, version }: { uri: string; version: number },
			changes: Parameters<typeof changeDocument>[1],
		) => {
			const document = documents.find(uri);
			if (!document) return;
			services.completions.typed(client.documentKey(uri));
			documents.set(changeDocument(document, changes, version, client.facts.positionEncoding));
		};
		const close = ({ uri }: { uri: string }) => {
			documents.close(uri);
			services.completions.close(client.documentKey(uri));
		};

		client.gone.addEventListener("abort", () => {
			for (const uri of documents.uris) services.completions.close(client.documentKey(uri));
		});

		client.rpc.onDidOpenTextDocument(({ textDocument }) => open(textDocument));
		client.rpc.onDidChangeTextDocument(({ textDocument, contentChanges }) =>
			change(textDocument, contentChanges),
		);
		client.rpc.onDidCloseTextDocument(({ textDocument }) => close(textDocument));

		const { synchronization } = client.rpc.notebooks;
		synchronization.onDidOpenNotebookDocument(({ notebookDocument, cellTextDocuments }) => {
			documents.openNotebook(notebookDocument.uri, notebookDocument.cells);
			cellTextDocuments.forEach(open);
		});
		synchronization.onDidChangeNotebookDocument(({ notebookDocument, change: { cells } }) => {
			const { structure, data = [], textContent = [] } = cells ?? {};
			const known = documents.notebook(notebookDocument.uri);
			if (!known) return;
			if (structure) {
				known.splice(structure.array.start, structure.array.deleteCount, ...(structure.array.cells ?? []));
				// A cell that is in both was opened anew, as another language for example.
				structure.didClose?.forEach(close);
				structure.didOpen?.forEach(open);
			}
			for (const cell of data) {
				const at = known.findIndex(({ document }) => document === cell.document);
				if (at >= 0) known[at] = cell;
			}
			for (const { document, changes } of textContent) change(document, changes);
		});
		synchronization.onDidCloseNotebookDocument(({ notebookDocument, cellTextDocuments }) => {
			documents.closeNotebook(notebookDocument.uri);
			cellTextDocuments.forEach(close);
		});
	},
};

/** A place that the client named, as an offset into the document. */
export const offsetIn = (client: Client, document: TextDocument, position: Position): number =>
	document.offsetAt(toUtf16(document, position, client.facts.positionEncoding));

/** An offset as the client counts. */
export const positionIn = (client: Client, document: TextDocument, offset: number): Position =>
	fromUtf16(document, document.positionAt(offset), client.facts.positionEncoding);
