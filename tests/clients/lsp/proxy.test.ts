/** The proxy between an editor and servers that do what a test says, all in memory. */
import { type Duplex, duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { type ProxyOptions, runProxy } from "../../../clients/lsp/proxy.ts";
import { aiShellVersion } from "../../../protocol/version.ts";
import { type Message, type RawClient, rawClient } from "../../support/rawClient.ts";

type FakeServer = RawClient & { readonly stream: Duplex; readonly how: "connect" | "replace" | "own" };

const start = (overrides: Partial<ProxyOptions> = {}) => {
	const servers: FakeServer[] = [];
	const waiting: (() => void)[] = [];
	const make = (how: FakeServer["how"]) => async () => {
		const [ours, theirs] = duplexPair();
		servers.push({ ...rawClient(theirs), stream: theirs, how });
		for (const each of waiting.splice(0)) each();
		return ours;
	};
	const [editorSide, proxySide] = duplexPair();
	const editor = rawClient(editorSide);
	const ended = new Promise<number>((resolve) =>
		runProxy({
			input: proxySide,
			output: proxySide,
			environment: { KEY: "value", UNSET: undefined },
			cwd: "/started/in",
			connect: make("connect"),
			replace: make("replace"),
			startOwn: make("own"),
			onEnd: resolve,
			...overrides,
		}),
	);
	const server = async (number: number): Promise<FakeServer> => {
		while (servers.length <= number) await new Promise<void>((resolve) => waiting.push(resolve));
		return servers[number]!;
	};
	/** Answers `initialize` as a server of this version of the protocol. */
	const greet = async (number: number, version = aiShellVersion) => {
		const one = await server(number);
		const { id } = await one.until(({ method }) => method === "initialize");
		one.send({ id: id!, result: { capabilities: { experimental: { aiShell: { version } } } } });
		return one;
	};
	const initialize = (params: object = {}) =>
		editor.send({ id: 0, method: "initialize", params: { capabilities: {}, ...params } });
	return { editor, editorSide, servers, server, greet, initialize, ended };
};

const methods = ({ received }: RawClient) =>
	received.flatMap(({ method }) => (method === undefined ? [] : [method]));
const paramsOf = async (client: RawClient, method: string) =>
	(await client.until((message) => message.method === method)).params as Record<string, never>;

test.each([
	[
		"its workspace folder",
		{ workspaceFolders: [{ uri: "file:///a%20b", name: "x" }], rootUri: "file:///c" },
		"/a b",
	],
	["its root", { workspaceFolders: null, rootUri: "file:///c" }, "/c"],
	["its root path", { rootUri: null, rootPath: "/d" }, "/d"],
	["no folder", { rootUri: null }, "/started/in"],
	["a folder elsewhere", { rootUri: "ssh://host/c" }, "/started/in"],
	["its own wish", { rootUri: "file:///c", initializationOptions: { aiShell: { cwd: "/e" } } }, "/e"],
])("the session's folder is that of an editor with %s", async (_name, params, cwd) => {
	const { initialize, greet } = start();
	initialize(params);
	const sent = await paramsOf(await greet(0), "initialize");
	expect(sent.initializationOptions).toEqual({ aiShell: { cwd, environment: { KEY: "value" } } });
});

test("what the editor says before the server is there is kept, in order", async () => {
	const { editor, initialize, greet } = start();
	initialize();
	editor.send({ method: "initialized", params: {} });
	editor.send({ id: 1, method: "textDocument/hover", params: {} });
	const server = await greet(0);
	await server.until(({ id }) => id === 1);
	expect(methods(server)).toEqual(["initialize", "initialized", "textDocument/hover"]);
	server.send({ id: 1, result: "answer" });
	expect(await editor.until(({ id }) => id === 1)).toMatchObject({ result: "answer" });
});

test("after a loss nothing is left open: requests, progress, the answer to a question of the old server", async () => {
	const { editor, initialize, greet, server } = start();
	initialize();
	const first = await greet(0);
	editor.send({
		method: "textDocument/didOpen",
		params: { textDocument: { uri: "a", languageId: "python", version: 1, text: "x" } },
	});
	first.send({ id: 6, method: "client/registerCapability", params: {} });
	await editor.until(({ method }) => method === "client/registerCapability");
	editor.send({ id: 6, result: null });
	editor.send({ id: 1, method: "textDocument/inlineCompletion", params: {} });
	editor.send({ id: "two", method: "workspace/executeCommand", params: {} });
	await first.until(({ id }) => id === "two");
	first.send({ id: 7, method: "window/showMessageRequest", params: {} });
	first.send({ method: "$/progress", params: { token: "t", value: { kind: "begin", title: "" } } });
	await editor.until(({ method }) => method === "$/progress");
	first.stream.destroy();
	expect(await editor.until(({ id }) => id === 1)).toMatchObject({ error: { code: -32801 } });
	expect(await editor.until(({ id }) => id === "two")).toMatchObject({ error: { code: -32603 } });
	await editor.until(({ params }) => (params as { value?: { kind?: string } })?.value?.kind === "end");

	const second = await server(1);
	editor.send({ id: 7, result: { title: "too late" } });
	editor.send({
		method: "textDocument/didChange",
		params: { textDocument: { uri: "a", version: 2 }, contentChanges: [{ text: "xy" }] },
	});
	editor.send({ id: 3, method: "textDocument/hover", params: {} });
	// In memory a few turns of the event loop bring all of it to the proxy, which has no server to hand it to yet.
	for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
	await greet(1);
	await second.until(({ id }) => id === 3);
	expect(methods(second)).toEqual([
		"initialize",
		"initialized",
		"textDocument/didOpen",
		"textDocument/hover",
	]);
	expect((await paramsOf(second, "textDocument/didOpen")).textDocument).toMatchObject({
		text: "xy",
		version: 2,
	});
	expect(second.received.some(({ id, method }) => id === 7 && method === undefined)).toBe(false);
	expect(methods(editor).filter((method) => method === "window/showMessage")).toHaveLength(1);
	expect(editor.received.filter(({ id }) => id === 0)).toHaveLength(1);

	second.send({ id: 9, method: "client/registerCapability", params: {} });
	await second.until(({ id, method }) => id === 9 && method === undefined);
	expect(methods(editor).filter((method) => method === "client/registerCapability")).toHaveLength(1);
});

test("a loss that cuts nothing off is no message; settings and folders are told again", async () => {
	const { editor, initialize, greet, server } = start();
	initialize();
	const first = await greet(0);
	const settings = { settings: { ipyai: { model: "m" } } };
	const folders = { event: { added: [{ uri: "file:///b", name: "b" }], removed: [] } };
	editor.send({ method: "workspace/didChangeConfiguration", params: { settings: {} } });
	editor.send({ method: "workspace/didChangeConfiguration", params: settings });
	editor.send({ method: "workspace/didChangeWorkspaceFolders", params: folders });
	await paramsOf(first, "workspace/didChangeWorkspaceFolders");
	first.stream.destroy();
	const second = await server(1);
	await greet(1);
	expect(await paramsOf(second, "workspace/didChangeWorkspaceFolders")).toEqual(folders);
	expect(await paramsOf(second, "workspace/didChangeConfiguration")).toEqual(settings);
	expect(methods(second)).toEqual([
		"initialize",
		"initialized",
		"workspace/didChangeConfiguration",
		"workspace/didChangeWorkspaceFolders",
	]);
	expect(methods(editor)).toEqual(["window/logMessage"]);
});

test("an answer goes to the question it was given to, never to one of the next server with the same number", async () => {
	const { editor, initialize, greet } = start();
	initialize();
	const first = await greet(0);
	first.send({ id: 1, method: "window/showMessageRequest", params: { message: "old" } });
	await editor.until(({ method }) => method === "window/showMessageRequest");
	first.stream.destroy();
	expect((await editor.until(({ method }) => method === "$/cancelRequest")).params).toEqual({ id: 1 });
	const second = await greet(1);
	second.send({ id: 1, method: "window/showMessageRequest", params: { message: "new" } });
	const asked = await editor.until(({ params }) => (params as { message?: string })?.message === "new");
	editor.send({ id: 1, result: { title: "Allow" } });
	editor.send({ id: asked.id!, result: { title: "Deny" } });
	expect(await second.until(({ id, method }) => id === 1 && method === undefined)).toMatchObject({
		result: { title: "Deny" },
	});
	second.send({ method: "$/cancelRequest", params: { id: 1 } });
	await editor.until(({ params }) => (params as { id?: unknown })?.id === asked.id);
});

test("what comes before `initialize` is refused, a second `initialize` too", async () => {
	const { editor, initialize, greet, ended } = start();
	editor.send({ id: 5, method: "textDocument/hover", params: {} });
	expect(await editor.until(({ id }) => id === 5)).toMatchObject({ error: { code: -32002 } });
	editor.send({ method: "textDocument/didOpen", params: {} });
	initialize();
	const server = await greet(0);
	await editor.until(({ id }) => id === 0);
	editor.send({ id: 6, method: "initialize", params: {} });
	expect(await editor.until(({ id }) => id === 6)).toMatchObject({ error: { code: -32600 } });
	editor.send({ method: "exit" });
	expect(await ended).toBe(1);
	expect(methods(server)).toEqual(["initialize", "exit"]);
});

test("an `initialize` that the server refuses may be sent once more", async () => {
	const { editor, initialize, greet, server } = start();
	initialize();
	const first = await server(0);
	const { id } = await first.until(({ method }) => method === "initialize");
	first.send({ id: id!, error: { code: -32602, message: "no" } });
	expect(await editor.until((message) => message.id === 0)).toMatchObject({ error: { message: "no" } });
	initialize();
	await greet(1);
	await editor.until(({ result }) => result !== undefined);
});

test("malformed notifications are the server's to refuse, and end nothing", async () => {
	const { editor, initialize, greet } = start();
	initialize();
	const server = await greet(0);
	for (const method of ["didOpen", "didChange", "didClose"])
		for (const params of [
			undefined,
			{},
			{ textDocument: null },
			{ textDocument: { uri: "a" }, contentChanges: 7 },
		])
			for (const noun of ["textDocument", "notebookDocument"])
				editor.send({ method: `${noun}/${method}`, ...(params ? { params } : {}) });
	editor.send("[]");
	editor.send({ id: 1, method: "textDocument/hover", params: {} });
	await server.until(({ id }) => id === 1);
});

test("an editor that waits for a server that is lost meanwhile is heard again", async () => {
	const { editor, initialize, server } = start();
	initialize();
	const first = await server(0);
	const { id } = await first.until(({ method }) => method === "initialize");
	first.send({
		id: id!,
		result: { capabilities: { experimental: { aiShell: { version: aiShellVersion } } } },
	});
	await editor.until((message) => message.id === 0);
	// It does not read any more: the editor is made to wait.
	first.stream.pause();
	const text = "x".repeat(100_000);
	for (let version = 1; version < 10; version++)
		editor.send({
			method: "textDocument/didOpen",
			params: { textDocument: { uri: "a", languageId: "p", version, text } },
		});
	editor.send({ id: 1, method: "textDocument/hover", params: {} });
	for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
	first.stream.destroy();
	const second = await server(1);
	const again = await second.until(({ method }) => method === "initialize");
	second.send({
		id: again.id!,
		result: { capabilities: { experimental: { aiShell: { version: aiShellVersion } } } },
	});
	await second.until((message) => message.id === 1);
});

test("`shutdown` is answered though the server is lost, and no other is started", async () => {
	const { editor, initialize, greet, servers, ended } = start();
	initialize();
	const server = await greet(0);
	editor.send({ id: 1, method: "shutdown" });
	await server.until(({ method }) => method === "shutdown");
	server.stream.destroy();
	expect(await editor.until(({ id }) => id === 1)).toMatchObject({ result: null });
	editor.send({ method: "exit" });
	expect(await ended).toBe(0);
	expect(servers).toHaveLength(1);
});

test("a server lost during the handshake is replaced without a word", async () => {
	const { editor, initialize, greet, server } = start();
	initialize();
	const first = await server(0);
	await first.until(({ method }) => method === "initialize");
	first.stream.destroy();
	await greet(1);
	await editor.until(({ id }) => id === 0);
	expect(methods(editor)).toEqual([]);
});

test("an older server makes room, a newer one is left alone", async () => {
	for (const [version, how] of [
		[aiShellVersion - 1, "replace"],
		[aiShellVersion + 1, "own"],
	] as const) {
		const { editor, initialize, greet, servers } = start();
		initialize();
		await greet(0, version);
		const second = await greet(1);
		await editor.until(({ id }) => id === 0);
		expect(servers.map((server) => server.how)).toEqual(["connect", how]);
		expect(editor.received).toHaveLength(1);
		expect(methods(second)).toEqual(["initialize"]);
	}
});

test("no server at all: initialize fails with the reason", async () => {
	const { editor, initialize, ended } = start({
		connect: async () => {
			throw new Error("There is no server: because.");
		},
	});
	initialize();
	expect(await editor.until(({ id }) => id === 0)).toMatchObject({
		error: { message: "There is no server: because." },
	});
	expect(await ended).toBe(1);
});

test("a server that is lost again and again is given up", async () => {
	const { editor, initialize, greet, ended } = start();
	initialize();
	for (let round = 0; round < 4; round++) (await greet(round)).stream.destroy();
	expect(await ended).toBe(1);
	const said = editor.received.filter(({ method }) => method === "window/showMessage");
	expect((said.at(-1) as Message & { params: { message: string } }).params.message).toContain(
		"several times",
	);
});

test("frames come through whole, however they are cut", async () => {
	const { editor, editorSide, initialize, greet } = start();
	initialize();
	const server = await greet(0);
	const body = JSON.stringify({ jsonrpc: "2.0", method: "x/y", params: { text: "ü€😀".repeat(50) } });
	const bytes = Buffer.from(`Content-Type: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
	const frames = Buffer.concat([bytes, bytes, bytes]);
	for (let at = 0; at < frames.length; at += 7) editorSide.write(frames.subarray(at, at + 7));
	editor.send({ id: 1, method: "z", params: {} });
	await server.until(({ id }) => id === 1);
	expect(methods(server)).toEqual(["initialize", "x/y", "x/y", "x/y", "z"]);
});
