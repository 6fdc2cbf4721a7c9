/** Completion and hover of live names in an editor. */
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { editorBeside } from "../../support/plainEditor.ts";

test("completes and explains live names", async () => {
	const { rpc, open, uri, run } = await editorBeside();
	await open("wide_frame = {'a': 1}\nü = '😀'; wide_fr\n");
	await run("ipyai.runCell", { uri });
	const at = (character: number) => ({ textDocument: { uri }, position: { line: 1, character } });
	let items: { textEdit: object }[] = [];
	// A kernel that is just loading its completion library may have nothing to say yet.
	await until(async () => {
		({ items } = await rpc.sendRequest<{ items: typeof items }>("textDocument/completion", at(17)));
		return items.length > 0;
	});
	expect(items[0]).toMatchObject({
		label: "wide_frame",
		textEdit: {
			newText: "wide_frame",
			range: { start: { line: 1, character: 10 }, end: { line: 1, character: 17 } },
		},
	});
	await rpc.sendNotification("textDocument/didChange", {
		textDocument: { uri, version: 2 },
		contentChanges: [{ text: "\nwide_frame" }],
	});
	// "Nothing" may be all that a kernel can say yet: it is not to be kept.
	const none = { uri: `${uri}.none`, languageId: "python", version: 1, text: "wide_frame.zzz" };
	await rpc.sendNotification("textDocument/didOpen", { textDocument: none });
	const nothing = await rpc.sendRequest("textDocument/completion", {
		textDocument: { uri: none.uri },
		position: { line: 0, character: 14 },
	});
	expect(nothing).toEqual({ isIncomplete: true, items: [] });
	const hover = await rpc.sendRequest<{ contents: { value: string } }>("textDocument/hover", at(4));
	expect(hover.contents).toEqual({
		kind: "markdown",
		value: expect.stringMatching(/^```\n[\s\S]*\{'a': 1\}[\s\S]*\n```$/),
	});
	// Some editors have ids of their own for Python.
	for (const languageId of ["python-base", "python3", "plaintext"]) {
		const other = { uri: `${uri}.${languageId}`, languageId, version: 1, text: "\nwide_frame" };
		await rpc.sendNotification("textDocument/didOpen", { textDocument: other });
		const told = await rpc.sendRequest("textDocument/hover", { ...at(4), textDocument: { uri: other.uri } });
		expect(told, languageId).toEqual(languageId === "plaintext" ? null : hover);
	}
});

test("a quote that is typed brings keys and columns where it begins one, and nothing elsewhere; magics are for who types them", async () => {
	const { rpc, uri, run, open } = await editorBeside();
	await open("# %%\ntable = {'left side': {'deep': 1}, 'right': 2}\n");
	await run("ipyai.runCell", { uri, line: 1 });
	let documents = 0;
	const complete = async (text: string, triggerCharacter?: string) => {
		const document = { uri: `${uri}.${++documents}`, languageId: "python", version: 1, text };
		await rpc.sendNotification("textDocument/didOpen", { textDocument: document });
		const { items } = await rpc.sendRequest<{ items: { label: string }[] }>("textDocument/completion", {
			textDocument: { uri: document.uri },
			position: { line: 0, character: text.length },
			context: triggerCharacter ? { triggerKind: 2, triggerCharacter } : { triggerKind: 1 },
		});
		return items.map(({ label }) => label);
	};
	// A kernel that is just loading its completion library may have nothing to say yet.
	await until(async () => (await complete("table['", "'")).length > 0);
	expect(await complete("table['", "'")).toEqual(["left side", "right"]);
	expect(await complete('x = table["left side"]["', '"')).toEqual(["deep"]);
	expect(await complete("x = '", "'")).toEqual([]);
	expect(await complete("x = ['", "'")).toEqual([]);
	expect((await complete("prec")).filter((label) => label.startsWith("%"))).toEqual([]);
	expect(await complete("%prec")).toContain("%precision");
});
