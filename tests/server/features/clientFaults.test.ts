/** What a client gets wrong is answered as its fault, in a sentence, and nothing else feels it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Message, type RawClient, rawClient } from "../../support/rawClient.ts";
import { failAfter, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

type Raw = RawClient & { request(method: string, params?: unknown): Promise<Message> };

/** A client that speaks frames by hand, after its handshake. */
const connect = async (server: TestServer, capabilities: object = {}): Promise<Raw> => {
	const client = rawClient(server.open());
	let id = 0;
	const request = async (method: string, params?: unknown) => {
		const own = ++id;
		client.send({ id: own, method, params });
		return client.until((message) => message.id === own && message.method === undefined);
	};
	const aiShell = { name: "raw", cwd: server.folder, environment: { HOME: server.folder } };
	await request("initialize", { capabilities, initializationOptions: { aiShell } });
	client.send({ method: "initialized" });
	return { ...client, request };
};

const newSession = async (client: Raw, cwd: string): Promise<string> => {
	const params = { requestId: nextRequestId(), cwd, kernel: null, settings: {} };
	const { result } = await client.request("session/new", params);
	return (result as { state: { sessionId: string } }).state.sessionId;
};

test.each([undefined, null, []])(
	"params of %j are none: enough where nothing is required",
	async (params) => {
		const client = await connect(await startTestServer());
		expect(await client.request("backend/list", params)).toMatchObject({ result: { backends: [{}] } });
		expect(await client.request("session/list", params)).toMatchObject({ result: { sessions: [] } });
		for (const method of ["session/new", "model/list", "textDocument/hover", "textDocument/inlineCompletion"])
			expect(await client.request(method, params)).toMatchObject({ error: { code: -32602 } });
		expect(await client.request("nothing/such", params)).toMatchObject({ error: { code: -32601 } });
		for (const method of [
			"textDocument/didOpen",
			"textDocument/didShowCompletion",
			"$/setTrace",
			"what/ever",
		])
			client.send({ method, params });
		expect(await client.request("session/list", {})).toHaveProperty("result");
	},
);

test("a name of a million letters is neither searched nor told again, whatever it names", async () => {
	const server = await startTestServer();
	const client = await connect(server);
	const sessionId = await newSession(client, server.folder);
	const long = "session/lis".repeat(100_000);
	const command = { sessionId, requestId: nextRequestId(), line: `${long.slice(0, 900_000)} x` };
	for (const [method, params] of [
		[long, {}],
		["model/list", { backend: long }],
		["session/configure", { sessionId, requestId: "r", settings: { backend: long } }],
		["session/attach", { ref: { sessionId: long }, role: "observer", since: null }],
		["session/list", { search: long, cursor: long }],
		["workspace/executeCommand", { command: long }],
		["textDocument/hover", { textDocument: { uri: long }, position: { line: 0, character: 0 } }],
		["notebook/load", { sessionId, requestId: "l", path: long, run: false }],
		["command/run", command],
	] as const) {
		const { error, result } = await client.request(method, params);
		expect(JSON.stringify(error ?? result).length, method.slice(0, 50)).toBeLessThan(2500);
		if (method !== "command/run") expect([-32601, -32602]).toContain(error?.code);
	}
});

test("ninety thousand names in one text are looked up as far as a person could mean them", async () => {
	const { client, sessionId } = await startKernelSession();
	const text = Array.from({ length: 90_000 }, (_, at) => `$n${at}`).join(" ");
	const { warnings } = await client.request("context/preview", { sessionId, text });
	expect(warnings).toEqual([expect.stringMatching(/^\$`n100` and \d+ more were not looked up/)]);
});

test("an id that was used for one method is refused for another, and repeated for its own", async () => {
	const { server, client, sessionId, run } = await startKernelSession([say("yes")]);
	const twice = async (method: "cell/execute" | "session/prompt", requestId: string) => {
		const params =
			method === "cell/execute" ? { code: "1" } : { content: [{ kind: "text" as const, text: "hi" }] };
		return client.request(method as "cell/execute", { sessionId, requestId, ...params } as never);
	};
	const first = await twice("cell/execute", "a");
	expect(await twice("cell/execute", "a")).toEqual(first);
	await expect(twice("session/prompt", "a")).rejects.toMatchObject({
		code: -32602,
		message: expect.stringContaining("requestId a was used for cell/execute already"),
	});
	const title = { sessionId, requestId: "a", title: "t" };
	await expect(client.request("session/rename", title)).rejects.toMatchObject({ code: -32602 });
	await expect(client.request("session/delete", { sessionId, requestId: "a" })).rejects.toMatchObject({
		code: -32602,
	});
	await client.request("session/new", { requestId: "n", cwd: server.folder, kernel: null, settings: {} });
	await expect(client.request("session/import", { requestId: "n", path: "x" })).rejects.toMatchObject({
		code: -32602,
	});
	expect((await run("1 + 1")).text).toBe("2\n");
});

test("outputs are read in the session that they are of", async () => {
	const { server, client, sessionId, run } = await startKernelSession();
	await run("print('😀' * 700_000)");
	const { output } = await client.event("cellOutput", (event) => event.output.kind === "omitted");
	const { blobId } = output as { blobId: string };
	const piece = { blobId, offset: 0, maxChars: 101 };
	const { text } = await client.request("output/read", { sessionId, ...piece });
	expect(text).toBe("😀".repeat(50));
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	for (const wrong of [
		{ sessionId: state.sessionId },
		{ sessionId, blobId: "x" },
		{ sessionId, blobId: ".." },
	])
		await expect(client.request("output/read", { ...piece, ...wrong })).rejects.toMatchObject({
			code: -32015,
		});
	await expect(client.request("output/read", { ...piece, sessionId: "nobody" })).rejects.toMatchObject({
		code: -32010,
	});
	await expect(client.request("output/read", { ...piece, sessionId, blobId: "" })).rejects.toMatchObject({
		code: -32602,
	});
});

test("what names nothing that is there is told as that", async () => {
	const server = await startTestServer();
	const client = await connect(server);
	const sessionId = await newSession(client, server.folder);
	const requestId = "new";
	const file = join(server.folder, "notes.txt");
	writeFileSync(file, "mine");
	const code = async (method: string, params: unknown) => (await client.request(method, params)).error?.code;
	const made = { requestId, kernel: null, settings: {} };
	expect(await code("context/receipt", { sessionId: "nobody", turnId: "t" })).toBe(-32010);
	expect(await code("context/receipt", { sessionId, turnId: "t" })).toBe(-32015);
	expect(await code("session/new", { ...made, cwd: "rel" })).toBe(-32602);
	expect(await code("session/new", { ...made, cwd: join(server.folder, "gone") })).toBe(-32602);
	expect(await code("session/new", { ...made, cwd: file })).toBe(-32602);
	for (const path of [join(file, "x"), "a\0b", "y".repeat(300), "z".repeat(5000), server.folder]) {
		expect(await code("session/export", { sessionId, path })).toBe(-32602);
		expect(await code("session/import", { requestId: nextRequestId(), path })).toBe(-32602);
	}
	for (const path of [join(file, "x"), "a\0b", "y".repeat(300), "z".repeat(5000)])
		expect(await code("notebook/save", { sessionId, requestId: nextRequestId(), path })).toBe(-32602);
	expect(await client.request("session/export", { sessionId, path: "notes.txt" })).toMatchObject({
		error: { code: -32602, message: expect.stringContaining("no exported session") },
	});
	expect(await code("session/list", { search: "x".repeat(49_999) })).toBe(-32602);
	expect(
		await code("session/prompt", { sessionId, requestId, content: [{ kind: "text", text: " \n" }] }),
	).toBe(-32602);
});

test("a controller does not become an observer by the way", async () => {
	const server = await startTestServer();
	const client = await connect(server);
	const sessionId = await newSession(client, server.folder);
	const attach = (role: string) =>
		client.request("session/attach", { ref: { sessionId }, role, since: null });
	expect(await attach("observer")).toMatchObject({ error: { code: -32602 } });
	expect(await client.request("session/reset", { sessionId, requestId: "r" })).toMatchObject({ result: {} });
	await client.request("session/detach", { sessionId });
	expect(await attach("observer")).toHaveProperty("result");
	expect(await client.request("session/reset", { sessionId, requestId: "s" })).toMatchObject({
		error: { code: -32012 },
	});
	expect(await attach("controller")).toHaveProperty("result");
});

test.each(["notes.json", "."])("a kernel that cannot be reached is asked at once: %s", async (name) => {
	const server = await startTestServer();
	const client = await connect(server);
	writeFileSync(join(server.folder, "notes.json"), '{"transport": 7}');
	const kernel = { kind: "existing", connectionFile: join(server.folder, name), label: "python" };
	const params = { requestId: nextRequestId(), cwd: server.folder, kernel, settings: {} };
	const { result } = await client.request("session/new", params);
	const { sessionId } = (result as { state: { sessionId: string } }).state;
	const asked = [
		client.request("kernel/complete", { sessionId, code: "x", cursor: 1 }),
		client.request("kernel/inspect", { sessionId, code: "x", cursor: 1, detail: 0 }),
		client.request("kernel/isComplete", { sessionId, code: "x" }),
		client.request("kernel/history", { sessionId, limit: 1 }),
		client.request("kernel/variables", { sessionId }),
	];
	for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ error: { code: -32013 } });
});

test("a provider's refusal of a suggestion is the provider's", async () => {
	const refusal = "Provider refused: 400 temperature is not supported";
	const server = await startTestServer({ backends: [scriptedBackend(failAfter("", refusal))] });
	const client = await connect(server);
	const uri = "file:///a.py";
	client.send({ method: "textDocument/didOpen", params: { textDocument: python(uri, "x = ") } });
	const place = { textDocument: { uri }, position: { line: 0, character: 4 }, context: { triggerKind: 1 } };
	expect(await client.request("textDocument/inlineCompletion", place)).toMatchObject({
		error: { code: -32803, message: refusal },
	});
});

test("documents that are told of in a wrong way are not open, and the right ones stay so", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(say("1"))] });
	const client = await connect(server);
	const uri = "file:///a.py";
	const suggest = (line: number, at = uri) =>
		client.request("textDocument/inlineCompletion", {
			textDocument: { uri: at },
			position: { line, character: 0 },
			context: { triggerKind: 1 },
		});
	const open = (textDocument: unknown) =>
		client.send({ method: "textDocument/didOpen", params: { textDocument } });
	open({ ...python("file:///b.py", ""), text: 7 });
	open({ ...python("file:///c.py", ""), uri: 7 });
	open(null);
	open(python("file:///huge.py", "x".repeat(5_000_000)));
	for (const contentChanges of [7, [7], [{ text: 7 }], [{ range: 7, text: "" }], [{ range: {}, text: "" }]]) {
		open(python(uri, "a\nb"));
		const params = { textDocument: { uri, version: 2 }, contentChanges };
		client.send({ method: "textDocument/didChange", params });
		expect(await suggest(1)).toMatchObject({ error: { code: -32602 } });
	}
	open(python(uri, "a\nb"));
	client.send({ method: "textDocument/didClose", params: { textDocument: 7 } });
	client.send({ method: "notebookDocument/didOpen", params: { notebookDocument: { uri: 7 } } });
	client.send({ method: "notebookDocument/didChange", params: { change: { cells: 7 } } });
	client.send({ method: "workspace/didChangeWorkspaceFolders", params: { event: 7 } });
	client.send({ method: "workspace/didChangeConfiguration", params: { settings: { ipyai: 7 } } });
	for (const gone of ["file:///b.py", "file:///huge.py"])
		expect(await suggest(0, gone)).toMatchObject({ error: { code: -32602 } });
	expect(await suggest(1)).toMatchObject({ result: { items: [{ insertText: "1" }] } });
	for (const line of [2, 99, 2 ** 31 - 1])
		expect(await suggest(line)).toMatchObject({
			error: { code: -32602, message: expect.stringContaining("it has 2") },
		});
	expect(await suggest(2 ** 31)).toMatchObject({ error: { code: -32602 } });
	const hover = { textDocument: { uri: "file:///b.py" }, position: { line: 0, character: 0 } };
	expect(await client.request("textDocument/hover", hover)).toMatchObject({ result: null });
	expect(server.logged.filter((line) => line.startsWith("reading:"))).toEqual([]);
	// Whatever it was, it may have been a change.
	client.send("{ not JSON");
	expect(await suggest(1)).toMatchObject({ error: { code: -32602 } });
});

const python = (uri: string, text: string) => ({ uri, languageId: "python", version: 1, text });
