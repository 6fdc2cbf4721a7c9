import { watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KernelLaunch, StartedKernel } from "../../../protocol/index.ts";
import { folderWith } from "../../support/folder.ts";
import { existing, textOf } from "../../support/kernel.ts";
import { say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { launchTestKernel, nextRequestId } from "../../support/sessionWithKernel.ts";

/** A server and clients of a person whose configuration holds these files. */
const start = async (files: Record<string, string>, kernels: readonly StartedKernel[]) => {
	const XDG_CONFIG_HOME = folderWith(files);
	const backend = scriptedBackend(say("ok"));
	const server = await startTestServer({ backends: [backend] });
	return {
		backend,
		config: join(XDG_CONFIG_HOME, "ipyai"),
		begin: async (kernel: KernelLaunch = kernels[0]!) => {
			const client = await server.connect({ environment: { XDG_CONFIG_HOME, HOME: XDG_CONFIG_HOME } });
			const { state } = await client.request("session/new", {
				requestId: nextRequestId(),
				cwd: server.folder,
				kernel,
				settings: {},
			});
			return session(client, state.sessionId);
		},
	};
};

const session = (client: TestClient, sessionId: string) => ({
	client,
	sessionId,
	run: async (code: string) => {
		const { cellId } = await client.request("cell/execute", {
			sessionId,
			requestId: nextRequestId(),
			code,
		});
		const { executionCount } = await client.event("cellFinished", (event) => event.cellId === cellId);
		const outputs = client.updates.flatMap((update) =>
			update.kind === "event" && update.event.kind === "cellOutput" && update.event.cellId === cellId
				? [update.event.output]
				: [],
		);
		return `[${executionCount}] ${textOf(outputs).trim()}`;
	},
	notice: async (part: string) => {
		const update = await client.until(
			(each) => each.kind === "hint" && each.hint.kind === "notice" && each.hint.text.includes(part),
		);
		return update.kind === "hint" && update.hint.kind === "notice" ? update.hint : null;
	},
});

test("startup.py runs in each new kernel before the first cell, and takes no input number", async () => {
	const kernels = [launchTestKernel(), launchTestKernel()];
	const { begin, config } = await start(
		{
			"ipyai/startup.py":
				"import time; time.sleep(0.2)\nhome = __file__\ndouble = lambda x: 2 * x\nprint('é ready')\n",
		},
		kernels,
	);
	const { client, sessionId, run, notice } = await begin();
	expect(await run("double(21)")).toBe("[1] 42");
	expect(await notice("é ready")).toMatchObject({ level: "info" });
	expect(await run("home, '__file__' in globals()")).toBe(`[2] ('${join(config, "startup.py")}', False)`);
	await client.request("kernel/end", { sessionId, requestId: nextRequestId() });
	await client.request("kernel/adopt", { sessionId, requestId: nextRequestId(), kernel: kernels[1]! });
	expect(await run("double(4)")).toContain("8");
});

test("an error in startup.py is told by name and line, and the session goes on", async () => {
	const { begin, config } = await start({ "ipyai/startup.py": "a = 1\nb = 1 / 0\n" }, [launchTestKernel()]);
	const { run, notice } = await begin();
	const told = await notice("startup.py failed");
	expect(told).toMatchObject({ level: "error" });
	expect(told!.text).toContain(join(config, "startup.py"));
	expect(told!.text).toContain("ZeroDivisionError");
	expect(told!.text).toMatch(/line 2, in <module>\n +b = 1 \/ 0/);
	expect(told!.text).not.toContain("pyrun");
	expect(await run("a")).toBe("[1] 1");
});

test("a startup.py that hangs is interrupted like a cell, and the first cell runs", async () => {
	const folder = folderWith();
	const { begin } = await start(
		{
			"ipyai/startup.py": `import time\nbegun = 1\nopen(${JSON.stringify(join(folder, "begun"))}, "w").close()\ntime.sleep(100)\n`,
		},
		[launchTestKernel()],
	);
	const begun = new Promise<void>((resolve) => {
		const watching = watch(folder, () => {
			watching.close();
			resolve();
		});
	});
	const { client, sessionId, run, notice } = await begin();
	const first = run("begun");
	await begun;
	await client.request("cell/interrupt", { sessionId });
	expect((await notice("startup.py failed"))!.text).toContain("KeyboardInterrupt");
	expect(await first).toBe("[1] 1");
});

test("a kernel that somebody else started is left as it is", async () => {
	const kernel = launchTestKernel();
	const { begin } = await start({ "ipyai/startup.py": "mine = 1" }, [kernel]);
	const { run } = await begin(existing(kernel));
	expect(await run("'mine' in globals()")).toBe("[1] False");
});

test("a fresh session begins with the startup notebook that was saved here, another session's cells after it", async () => {
	const kernels = [launchTestKernel(), launchTestKernel()];
	const { begin, backend } = await start({}, kernels);
	const first = await begin();
	await first.run("squares = [n*n for n in range(5)]");
	await first.client.request("session/prompt", {
		sessionId: first.sessionId,
		requestId: "p",
		content: [{ kind: "text", text: "remember me" }],
	});
	await first.client.event("turnFinished");
	await first.client.event("promptNumbered");
	const { path } = await first.client.request("notebook/save", {
		sessionId: first.sessionId,
		requestId: "save",
	});
	expect(path).toMatch(/ipyai\/startup\.ipynb$/);
	const second = await begin(kernels[1]);
	expect(await second.run("squares")).toBe("[3] [0, 1, 4, 9, 16]");
	await second.client.request("session/prompt", {
		sessionId: second.sessionId,
		requestId: "p",
		content: [{ kind: "text", text: "go on" }],
	});
	await second.client.event("turnFinished", () => backend.requests.length === 2);
	expect(JSON.stringify(backend.requests[1]!.transcript)).toContain("remember me");
});

const notebook = (source: string) =>
	JSON.stringify({
		cells: [{ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }],
		metadata: {},
		nbformat: 4,
		nbformat_minor: 4,
	});

test("a startup notebook from elsewhere is left out and told, until a person trusts it", async () => {
	const kernels = [launchTestKernel(), launchTestKernel(), launchTestKernel()];
	const { begin, config } = await start({ "ipyai/startup.ipynb": notebook("foreign = 1") }, kernels);
	const path = join(config, "startup.ipynb");
	const first = await begin();
	expect(await first.notice(path)).toMatchObject({ level: "warning" });
	expect(await first.run("'foreign' in globals()")).toBe("[1] False");
	await first.client.request("notebook/load", {
		sessionId: first.sessionId,
		requestId: "trust",
		path,
		run: false,
		trust: true,
	});
	const second = await begin(kernels[1]);
	expect(await second.run("foreign")).toBe("[2] 1");
	writeFileSync(path, notebook("1 / 0"));
	const third = await begin(kernels[2]);
	expect(await third.run("'foreign' in globals()")).toBe("[1] False");
});

test("the older form of the startup file, events in place of cells, runs once it is trusted", async () => {
	const kernels = [launchTestKernel(), launchTestKernel()];
	const events = [
		{ kind: "prompt", line: 2, history_line: 1, prompt: "hi", response: "hello" },
		{ kind: "code", line: 1, source: "old = 7" },
	];
	const { begin, config } = await start(
		{ "ipyai/startup.ipynb": JSON.stringify({ version: 1, events }) },
		kernels,
	);
	const first = await begin();
	const loaded = await first.client.request("notebook/load", {
		sessionId: first.sessionId,
		requestId: "trust",
		path: join(config, "startup.ipynb"),
		run: false,
		trust: true,
	});
	expect(loaded).toMatchObject({ cells: 1, prompts: 1 });
	const second = await begin(kernels[1]);
	expect(await second.run("old")).toBe("[3] 7");
});
