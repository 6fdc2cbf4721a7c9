/** Inline completions of an editor that knows LSP and nothing of ours. */
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { editorWith } from "../../support/plainEditor.ts";
import { failAfter, say, scriptedBackend } from "../../support/scriptedBackend.ts";

test.each([
	[["utf-8", "utf-16"], "utf-8", 8],
	[["utf-32"], "utf-32", 5],
	[["utf-7", "utf-16"], "utf-16", 6],
	[undefined, undefined, 6],
])("of positions in %j it takes %s, in requests and in changes", async (offered, taken, character) => {
	const backend = scriptedBackend(say("1"));
	const editor = await editorWith(backend, {
		capabilities: offered ? { general: { positionEncodings: offered } } : {},
	});
	expect(editor.offered.positionEncoding).toBe(taken);
	await editor.open("😀a = ?");
	// The question mark's.
	const place = { line: 0, character };
	await editor.rpc.sendNotification("textDocument/didChange", {
		textDocument: { uri: editor.uri, version: 2 },
		contentChanges: [
			{ range: { start: place, end: { ...place, character: place.character + 1 } }, text: "" },
		],
	});
	await editor.suggest(character);
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain("<prefix>😀a = </prefix>");
});

test("cells above in a notebook are context of a completion in it", async () => {
	const backend = scriptedBackend(say("1"));
	const { rpc, server, suggest } = await editorWith(backend);
	const notebook = pathToFileURL(`${server.folder}/n.ipynb`).href;
	const cell = (id: string, kind = 2) => ({
		kind,
		document: `vscode-notebook-cell:${notebook.slice(5)}#${id}`,
	});
	const item = (id: string, text: string) => ({
		uri: cell(id).document,
		languageId: "python",
		version: 1,
		text,
	});
	await rpc.sendNotification("notebookDocument/didOpen", {
		notebookDocument: {
			uri: notebook,
			notebookType: "jupyter-notebook",
			version: 1,
			cells: [cell("a"), cell("m", 1), cell("b"), cell("c")],
		},
		cellTextDocuments: [item("a", "a = 1"), item("m", "# Title"), item("b", "b = "), item("c", "c = 3")],
	});
	await rpc.sendNotification("notebookDocument/didChange", {
		notebookDocument: { uri: notebook, version: 2 },
		change: {
			cells: {
				structure: { array: { start: 0, deleteCount: 0, cells: [cell("z")] }, didOpen: [item("z", "z = 0")] },
				textContent: [{ document: { uri: cell("a").document, version: 2 }, changes: [{ text: "a = 11" }] }],
			},
		},
	});
	const contextOf = async (id: string) => {
		const asked = backend.requests.length;
		await suggest(4, "asked", cell(id).document);
		return [...JSON.stringify(backend.requests[asked]!.transcript).matchAll(/<code>(.*?)<\/code>/g)].map(
			([, code]) => code,
		);
	};
	expect(await contextOf("b")).toEqual(["z = 0", "a = 11"]);
	// Moved below, and another opened anew, as another language for example.
	await rpc.sendNotification("notebookDocument/didChange", {
		notebookDocument: { uri: notebook, version: 3 },
		change: {
			cells: {
				structure: {
					array: {
						start: 0,
						deleteCount: 5,
						cells: ["a", "m", "b", "z", "c"].map((id) => cell(id, id === "m" ? 1 : 2)),
					},
					didOpen: [item("a", "a = 12")],
					didClose: [{ uri: cell("a").document }],
				},
			},
		},
	});
	expect(await contextOf("c")).toEqual(["a = 12", "b =", "z = 0"]);
});

test("what goes wrong with suggestions that nobody asked for is said once; to a person who asks, always", async () => {
	const { open, shown, suggest } = await editorWith(scriptedBackend(failAfter("", "The key was refused.")));
	await open("x = ");
	const ask = (how: "asked" | "automatic") => suggest(4, how);
	expect(await ask("automatic")).toEqual({ items: [] });
	expect(await ask("automatic")).toEqual({ items: [] });
	await expect(ask("asked")).rejects.toMatchObject({ message: "The key was refused." });
	expect(shown()).toEqual(["The key was refused."]);
});
