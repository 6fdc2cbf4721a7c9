import type { DocumentChange } from "../../protocol/documentSync.ts";
import type { Feature } from "./feature.ts";

/** Document and notebook sync. */
export const documentSyncFeature: Feature = {
	register(client, services) {
		const { documents } = client;
		const change = (uri: string, changes: readonly DocumentChange[]) => {
			const document = documents.find(uri);
			if (!document) return;
			services.completions.typed(client.documentKey(uri));
			documents.change(document, changes);
		};
		const close = ({ uri }: { readonly uri: string }) => {
			documents.close(uri);
			services.completions.close(client.documentKey(uri));
		};

		client.gone.addEventListener("abort", () => {
			for (const uri of documents.uris) services.completions.close(client.documentKey(uri));
		});

		client.onEditorNotification("textDocument/didOpen", ({ textDocument }) => documents.open(textDocument));
		client.onEditorNotification("textDocument/didChange", ({ textDocument, contentChanges }) =>
			change(textDocument.uri, contentChanges),
		);
		client.onEditorNotification("textDocument/didClose", ({ textDocument }) => close(textDocument));

		client.onEditorNotification("notebookDocument/didOpen", ({ notebookDocument, cellTextDocuments }) => {
			documents.openNotebook(notebookDocument.uri, notebookDocument.cells);
			for (const cell of cellTextDocuments) documents.open(cell);
		});
		client.onEditorNotification("notebookDocument/didChange", ({ notebookDocument, change: { cells } }) => {
			const { uri } = notebookDocument;
			const known = documents.notebook(uri);
			if (!known) return;
			const { structure, data, textContent } = cells ?? {};
			let now = [...known];
			if (structure) {
				const { start, deleteCount, cells: added } = structure.array;
				now = [...now.slice(0, start), ...(added ?? []), ...now.slice(start + deleteCount)];
				// A cell that is in both was opened anew, as another language for example.
				for (const cell of structure.didClose ?? []) close(cell);
				for (const cell of structure.didOpen ?? []) documents.open(cell);
			}
			const changed = new Map((data ?? []).map((cell) => [cell.document, cell]));
			documents.openNotebook(
				uri,
				now.map((cell) => changed.get(cell.document) ?? cell),
			);
			for (const { document, changes } of textContent ?? []) change(document.uri, changes);
		});
		client.onEditorNotification("notebookDocument/didClose", ({ notebookDocument, cellTextDocuments }) => {
			documents.closeNotebook(notebookDocument.uri);
			for (const cell of cellTextDocuments) close(cell);
		});
	},
};
