import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { textOf } from "../../support/kernel.ts";
import { say } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { launchTestKernel, nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

/** Prints "LATE" in a thread once a file is there. */
const printOnceThere = (path: string) =>
	`import os, threading, time
def tell():
    while not os.path.exists(${JSON.stringify(path)}): time.sleep(0.01)
    print("LATE")
threading.Thread(target=tell).start()`;

const printedLate = (client: TestClient) =>
	client.event("lateOutput", ({ output }) => textOf([output]).includes("LATE"));

const firstCell = async (client: TestClient, sessionId: string) =>
	(await client.request("session/transcript", { sessionId, before: null, limit: 9 })).items[0]!;

test("what a cell prints after its end is part of it: in the log, the context and the notebook", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, sessionId, server, backend } = session;
	const go = join(server.folder, "go");
	const { cellId } = await session.run(printOnceThere(go));
	await session.run("x = 1");
	await session.ask("what did I do?");
	writeFileSync(go, "");
	expect(await printedLate(client)).toMatchObject({ cellId, executionCount: 1 });
	expect(await firstCell(client, sessionId)).toMatchObject({
		cellId,
		status: "ok",
		outputs: [{ kind: "stream", text: "LATE\n" }],
	});
	await session.ask("and now?");
	const [, second] = backend.requests.map(({ transcript }) => JSON.stringify(transcript.at(-1)));
	expect(second).toContain('<code status=\\"printed later\\">import os');
	expect(second).toContain("</code><output>LATE\\n</output></context>");
	const path = join(server.folder, "saved.ipynb");
	await client.request("notebook/save", { sessionId, requestId: nextRequestId(), path });
	const [saved] = JSON.parse(readFileSync(path, "utf8")).cells;
	expect(saved).toMatchObject({ id: cellId, outputs: [{ output_type: "stream", text: "LATE\n" }] });
});

test("what no cell is known to have printed has a place of its own, after what ran before it", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, sessionId, server, backend } = session;
	const go = join(server.folder, "go");
	const child = `while [ ! -e ${go} ]; do sleep 0.01; done; echo LATE`;
	await session.run(`import subprocess; child = subprocess.Popen(["sh", "-c", ${JSON.stringify(child)}])`);
	writeFileSync(go, "");
	expect(await printedLate(client)).toMatchObject({ executionCount: null });
	await session.run("x = 1");
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 9 });
	expect(items.map((item) => item.kind === "cell" && [item.code.slice(0, 6), textOf(item.outputs)])).toEqual([
		["import", ""],
		["", "LATE\n"],
		["x = 1", ""],
	]);
	await session.ask("what did I do?");
	expect(JSON.stringify(backend.requests[0]!.transcript.at(-1))).toContain(
		'</code><output status=\\"printed by no cell\\">LATE\\n</output><code>x = 1</code>',
	);
	const path = join(server.folder, "saved.ipynb");
	await client.request("notebook/save", { sessionId, requestId: nextRequestId(), path });
	expect(JSON.parse(readFileSync(path, "utf8")).cells[1]).toMatchObject({
		source: "",
		execution_count: null,
		outputs: [{ output_type: "stream", text: "LATE\n" }],
	});
});

test("a later server knows the cell that an earlier one ran", async () => {
	const { server, sessionId, run } = await startKernelSession();
	const go = join(server.folder, "go");
	const { cellId } = await run(printOnceThere(go));
	await server.stop();
	const next = await startTestServer({ folder: server.folder });
	const client = await next.connect();
	await client.request("session/resume", { requestId: nextRequestId(), ref: { sessionId }, settings: {} });
	await client.event("kernelAttached");
	writeFileSync(go, "");
	expect(await printedLate(client)).toMatchObject({ cellId, executionCount: 1 });
	expect(await firstCell(client, sessionId)).toMatchObject({ outputs: [{ text: "LATE\n" }] });
});

test("what a child process prints at the end of a cell is the cell's", async () => {
	const { run, client } = await startKernelSession();
	for (let n = 0; n < 5; n++)
		expect((await run("import subprocess; c = subprocess.run(['echo', 'child'])")).text).toBe("child\n");
	expect(client.updates.some((update) => update.kind === "event" && update.event.kind === "lateOutput")).toBe(
		false,
	);
});

test("a thread that prints on and on keeps its beginning and its newest lines", async () => {
	const { client, sessionId, run } = await startKernelSession();
	const { cellId } = await run(
		"import threading\ndef tell():\n    for n in range(30_000): print(n, 'x' * 40)\n    print('THE END')\nt = threading.Thread(target=tell); t.start()",
	);
	await client.event(
		"lateOutput",
		({ output }) =>
			output.kind === "omitted" &&
			textOf([...(output.tail ?? [])].map((one) => ({ kind: "stream", ...one }))).endsWith("THE END\n"),
	);
	const cell = await firstCell(client, sessionId);
	expect(cell).toMatchObject({ kind: "cell", cellId });
	const outputs = cell.kind === "cell" ? cell.outputs : [];
	expect(outputs.map(({ kind }) => kind)).toEqual(["stream", "omitted"]);
});

test("what IPython says as it starts is told and stored: startup files, settings and extensions that fail", async () => {
	const server = await startTestServer();
	const profile = join(server.folder, "profile_default");
	mkdirSync(join(profile, "startup"), { recursive: true });
	const files = {
		"ipython_kernel_config.py": "unclosed(",
		"ipython_config.py":
			"c.InteractiveShellApp.extensions = ['not_there']\nc.InteractiveShellApp.exec_lines = ['print(\"exec line\")', 'not_defined']",
		"startup/00.py": "import os, sys\nprint('first')\nprint('second', file=sys.stderr)",
		"startup/01.py": "os.system('echo of a program')",
		"startup/02.py": "print('third'); 1/0",
	};
	for (const [name, text] of Object.entries(files)) writeFileSync(join(profile, name), text);
	const startup = join(server.folder, "startup.py");
	writeFileSync(startup, "print('PYTHONSTARTUP')");
	const kernel = launchTestKernel({ IPYTHONDIR: server.folder, PYTHONSTARTUP: startup });
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel,
		settings: {},
	});
	await client.event("lateOutput", ({ output }) => output.kind === "error" && output.ename === "NameError");
	const cell = await firstCell(client, state.sessionId);
	if (cell.kind !== "cell") throw new Error("it is one");
	const told = textOf(cell.outputs);
	const inOrder =
		/ERROR.*ipython_kernel_config\.py[\s\S]*SyntaxError[\s\S]*extension: not_there[\s\S]*PYTHONSTARTUP\nfirst\nsecond\n[\s\S]*third\n[\s\S]*ZeroDivisionError: division by zero\nexec line\nNameError/;
	expect(told).toMatch(inOrder);
	expect(told).toContain("of a program\n");
	expect(cell.outputs).toContainEqual(expect.objectContaining({ kind: "stream", name: "stderr" }));
});
