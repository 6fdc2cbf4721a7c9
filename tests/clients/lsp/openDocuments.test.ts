import { expect, test } from "vitest";
import { OpenDocuments } from "../../../clients/lsp/openDocuments.ts";
import { createRandom, scaled } from "../../support/random.ts";

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

test("whatever is done to a notebook's cells, they are told as they are", () => {
	for (let seed = 0; seed < scaled(100); seed++) {
		const { int, pick } = createRandom(seed);
		const documents = new OpenDocuments();
		const texts = new Map<string, string>();
		let cells: string[] = [];
		let made = 0;
		const make = () => {
			const uri = `cell${++made}`;
			texts.set(uri, `${uri} 😀`);
			return uri;
		};
		cells = [make(), make(), make()];
		documents.follow({
			method: "notebookDocument/didOpen",
			params: {
				notebookDocument: { uri: "n", version: 1, notebookType: "x", cells: cells.map(cell) },
				cellTextDocuments: cells.map((uri) => item(uri, texts.get(uri)!)),
			},
		});
		const change = (structureOrText: object) =>
			documents.follow({
				method: "notebookDocument/didChange",
				params: { notebookDocument: { uri: "n", version: 2 }, change: { cells: structureOrText } },
			});
		for (let step = 0; step < 12; step++) {
			const start = int(cells.length + 1);
			const deleteCount = int(cells.length - start + 1);
			const removed = cells.slice(start, start + deleteCount);
			const what = pick(["replace", "move", "language", "text"]);
			if (what === "replace") {
				const added = [make(), make()].slice(0, int(3));
				cells.splice(start, deleteCount, ...added);
				const didOpen = added.map((uri) => item(uri, texts.get(uri)!));
				change({
					structure: {
						array: { start, deleteCount, cells: added.map(cell) },
						didOpen,
						didClose: removed.map((uri) => ({ uri })),
					},
				});
				for (const uri of removed) texts.delete(uri);
			} else if (what === "move") {
				cells.splice(start, deleteCount, ...removed.toReversed());
				change({ structure: { array: { start, deleteCount, cells: removed.toReversed().map(cell) } } });
			} else if (what === "language") {
				change({
					structure: {
						array: { start, deleteCount, cells: removed.map(cell) },
						didOpen: removed.map((uri) => item(uri, texts.get(uri)!)),
						didClose: removed.map((uri) => ({ uri })),
					},
				});
			} else {
				const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
				change({
					textContent: removed.map((uri) => ({
						document: { uri, version: 3 },
						changes: [{ range, text: "é" }],
					})),
				});
				for (const uri of removed) texts.set(uri, `é${texts.get(uri)!.slice(1)}`);
			}
			expect(told(documents)).toEqual([
				`${cells.join(" ")} | ${cells.map((uri) => `${uri}=${texts.get(uri)}`).join(" ")}`,
			]);
		}
	}
});
