import { TextDocument } from "vscode-languageserver-textdocument";
import { changeDocument, fromUtf16, type Position, toUtf16 } from "../../protocol/documentSync.ts";
import type { Client } from "./client.ts";
import type { Feature } from "./feature.ts";

/** Document and notebook sync. Positions come in the encoding that was negotiated and are UTF-16 units from here on. */
export const documentSyncFeature: Feature = {
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
