import { expect, test } from "vitest";
import { OpenDocuments } from "../../../clients/lsp/openDocuments.ts";

const item = (uri: string, text: string) => ({ uri, languageId: "python", version: 1, text });
const cell = (document: string) => ({ kind: 2, document });

/** What a new server would be told, as `uri: text`. */
const told = (documents: OpenDocuments) =>
	documents.reopen().map(({ method, params }) => {
		const sent = params as Readonly<Record<string, unknown>>;
		if (method === "textDocument/didOpen")
			return `${(sent.textDocument as { uri: string }).uri}: ${(sent.textDocument as { text: string }).text}`;
		const { cells } = sent.notebookDocument as { cells: { document: string }[] };
		const texts = (sent.cellTextDocuments as { uri: string; text: string }[]).map(
			({ uri, text }) => `${uri}=${text}`,
		);
		return `${cells.map(({ document }) => document).join(" ")} | ${texts.join(" ")}`;
	});

test("follows files that are opened, changed and closed", () => {
	const documents = new OpenDocuments();
	documents.follow({ method: "textDocument/didOpen", params: { textDocument: item("a", "x = 1") } });
	documents.follow({ method: "textDocument/didOpen", params: { textDocument: item("b", "y") } });
	const range = { start: { line: 0, character: 4 }, end: { line: 0, character: 5 } };
	documents.follow({
		method: "textDocument/didChange",
		params: { textDocument: { uri: "a", version: 2 }, contentChanges: [{ range, text: "22" }] },
	});
	documents.follow({ method: "textDocument/didClose", params: { textDocument: { uri: "b" } } });
	documents.follow({ method: "textDocument/hover", params: { textDocument: { uri: "a" } } });
	expect(told(documents)).toEqual(["a: x = 22"]);
});

test("follows a notebook's cells", () => {
	const documents = new OpenDocuments();
	documents.follow({
		method: "notebookDocument/didOpen",
		params: {
			notebookDocument: { uri: "n", version: 1, notebookType: "x", cells: [cell("a"), cell("b")] },
			cellTextDocuments: [item("a", "1"), item("b", "2")],
		},
	});
	documents.follow({
		method: "notebookDocument/didChange",
		params: {
			notebookDocument: { uri: "n", version: 2 },
			change: {
				cells: {
					structure: {
						array: { start: 0, deleteCount: 1, cells: [cell("c")] },
						didOpen: [item("c", "3")],
						didClose: [{ uri: "a" }],
					},
					textContent: [{ document: { uri: "b", version: 2 }, changes: [{ text: "22" }] }],
				},
			},
		},
	});
	expect(told(documents)).toEqual(["c b | c=3 b=22"]);
	documents.follow({
		method: "notebookDocument/didClose",
		params: { notebookDocument: { uri: "n" }, cellTextDocuments: [{ uri: "c" }, { uri: "b" }] },
	});
	expect(told(documents)).toEqual([]);
});
