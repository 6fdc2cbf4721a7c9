/** Completion and hover of live names in an editor. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
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

test("tells what kind of thing a name is, how it is called, and its documentation when asked", async () => {
	const { rpc, uri, run, open } = await editorBeside();
	await open(
		"# %%\nimport math\nclass Thing:\n    size = 3\n    @property\n    def area(self): return 1 / 0\n    def grow(self, by: int, *, slowly=False):\n        '''Makes it larger.'''\nq = Thing()\nitems = []\ndef make(a, b=2, *more, key=None, **rest):\n    '''Makes one.'''\n",
	);
	await run("ipyai.runCell", { uri, line: 1 });
	let documents = 0;
	const at = async (text: string) => {
		const document = {
			uri: `${uri}.${++documents}`,
			languageId: "python",
			version: 1,
			text: text.replace("|", ""),
		};
		await rpc.sendNotification("textDocument/didOpen", { textDocument: document });
		const lines = text.split("|")[0]!.split("\n");
		return {
			textDocument: { uri: document.uri },
			position: { line: lines.length - 1, character: lines.at(-1)!.length },
		};
	};
	type Item = {
		label: string;
		kind: number;
		detail?: string;
		data?: object;
		documentation?: { value: string };
	};
	const complete = async (text: string) =>
		(await rpc.sendRequest<{ items: Item[] }>("textDocument/completion", await at(text))).items;
	const items = async (text: string) => {
		let found: Item[] = [];
		// A kernel that is just loading its completion library may have nothing to say yet.
		await until(async () => {
			found = await complete(text);
			return found.length > 0;
		});
		return new Map(found.map((item) => [item.label.slice(item.label.lastIndexOf(".") + 1), item]));
	};
	const members = await items("for each in [1]:\n    print(each)\n    q.|");
	expect(members.get("grow")).toMatchObject({ kind: 3, detail: "grow(by: int, *, slowly=False)" });
	expect(members.get("size")).toMatchObject({ kind: 6, detail: "int" });
	expect(members.get("area")).toMatchObject({ kind: 10, detail: "property" });
	expect((await items("items.app|")).get("append")).toMatchObject({ kind: 3 });
	expect((await items("mat|")).get("math")).toMatchObject({ kind: 9, detail: "module math" });
	expect((await items("Thi|")).get("Thing")).toMatchObject({ kind: 7 });
	expect((await items("impor|")).get("import")).toMatchObject({ kind: 14 });
	const resolved = await rpc.sendRequest<Item>("completionItem/resolve", members.get("grow"));
	expect(resolved.documentation?.value).toContain("Makes it larger.");
	expect(resolved).toMatchObject({ label: members.get("grow")!.label });

	const help = async (text: string) => rpc.sendRequest("textDocument/signatureHelp", await at(text));
	expect(await help("x = make(1, |")).toEqual({
		signatures: [
			{
				label: "make(a, b=2, *more, key=None, **rest)",
				parameters: [
					[5, 6],
					[8, 11],
					[13, 18],
					[20, 28],
					[30, 36],
				].map((label) => ({ label })),
				documentation: { kind: "plaintext", value: "Makes one." },
			},
		],
		activeSignature: 0,
		activeParameter: 1,
	});
	expect(await help("make(1, 2, 3, 4|")).toMatchObject({ activeParameter: 2 });
	expect(await help("make(key=|")).toMatchObject({ activeParameter: 3 });
	expect(await help("q.grow(\n    2|")).toMatchObject({ activeParameter: 0 });
	expect(await help("nothing(|")).toBeNull();
	expect(await help("x = 1|")).toBeNull();

	const hover = async (text: string) =>
		(await rpc.sendRequest<{ contents: { value: string } } | null>("textDocument/hover", await at(text)))
			?.contents.value;
	expect(await hover("q|.grow(1)")).toContain("Thing");
	// The left side of an assignment, and code that is being written.
	expect(await hover("ite|ms = [1, 2")).toContain("list");
	expect(await hover("make(q.gr|ow(")).toContain("Makes it larger.");
});

test("columns stand where a frame takes them, and never files", async () => {
	const { rpc, uri, run, open, server } = await editorBeside();
	writeFileSync(join(server.folder, "city.csv"), "");
	await open(
		"# %%\nimport pandas as pd\ndf = pd.DataFrame({'city': ['a'], 'price': [1.5]}, index=pd.Index([1], name='day'))\n",
	);
	await run("ipyai.runCell", { uri, line: 1 });
	let documents = 0;
	const complete = async (text: string) => {
		const document = { uri: `${uri}.${++documents}`, languageId: "python", version: 1, text };
		await rpc.sendNotification("textDocument/didOpen", { textDocument: document });
		const { items } = await rpc.sendRequest<{ items: { label: string; detail?: string }[] }>(
			"textDocument/completion",
			{ textDocument: { uri: document.uri }, position: { line: 0, character: text.length } },
		);
		return items.map(({ label, detail }) => `${label} ${detail}`);
	};
	const columns = ["city str", "price float64"].map((each) =>
		expect.stringMatching(each.replace("str", "(str|object)")),
	);
	for (const text of ['df["', 'df[["', 'df[["city", "', 'df.loc[:, "'])
		expect(await complete(text), text).toEqual(columns);
	for (const text of ['df.groupby("', 'df.sort_values(by=["', 'df.query("'])
		expect(await complete(text), text).toEqual([...columns, "day index"]);
	expect(await complete('df[["c')).toEqual(columns.slice(0, 1));
	for (const text of ['df.loc["ci', 'df.head().groupby("ci', 'df.loc[df["price"] > 1, "'])
		expect(
			(await complete(text)).filter((each) => each.includes("csv")),
			text,
		).toEqual([]);
});
