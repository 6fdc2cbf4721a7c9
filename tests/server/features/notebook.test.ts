import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { SessionEvent } from "../../../protocol/index.ts";
import { folderWith } from "../../support/folder.ts";
import { testPython } from "../../support/python.ts";
import { callTool, type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

const fixture = join(import.meta.dirname, "../../fixtures/ipyai-0.0.9/example.ipynb");

const validate = (path: string) =>
	execFileSync(testPython(), [
		"-W",
		"error",
		"-c",
		"import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))",
		path,
	]);

const withoutKernel = async (...scripts: readonly Script[]) => {
	const backend = scriptedBackend(...scripts);
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	return { backend, server, client, sessionId: state.sessionId };
};

const save = (client: TestClient, sessionId: string, path: string) =>
	client.request("notebook/save", { sessionId, requestId: nextRequestId(), path });
const load = (
	client: TestClient,
	sessionId: string,
	path: string,
	options: { run?: boolean | "ifOurs"; from?: number; trust?: boolean } = {},
) =>
	client.request("notebook/load", {
		sessionId,
		requestId: nextRequestId(),
		path,
		run: false,
		...options,
	});
const ask = async (client: TestClient, sessionId: string, text: string) => {
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: nextRequestId(),
		content: [{ kind: "text", text }],
	});
	await client.event("turnFinished", (event) => event.turnId === turnId);
};
const events = (client: TestClient): SessionEvent[] =>
	client.updates.flatMap((update) => (update.kind === "event" ? [update.event] : []));

test("a session is saved with outputs, notes and prompts, and loads back to the same bytes", async () => {
	const session = await startKernelSession([callTool("pyrun", { code: "sum(squares)" })], {
		permissions: "yolo",
	});
	const { client, sessionId, server } = session;
	await session.run('"""Squares & <cubes>"""');
	await session.run("squares = [n*n for n in range(5)]; squares");
	await session.run("import sys; print('a'); print('b', file=sys.stderr); print('c')");
	await session.ask("sum $`squares`");
	await session.run("%ipyai save x");
	await session.run(
		"from IPython.display import display, Image; import base64; display(Image(data=base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==')))",
	);
	await session.run("display({'application/json': {'a': [1]}, 'text/plain': 'é🤖'}, raw=True)");
	await session.run("1/0");
	const result = await save(client, sessionId, "analysis");
	const path = join(server.folder, "analysis.ipynb");
	expect(result).toEqual({ path, cells: 6, prompts: 1, withheld: 0 });
	validate(path);
	const bytes = readFileSync(path, "utf8");
	await save(client, sessionId, "analysis.ipynb");
	expect(readFileSync(path, "utf8")).toBe(bytes);
	expect(readdirSync(server.folder).filter((name) => name.includes("analysis"))).toEqual(["analysis.ipynb"]);

	const notebook = JSON.parse(bytes);
	expect(notebook.metadata).toMatchObject({
		ipyai_version: 1,
		solveit_ver: 2,
		solveit_dialog_mode: "standard",
	});
	expect(
		notebook.cells.map(
			(cell: { cell_type: string; source: string; metadata: { ipyai: { line: number } } }) => [
				cell.cell_type,
				cell.metadata.ipyai.line,
				cell.source.split("\n")[0],
			],
		),
	).toMatchInlineSnapshot(`
		[
		  [
		    "markdown",
		    1,
		    "Squares & <cubes>",
		  ],
		  [
		    "code",
		    2,
		    "squares = [n*n for n in range(5)]; squares",
		  ],
		  [
		    "code",
		    3,
		    "import sys; print('a'); print('b', file=sys.stderr); print('c')",
		  ],
		  [
		    "markdown",
		    4,
		    "sum $\`squares\`",
		  ],
		  [
		    "code",
		    6,
		    "from IPython.display import display, Image; import base64; display(Image(data=base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==')))",
		  ],
		  [
		    "code",
		    7,
		    "display({'application/json': {'a': [1]}, 'text/plain': 'é🤖'}, raw=True)",
		  ],
		  [
		    "code",
		    8,
		    "1/0",
		  ],
		]
	`);
	expect(
		notebook.cells[2].outputs.map((output: { name: string; text: string }) => [output.name, output.text]),
	).toMatchInlineSnapshot(`
		[
		  [
		    "stdout",
		    "a
		",
		  ],
		  [
		    "stderr",
		    "b
		",
		  ],
		  [
		    "stdout",
		    "c
		",
		  ],
		]
	`);
	expect(notebook.cells[3].metadata).toMatchObject({
		solveit_ai: true,
		ipyai: {
			kind: "prompt",
			history_line: 3,
			prompt: "sum $`squares`",
			full_prompt: expect.stringContaining("<note>Squares &amp; &lt;cubes&gt;</note>"),
		},
	});

	const other = await withoutKernel(say("It was 30."));
	expect(await load(other.client, other.sessionId, path)).toMatchObject({
		ours: false,
		ran: false,
		total: 7,
		cells: 6,
		prompts: 1,
		stopped: null,
	});
	await save(other.client, other.sessionId, join(other.server.folder, "again"));
	expect(readFileSync(join(other.server.folder, "again.ipynb"), "utf8")).toBe(bytes);
	await ask(other.client, other.sessionId, "what was it?");
	const sent = JSON.stringify(other.backend.requests[0]!.transcript);
	expect(sent).toContain("sum $`squares`");
	expect(sent).toContain('"results":[{"callId"');
	expect(sent).toContain("1/0");
});

test("the predecessor's notebook is run cell by cell until one fails, and goes on from the next", async () => {
	const session = await startKernelSession([say("Still 30.")]);
	const { client, sessionId, backend } = session;
	const first = await load(client, sessionId, fixture, { run: true });
	expect(first).toMatchObject({
		ours: false,
		ran: true,
		total: 7,
		cells: 4,
		prompts: 1,
		stopped: { cell: 5, status: "error" },
	});
	const failed = events(client).find(
		(event) => event.kind === "cellFinished" && event.cellId === first.stopped!.cellId,
	);
	expect(failed).toMatchObject({ status: "error" });
	expect(await load(client, sessionId, fixture, { run: true, from: 6 })).toMatchObject({
		cells: 0,
		prompts: 2,
		stopped: null,
	});
	expect(backend.requests).toHaveLength(0);
	expect((await session.run("sum(squares)")).text).toContain("30");
	await session.ask("and now?");
	const roles = backend.requests[0]!.transcript.map(({ role }) => role);
	expect(roles).toEqual(["user", "assistant", "user", "assistant", "user", "assistant", "user"]);
	const history = (await session.run("%history -n")).text;
	expect(history).toContain("6: .sum them");
	expect(history.indexOf(".what is in")).toBeLessThan(history.indexOf("1/0"));
});

test("what is only shown keeps its numbers in a fresh session, and the next input goes on after them", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, sessionId, backend } = session;
	await load(client, sessionId, fixture);
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 9 });
	expect(items.map(({ executionCount }) => executionCount)).toEqual([2, null, null, 5, null, 7, 9]);
	expect((await session.run("'squares' in globals()")).text).toContain("False");
	expect((await session.run("7")).executionCount).toBe(11);
	await session.ask("go on");
	const users = backend.requests[0]!.transcript.filter(({ role }) => role === "user");
	expect(users).toHaveLength(4);
	await load(client, sessionId, fixture);
	const again = await client.request("session/transcript", { sessionId, before: null, limit: 7 });
	expect(again.items.map(({ executionCount }) => executionCount)).toEqual(Array(7).fill(null));
});

test("any notebook loads: lines, older formats, Markdown as notes", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, sessionId, server, backend } = session;
	const path = join(server.folder, "any one.ipynb");
	const cells = [
		{ cell_type: "markdown", metadata: {}, source: ["# Squares\n", "of numbers"] },
		{ cell_type: "code", metadata: {}, source: ["n = 4\n", "n * n"], outputs: [], execution_count: 12 },
		{ cell_type: "raw", metadata: {}, source: "x" },
	];
	writeFileSync(path, `\ufeff${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 2 })}`);
	expect(await load(client, sessionId, "any one", { run: true })).toMatchObject({
		cells: 2,
		prompts: 0,
		skipped: 1,
		stopped: null,
	});
	await session.ask("what is it?");
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain(
		"<note># Squares\\nof numbers</note><code>n = 4\\nn * n</code><output>16</output>",
	);
});

test("what this machine wrote runs unasked, anything else only when it is told to trust it", async () => {
	const session = await startKernelSession();
	const { client, sessionId, server } = session;
	await session.run("a = 1");
	const { path } = await save(client, sessionId, "mine");
	await session.run("a = 2");
	expect(await load(client, sessionId, path, { run: "ifOurs" })).toMatchObject({ ours: true, ran: true });
	expect((await session.run("a")).text).toContain("1");
	const changed = join(server.folder, "changed.ipynb");
	writeFileSync(changed, readFileSync(path, "utf8").replace('"a = 1"', '"a = 5"'));
	expect(await load(client, sessionId, changed, { run: "ifOurs" })).toMatchObject({
		ours: false,
		ran: false,
	});
	expect((await session.run("a")).text).toContain("1");
	await load(client, sessionId, changed, { run: "ifOurs", trust: true });
	expect((await session.run("a")).text).toContain("5");
});

const longNotebook = (folder: string) => {
	const cells = ["a = 1", "import time; print('runs', flush=True); time.sleep(100)", "a = 2"].map(
		(source) => ({ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }),
	);
	const path = join(folder, "long.ipynb");
	writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }));
	return path;
};

test("an interrupt ends a load with the cell it hit", async () => {
	const session = await startKernelSession();
	const { client, sessionId, server } = session;
	const loading = load(client, sessionId, longNotebook(server.folder), { run: true });
	await client.event("cellOutput");
	await client.request("cell/interrupt", { sessionId });
	expect(await loading).toMatchObject({ cells: 2, stopped: { cell: 2, status: "interrupted" } });
	expect((await session.run("a")).text).toContain("1");
});

test("a cancelled load interrupts its cell, keeps what is in and lets the session go on", async () => {
	const session = await startKernelSession();
	const { client, sessionId, server } = session;
	const cancel = new AbortController();
	const path = longNotebook(server.folder);
	const loading = client.request(
		"notebook/load",
		{ sessionId, requestId: "load", path, run: true },
		{ signal: cancel.signal },
	);
	await client.event("cellOutput");
	await expect(load(client, sessionId, path)).rejects.toMatchObject({ code: -32017 });
	cancel.abort();
	await expect(loading).rejects.toMatchObject({ code: -32800 });
	expect(await client.event("cellFinished", ({ status }) => status !== "ok")).toMatchObject({
		status: "interrupted",
	});
	expect((await session.run("a")).text).toContain("1");
});

test("a kernel that dies ends the load at its cell", async () => {
	const session = await startKernelSession();
	const { client, sessionId, server } = session;
	const cells = ["a = 1", "import os; os._exit(1)", "a = 2"].map((source) => ({
		cell_type: "code",
		metadata: {},
		source,
		outputs: [],
		execution_count: null,
	}));
	const path = join(server.folder, "deadly.ipynb");
	writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }));
	const params = { sessionId, requestId: "once", path, run: true } as const;
	const told = await client.request("notebook/load", params);
	expect(told).toMatchObject({ cells: 2, stopped: { cell: 2, status: "lost" } });
	expect(await client.request("notebook/load", params)).toEqual(told);
});

test.each([
	["absent", null, -32015, "Notebook not found"],
	["no JSON", "hello", -32602, "not JSON"],
	["cut off", '{"cells": [', -32602, "cut off"],
	["an older format", '{"nbformat": 3, "worksheets": []}', -32602, "nbconvert"],
	["a broken cell", '{"cells": [{"source": 5}], "nbformat": 4}', -32602, "cell 1"],
])(
	"a file that is %s is refused by name and leaves the session as it is",
	async (_name, text, code, problem) => {
		const { client, sessionId, server } = await withoutKernel();
		const path = join(server.folder, "bad.ipynb");
		if (text !== null) writeFileSync(path, text);
		await expect(load(client, sessionId, path)).rejects.toMatchObject({
			code,
			message: expect.stringMatching(new RegExp(`bad\\.ipynb.*${problem}|${problem}.*bad\\.ipynb`)),
		});
		expect((await client.request("session/transcript", { sessionId, before: null, limit: 9 })).items).toEqual(
			[],
		);
	},
);

test("a folder is no notebook", async () => {
	const { client, sessionId, server } = await withoutKernel();
	mkdirSync(join(server.folder, "folder.ipynb"));
	await expect(load(client, sessionId, "folder")).rejects.toMatchObject({
		code: -32602,
		message: expect.stringContaining("no file"),
	});
});

test("running needs a kernel, and a place to write a folder", async () => {
	const { client, sessionId } = await withoutKernel();
	await expect(load(client, sessionId, fixture, { run: true })).rejects.toMatchObject({ code: -32013 });
	await expect(save(client, sessionId, "nowhere/x")).rejects.toMatchObject({
		code: -32602,
		message: expect.stringContaining("nowhere/x.ipynb could not be written"),
	});
});

test("saving keeps a file's permissions", async () => {
	const { client, sessionId, server } = await withoutKernel();
	const path = join(server.folder, "private.ipynb");
	writeFileSync(path, "", { mode: 0o600 });
	await save(client, sessionId, path);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	validate(path);
});

test("a notebook of thousands of cells loads and saves while others are served", async () => {
	const { server, client, sessionId } = await withoutKernel();
	const path = join(server.folder, "large.ipynb");
	const cells = Array.from({ length: 5000 }, (_, index) => ({
		id: `cell-${index}`,
		cell_type: "code",
		metadata: {},
		source: [`step(${index})\n`, "show()"],
		outputs: [{ output_type: "stream", name: "stdout", text: [`line ${index}\n`.repeat(200)] }],
		execution_count: index + 1,
	}));
	const picture = {
		output_type: "display_data",
		data: { "image/png": "iVBO".repeat(2_500_000) },
		metadata: {},
	};
	cells[2500]!.outputs.push(picture as never);
	writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
	const other = await server.connect();
	const answeredDuring = async (work: Promise<unknown>) => {
		let isDone = false;
		void work.finally(() => {
			isDone = true;
		});
		let answered = 0;
		for (; !isDone; answered++) await other.request("session/list", { limit: 1 });
		await work;
		return answered;
	};
	const loading = load(client, sessionId, path);
	expect(await answeredDuring(loading)).toBeGreaterThan(100);
	expect(await loading).toMatchObject({ total: 5000, cells: 5000, prompts: 0 });
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 2 });
	expect(items).toMatchObject([
		{ code: "step(4998)\nshow()" },
		{ cellId: "cell-4999", executionCount: 5000 },
	]);
	const saving = save(client, sessionId, "copy");
	expect(await answeredDuring(saving)).toBeGreaterThan(20);
	const copy = JSON.parse(readFileSync(join(server.folder, "copy.ipynb"), "utf8"));
	expect(copy.cells).toHaveLength(5000);
	expect(copy.cells[2500].outputs[1].data["image/png"]).toHaveLength(10_000_000);
}, 60_000);

test("output beyond what the log keeps is saved too, and loads back to the same bytes", async () => {
	const session = await startKernelSession();
	const { server, client, sessionId } = session;
	const code =
		"for n in range(25):\n    print(str(n % 10) * 60_000)\nimport sys; print('err', file=sys.stderr); 1/0";
	await session.run(code);
	const first = join(server.folder, "first.ipynb");
	await save(client, sessionId, first);
	validate(first);
	const text = readFileSync(first, "utf8");
	const { outputs } = JSON.parse(text).cells[0];
	const printed = outputs.map((each: { text?: string }) => each.text ?? "").join("");
	expect(printed.length).toBe(25 * 60_001 + "err\n".length);
	expect(text).not.toContain("were not kept");

	const other = await withoutKernel();
	await load(other.client, other.sessionId, first);
	const second = join(server.folder, "second.ipynb");
	await save(other.client, other.sessionId, second);
	expect(readFileSync(second, "utf8") === text).toBe(true);

	rmSync(join(server.folder, "blobs"), { recursive: true });
	await save(client, sessionId, first);
	expect(readFileSync(first, "utf8")).toMatch(/\[48\d\d\d\d more characters of output were not kept here\]/);
});

test("a long load tells how far it is, and when it is done; a short one tells nothing", async () => {
	const { server, client, sessionId } = await withoutKernel();
	const cells = Array.from({ length: 4 }, (_, n) => ({
		cell_type: "code",
		source: `x = ${n}`,
		metadata: {},
		outputs: [],
		execution_count: null,
	}));
	const path = join(server.folder, "long.ipynb");
	writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }));
	const told = async () => {
		await client.request("queue/list", { sessionId });
		return client.updates.flatMap((update) =>
			update.kind === "hint" && update.hint.kind === "working"
				? [`${update.hint.text} ${update.hint.share}`]
				: [],
		);
	};
	await load(client, sessionId, path);
	expect(await told()).toEqual([]);
	let ms = 0;
	const clock = vi.spyOn(performance, "now").mockImplementation(() => {
		ms += 200;
		return ms;
	});
	onTestFinished(() => clock.mockRestore());
	await load(client, sessionId, path);
	expect(await told()).toEqual([
		"loading long.ipynb, cell 2 of 4 0.25",
		"loading long.ipynb, cell 4 of 4 0.75",
		"null null",
	]);
});

test("secrets stay out of a notebook and the person is told; the one that sessions begin with keeps them", async () => {
	const XDG_CONFIG_HOME = folderWith();
	const secret = `gh${"p_"}${"x9Kq".repeat(9)}`;
	const { client, server, sessionId, run } = await startKernelSession([], {}, ".", {
		XDG_CONFIG_HOME,
		DB_PASSWORD: "correct-horse",
	});
	await run(`key = "${secret}"; print(key, "correct-horse")`);
	const { text } = await client.request("command/run", {
		sessionId,
		requestId: nextRequestId(),
		line: "save n.ipynb",
	});
	expect(text).toMatch(/Secrets in 2 texts were left out: the file says \[redacted\] there/);
	const saved = readFileSync(join(server.folder, "n.ipynb"), "utf8");
	expect(saved).not.toMatch(new RegExp(`${secret}|correct-horse`));
	expect(saved).toContain("[redacted DB_PASSWORD]");
	const { path } = await client.request("notebook/save", { sessionId, requestId: nextRequestId() });
	expect(readFileSync(path, "utf8")).toContain(secret);
	expect(statSync(path).mode & 0o777).toBe(0o600);
});
