/** What an editor gets that knows LSP and nothing of ours: vscode-languageserver-protocol's client, a server in memory. */
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import {
	CancellationTokenSource,
	type ClientCapabilities,
	createProtocolConnection,
	type InitializeResult,
	type ProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import type { Backend } from "../../../server/backends/backend.ts";
import { until } from "../../support/kernel.ts";
import {
	callTool,
	failAfter,
	hangAfter,
	type Script,
	say,
	scriptedBackend,
} from "../../support/scriptedBackend.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const everything: ClientCapabilities = {
	window: { workDoneProgress: true, showMessage: {} },
	workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
	// From a version that is not there yet.
	...({
		textDocument: {
			hover: { contentFormat: ["markdown", "plaintext"] },
			telepathy: { dynamicRegistration: true },
		},
	} as object),
};

type Told = { method: string; params: unknown };
/** Which button a person takes, `null` for none. */
type Asked = (message: string) => string | null | Promise<never>;

const connect = async (
	server: TestServer,
	capabilities: ClientCapabilities = everything,
	settings: object = {},
	onAsked: Asked | null = () => null,
	workspaceFolders: readonly object[] | null = null,
) => {
	const stream = server.open();
	const rpc = createProtocolConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
	const told: Told[] = [];
	rpc.onNotification("window/showMessage", (params) => {
		told.push({ method: "window/showMessage", params });
	});
	const tokens: string[] = [];
	rpc.onRequest("window/workDoneProgress/create", ({ token }) => {
		tokens.push(token);
		rpc.onProgress({} as never, token, (value) => {
			told.push({ method: "$/progress", params: value });
		});
		return null;
	});
	rpc.onRequest("workspace/configuration", ({ items }) => items.map(() => settings));
	rpc.onRequest("client/registerCapability", () => null);
	if (onAsked)
		rpc.onRequest("window/showMessageRequest", async ({ message }) => {
			const title = await onAsked(message);
			return title === null ? null : { title };
		});
	rpc.listen();
	onTestFinished(() => rpc.dispose());
	const { capabilities: offered }: InitializeResult = await rpc.sendRequest("initialize", {
		processId: null,
		rootUri: pathToFileURL(server.folder).href,
		capabilities,
		...(workspaceFolders ? { workspaceFolders } : {}),
	});
	await rpc.sendNotification("initialized", {});
	const uri = pathToFileURL(`${server.folder}/a.py`).href;
	const open = (text: string) =>
		rpc.sendNotification("textDocument/didOpen", {
			textDocument: { uri, languageId: "python", version: 1, text },
		});
	const run = (command: string, argument?: object) =>
		rpc.sendRequest<Record<string, unknown>>("workspace/executeCommand", {
			command,
			arguments: argument ? [argument] : [],
		});
	const shown = () =>
		told.flatMap(({ method, params }) =>
			method === "window/showMessage" ? [(params as { message: string }).message] : [],
		);
	return { rpc, offered, told, tokens, open, uri, run, shown };
};

const editorWith = async (backend: Backend, ...more: [ClientCapabilities?, object?]) => {
	const server = await startTestServer({ backends: [backend] });
	return { server, ...(await connect(server, ...more)) };
};

const editorBeside = async (
	scripts: Script[] = [],
	onAsked: Asked | null = () => null,
	capabilities: ClientCapabilities = everything,
) => {
	const session = await startKernelSession(scripts);
	return { ...session, ...(await connect(session.server, capabilities, {}, onAsked)) };
};

test.each([
	[["utf-8", "utf-16"], "utf-8", 8],
	[["utf-32"], "utf-32", 5],
	[["utf-7", "utf-16"], "utf-16", 6],
	[undefined, undefined, 6],
])("of positions in %j it takes %s, in requests and in changes", async (offered, taken, character) => {
	const backend = scriptedBackend(say("1"));
	const editor = await editorWith(backend, offered ? { general: { positionEncodings: offered } } : {});
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
	await editor.rpc.sendRequest("textDocument/inlineCompletion", {
		textDocument: { uri: editor.uri },
		position: place,
		context: { triggerKind: 1 },
	});
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain("<prefix>😀a = </prefix>");
});

test("a prompt without any session: the answer as result and message, progress meanwhile", async () => {
	const { run, shown, told, tokens } = await editorWith(scriptedBackend(say("It is 42.")));
	expect(await run("ipyai.prompt", { text: "what is it?" })).toMatchObject({
		answer: "It is 42.",
		stopReason: "endTurn",
	});
	await until(() => told.filter(({ method }) => method === "$/progress").length >= 3);
	expect(shown()).toEqual(["It is 42."]);
	expect(tokens).toHaveLength(1);
	expect(told.flatMap(({ method, params }) => (method === "$/progress" ? [params] : []))).toEqual([
		{ kind: "begin", title: "ipyai", cancellable: true },
		{ kind: "report", message: "It is 42." },
		{ kind: "end" },
	]);
});

test("prompts of one editor go on in one conversation, about the code they name", async () => {
	const backend = scriptedBackend(say("first"), say("second"));
	const { run, open, uri } = await editorWith(backend);
	await open("a = 1\nb = 2\n");
	const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } };
	const first = await run("ipyai.prompt", { text: "why?", uri, range });
	const second = await run("ipyai.prompt", { text: "and?" });
	expect(second.sessionId).toBe(first.sessionId);
	expect(backend.requests[1]!.transcript).toHaveLength(3);
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain(
		"a.py, lines 2 to 2:\\n```python\\nb = 2\\n```",
	);
});

test("cancelled by its token or by a person at the progress: the turn ends, the request is answered", async () => {
	const backend = scriptedBackend(hangAfter("so far"));
	const { rpc, run, tokens } = await editorWith(backend);
	const asked = run("ipyai.prompt", { text: "long?" });
	await until(() => backend.requests.length === 1);
	await rpc.sendNotification("window/workDoneProgress/cancel", { token: tokens[0]! });
	expect(await asked).toMatchObject({ stopReason: "cancelled" });

	const cancellation = new CancellationTokenSource();
	const params = { command: "ipyai.prompt", arguments: [{ text: "again?" }] };
	const again = rpc.sendRequest("workspace/executeCommand", params, cancellation.token);
	await until(() => backend.requests.length === 2);
	cancellation.cancel();
	await expect(again).rejects.toMatchObject({ code: -32800 });
	expect(backend.requests[1]!.signal.aborted).toBe(true);
});

test("cells of a file run in the folder's live session, whoever brought it", async () => {
	const { run, open, uri, shown, client } = await editorBeside();
	await open("# %%\nx = 20\n# %% second\nprint(x + 1)\nx * 2\n");
	expect(await run("ipyai.runCell", { uri, line: 1 })).toMatchObject({ status: "ok", text: "" });
	expect(await run("ipyai.runCell", { uri, line: 4 })).toMatchObject({ status: "ok", text: "21\n40" });
	await until(() => shown().length > 0);
	expect(shown()).toEqual(["21\n40"]);
	expect((await client.event("cellStarted")).code).toBe("x = 20");
});

test("of a cell that fails the fault is told first", async () => {
	const { run, open, uri, shown } = await editorBeside();
	await open("# %%\n1 / 0\n");
	expect(await run("ipyai.runCell", { uri, line: 1 })).toMatchObject({ status: "error" });
	await until(() => shown().length > 0);
	expect(shown()[0]).toMatch(
		/^ZeroDivisionError: division by zero\n\n-+\n[\s\S]*ZeroDivisionError: division by zero$/,
	);
});

test("code actions are answered at once; what comes of them is a message", async () => {
	const editor = await editorBeside([hangAfter("so far"), say("It is 42.")]);
	await editor.open("# %%\nimport time\nprint('on')\ntime.sleep(600)");
	const offered = await editor.rpc.sendRequest<{ command: string; arguments: object[] }[]>(
		"textDocument/codeAction",
		{
			textDocument: { uri: editor.uri },
			range: { start: { line: 1, character: 0 }, end: { line: 1, character: 6 } },
			context: { diagnostics: [] },
		},
	);
	const [ask, runCell] = offered.map(
		({ command, arguments: [argument] }) =>
			() =>
				editor.run(command, argument),
	);
	expect(await ask!()).toEqual({ sessionId: editor.sessionId });
	expect(await runCell!()).toEqual({ sessionId: editor.sessionId });
	await editor.client.event("cellOutput");
	await until(() => editor.backend.requests.length === 1);
	expect(await editor.run("ipyai.interrupt")).toEqual({ interrupted: true });
	await editor.client.event("turnFinished");
	await ask!();
	await until(() => editor.shown().includes("It is 42."));
	await until(() => editor.shown().some((text) => text.includes("KeyboardInterrupt")));
});

test("without a live Python a cell does not run, and it says what to do", async () => {
	const { run, open, uri, server } = await editorWith(scriptedBackend());
	await open("# %%\n1");
	await expect(run("ipyai.runCell", { uri })).rejects.toMatchObject({
		code: -32013,
		message: `No live Python of ${server.folder}: start ipyai in a terminal there.`,
	});
});

test("interrupts what runs", async () => {
	const { run, open, uri, client } = await editorBeside();
	await open("import time\nprint('on')\ntime.sleep(600)");
	const running = run("ipyai.runCell", { uri });
	await client.event("cellOutput");
	expect(await run("ipyai.interrupt")).toEqual({ interrupted: true });
	expect(await running).toMatchObject({ status: "interrupted" });
});

test.each([
	["Allow", "TOOL SAID: 42"],
	[null, "The person declined"],
] as const)("a tool is put before the person; %s", async (answer, expected) => {
	const asked: string[] = [];
	const { run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], (message) => {
		asked.push(message);
		return answer;
	});
	const { answer: said } = await run("ipyai.prompt", { text: "how much?" });
	expect(said).toMatch(new RegExp(expected, "i"));
	expect(asked).toEqual([
		"ipyai: the model wants to run pyrun:\n6 * 7\n(Always: run any Python code in this session without asking.)",
	]);
});

test("an editor that announces nothing of messages is asked too", async () => {
	const { run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], () => "Allow", {});
	expect((await run("ipyai.prompt", { text: "how much?" })).answer).toBe("TOOL SAID: 42");
});

test("of an editor that knows no message with buttons, a tool waits for others; with none there it is not run", async () => {
	const tool = callTool("pyrun", { code: "6 * 7" });
	const { client, sessionId, run, told } = await editorBeside([tool, tool], null);
	const answered = run("ipyai.prompt", { text: "how much?" });
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	expect((await answered).answer).toBe("TOOL SAID: 42");
	expect(JSON.stringify(told)).toContain("pyrun waits for your permission");
	await client.request("session/detach", { sessionId });
	expect((await run("ipyai.prompt", { text: "and now?" })).answer).toContain("nobody is there to give it");
});

const withActions: ClientCapabilities = { ...everything, textDocument: { codeAction: {} } };
const never = () => new Promise<never>(() => {});

/** Titles and commands of what is offered at the beginning of the editor's document. */
const offers = (editor: { rpc: ProtocolConnection; uri: string }) =>
	editor.rpc.sendRequest<{ title: string; command: string; arguments: object[] }[]>(
		"textDocument/codeAction",
		{
			textDocument: { uri: editor.uri },
			range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
			context: { diagnostics: [] },
		},
	);

test.each([
	["Allow pyrun: 6 * 7", "TOOL SAID: 42"],
	["Deny pyrun: 6 * 7", "The person declined"],
])("a message with buttons that nobody answers: the code action %s does", async (title, expected) => {
	const editor = await editorBeside([callTool("pyrun", { code: "6 * 7" })], never, withActions);
	const answered = editor.run("ipyai.prompt", { text: "how much?" });
	await editor.client.event("approvalAsked");
	const offered = await offers(editor);
	expect(offered.map((one) => one.title)).toEqual([
		"Allow pyrun: 6 * 7",
		"Always: run any Python code in this session without asking",
		"Deny pyrun: 6 * 7",
	]);
	const {
		command,
		arguments: [argument],
	} = offered.find((one) => one.title === title)!;
	expect(await editor.run(command, argument)).toEqual({ answered: true });
	expect((await answered).answer).toMatch(new RegExp(expected, "i"));
	expect(await offers(editor)).toEqual([]);
	expect(await editor.run("ipyai.allow")).toEqual({ answered: false });
	await until(() => editor.shown().includes("No tool waits for your permission."));
});

test("a question is put once and stays, though other work of the editor ends meanwhile", async () => {
	const asked: string[] = [];
	const editor = await editorBeside([callTool("pyrun", { code: "6 * 7" })], (message) => {
		asked.push(message);
		return never();
	});
	await editor.open("# %%\nimport time\nprint('on')\ntime.sleep(600)");
	const cell = editor.run("ipyai.runCell", { uri: editor.uri });
	await editor.client.event("cellOutput");
	const answered = editor.run("ipyai.prompt", { text: "how much?" });
	await until(async () => (await offers(editor)).some(({ title }) => title.startsWith("Allow")));
	await editor.client.request("cell/interrupt", { sessionId: editor.sessionId });
	await cell;
	await editor.run("ipyai.allow");
	expect((await answered).answer).toBe("TOOL SAID: 42");
	expect(asked).toHaveLength(1);
});

test("of a question of others an editor knows only while it takes part", async () => {
	const editor = await editorBeside([callTool("pyrun", { code: "6 * 7" })], never, withActions);
	const { client, sessionId } = editor;
	await editor.open("# %%\nimport time\nprint('on')\ntime.sleep(600)");
	const cell = editor.run("ipyai.runCell", { uri: editor.uri });
	await client.event("cellOutput");
	await editor.send("how much?");
	const isOffered = async () => (await offers(editor)).some(({ title }) => title.startsWith("Allow"));
	await until(isOffered);
	await client.request("cell/interrupt", { sessionId });
	await cell;
	expect(await isOffered()).toBe(false);
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "deny" });
	await client.event("turnFinished");
});

test("commands on keys answer too, once and for all if so wished", async () => {
	const tool = callTool("pyrun", { code: "6 * 7" });
	const editor = await editorBeside([tool, tool, tool], never);
	const { run } = editor;
	const first = run("ipyai.prompt", { text: "how much?" });
	await until(async () => (await offers(editor)).length > 0);
	await run("ipyai.deny");
	expect((await first).answer).toMatch(/declined/);
	const second = run("ipyai.prompt", { text: "how much?" });
	await until(async () => (await offers(editor)).length > 0);
	await run("ipyai.allow", { always: true });
	expect((await second).answer).toBe("TOOL SAID: 42");
	expect((await run("ipyai.prompt", { text: "how much?" })).answer).toBe("TOOL SAID: 42");
});

test("a person who does not answer is told once where to, and the question is taken back when it is answered", async () => {
	const cancelled = Promise.withResolvers<void>();
	const { client, sessionId, run, rpc, shown } = await editorBeside(
		[callTool("pyrun", { code: "6 * 7" })],
		null,
		withActions,
	);
	rpc.onRequest("window/showMessageRequest", (_, token) => {
		token.onCancellationRequested(() => cancelled.resolve());
		return never();
	});
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	onTestFinished(() => void vi.useRealTimers());
	const answered = run("ipyai.prompt", { text: "how much?" });
	const { approvalId } = await client.event("approvalAsked");
	expect(shown()).toEqual([]);
	vi.advanceTimersByTime(60_000);
	await client.request("permission/answer", { sessionId, approvalId, decision: "deny" });
	vi.useRealTimers();
	await cancelled.promise;
	await answered;
	expect(shown()[0]).toBe(
		"ipyai: pyrun still waits for your permission: answer the question, take the code action Allow or Deny, or answer in a terminal (ipyai -r).",
	);
	expect(shown()).toHaveLength(2);
});

test("an editor without such messages that has code actions is told, and answers by them", async () => {
	const tool = callTool("pyrun", { code: "6 * 7" });
	const editor = await editorBeside([tool, tool], null, withActions);
	await editor.client.request("session/detach", { sessionId: editor.sessionId });
	for (const round of [1, 2]) {
		const answered = editor.run("ipyai.prompt", { text: "how much?" });
		const told = () => editor.shown().filter((text) => text.startsWith("ipyai: may pyrun run?"));
		await until(() => told().length === round);
		expect(told()[0]).toBe("ipyai: may pyrun run? A code action allows or denies it: \n6 * 7");
		await editor.run("ipyai.allow");
		expect((await answered).answer).toBe("TOOL SAID: 42");
	}
});

test("alone with a tool, an editor that turns out not to know messages with buttons is not said to have declined", async () => {
	const { client, sessionId, run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], null);
	await client.request("session/detach", { sessionId });
	expect((await run("ipyai.prompt", { text: "how much?" })).answer).toContain("nobody is there to give it");
});

test("offers to ask and to run", async () => {
	const { rpc, open, uri } = await editorBeside();
	await open("# %%\nx = 1\n");
	const actions = async (line: number, character: number, diagnostics: object[] = [], only?: string[]) => {
		const range = { start: { line, character: 0 }, end: { line, character } };
		const found: { title: string }[] = await rpc.sendRequest("textDocument/codeAction", {
			textDocument: { uri },
			range,
			context: { diagnostics, ...(only ? { only } : {}) },
		});
		return found.map(({ title }) => title);
	};
	expect(await actions(1, 0)).toEqual(["Run cell in ipyai"]);
	expect(await actions(1, 3)).toEqual(["Ask ipyai about this", "Run cell in ipyai"]);
	expect(await actions(1, 0, [{ message: "no such name" }])).toEqual([
		"Ask ipyai about: no such name",
		"Run cell in ipyai",
	]);
	expect(await actions(1, 3, [], ["source.organizeImports"])).toEqual([]);
	expect(await actions(1, 0, [], ["quickfix"])).toEqual([]);
	expect((await actions(1, 0, [{ message: "no such name" }], ["quickfix"]))[0]).toBe(
		"Ask ipyai about: no such name",
	);
});

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

test("cells above in a notebook are context of a completion in it", async () => {
	const backend = scriptedBackend(say("1"));
	const { rpc, server } = await editorWith(backend);
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
		await rpc.sendRequest("textDocument/inlineCompletion", {
			textDocument: { uri: cell(id).document },
			position: { line: 0, character: 4 },
			context: { triggerKind: 1 },
		});
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

test("the editor's settings choose the models", async () => {
	const backend = scriptedBackend(say("1"));
	const { rpc, open, uri, run } = await editorWith(backend, everything, {
		model: "wished-1",
		completionModel: "wished-mini",
		somethingElse: true,
	});
	await open("x = ");
	await rpc.sendRequest("textDocument/inlineCompletion", {
		textDocument: { uri },
		position: { line: 0, character: 4 },
		context: { triggerKind: 1 },
	});
	await run("ipyai.prompt", { text: "hi" });
	expect(backend.requests.map(({ model }) => model)).toEqual(["wished-mini", "wished-1"]);
});

test("where suggestions are to come only when asked for, none comes by itself", async () => {
	const backend = scriptedBackend(say("1"));
	const { rpc, open, uri } = await editorWith(backend, everything, { automaticSuggestions: false });
	await open("x = ");
	const ask = (triggerKind: 1 | 2) =>
		rpc.sendRequest<{ items: unknown[] }>("textDocument/inlineCompletion", {
			textDocument: { uri },
			position: { line: 0, character: 4 },
			context: { triggerKind },
		});
	expect((await ask(2)).items).toHaveLength(0);
	expect((await ask(1)).items).toHaveLength(1);
});

test("settings that are sent empty are not made; a backend that is not there is told by its name", async () => {
	const backend = scriptedBackend(say("1"));
	const complete = async (settings: object) => {
		const { rpc, open, uri } = await editorWith(backend, everything, settings);
		await open("x = ");
		return rpc.sendRequest("textDocument/inlineCompletion", {
			textDocument: { uri },
			position: { line: 0, character: 4 },
			context: { triggerKind: 1 },
		});
	};
	await complete({ backend: "", model: "", completionModel: " " });
	expect(backend.requests.map(({ model }) => model)).toEqual([backend.defaultCompletionModel]);
	await expect(complete({ backend: "claud" })).rejects.toThrow('No backend "claud".');
});

test("a wrong setting is told and not used; wrong parameters are the editor's fault", async () => {
	const { rpc, run, shown } = await editorWith(scriptedBackend(say("1")), everything, { model: 7 });
	await until(() => shown().length > 0);
	expect(shown()[0]).toContain("ipyai.model");
	await expect(run("ipyai.prompt", { txt: "?" })).rejects.toMatchObject({ code: -32602 });
	await expect(run("ipyai.unknown")).rejects.toMatchObject({ code: -32602 });
	await expect(rpc.sendRequest("textDocument/codeAction", { textDocument: {} })).rejects.toMatchObject({
		code: -32602,
	});
	expect(await run("ipyai.completionStatistics")).toEqual({
		fromCache: 0,
		modelRequests: 0,
		dropped: 0,
		shown: 0,
		partiallyAccepted: 0,
	});
});

test("of several folders a file's own counts, also one that comes later, and by whatever path", async () => {
	const server = await startTestServer({ backends: [scriptedBackend()] });
	const folders = ["a", "b", "b/inner", "c"].map((name) => join(realpathSync(server.folder), name));
	const [a, b, inner, c] = folders as [string, string, string, string];
	for (const folder of folders) mkdirSync(folder);
	const link = join(server.folder, "link");
	symlinkSync(b, link);
	const terminal = await server.connect();
	const sessions: Record<string, string> = {};
	for (const [at, cwd] of [a, inner].entries()) {
		const { state } = await terminal.request("session/new", {
			requestId: `${at}`,
			cwd,
			kernel: null,
			settings: {},
		});
		sessions[state.sessionId] = cwd;
	}
	const root = (folder: string) => ({ uri: `${pathToFileURL(folder).href}/`, name: folder });
	const { rpc, run } = await connect(server, everything, {}, null, [root(a), root(link)]);
	/** The folder of the session that a prompt about a file goes to. */
	const sessionOf = async (path: string) => {
		const uri = pathToFileURL(path).href;
		const textDocument = { uri, languageId: "python", version: 1, text: "x" };
		await rpc.sendNotification("textDocument/didOpen", { textDocument });
		const { sessionId } = await run("ipyai.prompt", { text: "?", uri });
		return sessions[sessionId as string] ?? "its own";
	};
	expect(await sessionOf(join(a, "x.py"))).toBe(a);
	expect(await sessionOf(join(link, "inner/x.py"))).toBe(inner);
	expect(await sessionOf(join(b, "x.py"))).toBe("its own");
	expect(await sessionOf(join(c, "x.py"))).toBe(a);
	const event = { added: [root(c)], removed: [root(a)] };
	await rpc.sendNotification("workspace/didChangeWorkspaceFolders", { event });
	expect(await sessionOf(join(c, "y.py"))).toBe("its own");
});

test("beside a session the editor is a visitor: keys are those of the session's shell", async () => {
	const backend = scriptedBackend(say("1"));
	const server = await startTestServer({ backends: [backend] });
	const terminal = await server.connect({ environment: { KEY: "of the terminal" } });
	await terminal.request("session/new", { requestId: "n", cwd: server.folder, kernel: null, settings: {} });
	const { run, open, rpc, uri } = await connect(server);
	await run("ipyai.prompt", { text: "hi" });
	await open("x = ");
	await rpc.sendRequest("textDocument/inlineCompletion", {
		textDocument: { uri },
		position: { line: 0, character: 4 },
		context: { triggerKind: 1 },
	});
	expect(backend.requests.map(({ environment }) => environment.KEY)).toEqual([
		"of the terminal",
		"of the terminal",
	]);
	const { state } = await terminal.request("session/attach", {
		ref: { cwd: server.folder },
		role: "controller",
		since: null,
	});
	expect(state.participants.map(({ name }) => name)).toEqual(["test"]);
});

test("an editor that dies lets go of the model and of the session", async () => {
	const backend = scriptedBackend(hangAfter("x"));
	const { rpc, open, uri } = await editorWith(backend);
	await open("x = ");
	void rpc
		.sendRequest("textDocument/inlineCompletion", {
			textDocument: { uri },
			position: { line: 0, character: 4 },
			context: { triggerKind: 1 },
		})
		.catch(() => {}); // it never comes
	await until(() => backend.requests.length === 1);
	void rpc.sendNotification("exit");
	await until(() => backend.requests[0]!.signal.aborted);
});

test("a turn that outlives the editor that began it ends as any other", async () => {
	const pondering = () => new Promise<never>(() => {});
	const { client, sessionId, rpc, run } = await editorBeside(
		[callTool("pyrun", { code: "6 * 7" })],
		pondering,
	);
	run("ipyai.prompt", { text: "how much?" }).catch(() => {}); // it never comes
	const { approvalId } = await client.event("approvalAsked");
	void rpc.sendNotification("exit");
	await client.event("participantLeft");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	expect((await client.event("turnFinished")).stopReason).toBe("endTurn");
	const notices = client.updates.filter(
		({ kind, ...rest }) => kind === "hint" && /notice/.test(JSON.stringify(rest)),
	);
	expect(notices).toEqual([]);
});

test("what goes wrong with suggestions that nobody asked for is said once; to a person who asks, always", async () => {
	const { rpc, open, uri, shown } = await editorWith(scriptedBackend(failAfter("", "The key was refused.")));
	await open("x = ");
	const ask = (triggerKind: 1 | 2) =>
		rpc.sendRequest("textDocument/inlineCompletion", {
			textDocument: { uri },
			position: { line: 0, character: 4 },
			context: { triggerKind },
		});
	expect(await ask(2)).toEqual({ items: [] });
	expect(await ask(2)).toEqual({ items: [] });
	await expect(ask(1)).rejects.toMatchObject({ message: "The key was refused." });
	expect(shown()).toEqual(["The key was refused."]);
});
