import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { folderWith } from "../../support/folder.ts";
import { until } from "../../support/kernel.ts";
import { hangAfter, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { launchTestKernel, startKernelSession } from "../../support/sessionWithKernel.ts";

test("%ipyai in a cell does what it says and prints the answer", async () => {
	const { client, run } = await startKernelSession();
	expect((await run("for level in 'mh':\n    %ipyai think {level}\n1 + 1")).text).toBe(
		"think = m\nthink = h\n2\n",
	);
	expect(
		(await client.event("settingsChanged", ({ settings }) => settings.think === "h")).settings.think,
	).toBe("h");
	expect(await run("%ipyai modle x")).toMatchObject({
		status: "error",
		text: expect.stringContaining("Did you mean %ipyai model?"),
	});
});

test("an action reaches who ran the cell", async () => {
	const { client, run } = await startKernelSession();
	const { cellId } = await run("%ipyai restart");
	const { payloads } = await client.event("cellFinished", (event) => event.cellId === cellId);
	expect(payloads).toEqual([{ kind: "command", action: { kind: "restart" } }]);
});

test("the body of a %%ipyai cell is a prompt under the cell's number, after the cell", async () => {
	const { client, backend, run } = await startKernelSession([say("Hello.")]);
	await run("x = 1");
	const { executionCount } = await run(
		"print('before')\nget_ipython().run_cell_magic('ipyai', '', 'what is `x`?\\n')\nprint('after')",
	);
	const { turnId, content, source } = await client.event("promptAccepted");
	expect([content, source]).toEqual([[{ kind: "text", text: "what is `x`?" }], ".what is `x`?"]);
	expect(await client.event("promptNumbered")).toMatchObject({ turnId, executionCount });
	await client.event("turnFinished", (event) => event.turnId === turnId);
	const sent = JSON.stringify(backend.requests[0]!.transcript);
	expect(sent).toContain("before\\nafter");
	expect((await run("2")).executionCount).toBe(executionCount! + 1);
	await run("%%ipyai\nand now?");
	await until(async () => backend.requests.length === 2);
	const next = JSON.stringify(backend.requests[1]!.transcript.at(-1));
	expect(next).toContain("and now?");
	// The cell that held the prompt is no context.
	expect(next).not.toContain("%%ipyai");
});

test("an empty body asks nothing; words behind %%ipyai are refused", async () => {
	const { client, run } = await startKernelSession();
	expect((await run("%%ipyai\n\n  \n")).status).toBe("ok");
	expect(await run("%%ipyai model\nhi")).toMatchObject({ status: "error" });
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "promptAccepted")).toBe(
		false,
	);
});

test("commands answer while a turn runs, also from a cell", async () => {
	const { client, run, send, sessionId } = await startKernelSession([hangAfter("…"), say("x")]);
	await send("long");
	await send("waits");
	await client.until((update) => update.kind === "hint" && update.hint.kind === "textDelta");
	expect((await run("%ipyai queue")).text).toBe("1  waits\n");
	await client.request("session/cancel", { sessionId });
});

test("reset takes this session's mirrored prompts and the provider's session away, not those of others", async () => {
	const { client, run, ask } = await startKernelSession([say("x")]);
	const { historyFile, historySession } = await client.event("kernelAttached");
	const query = <T>(sql: string): T[] => {
		const db = new Database(historyFile!, { readonly: true, timeout: 250 });
		try {
			return db.prepare(sql).all(historySession) as T[];
		} catch {
			return []; // the table is not there yet
		} finally {
			db.close();
		}
	};
	const rows = () => query("SELECT * FROM claude_prompts WHERE session = ?");
	await ask("one");
	await until(async () => rows().length === 1);
	await run(
		"with get_ipython().history_manager.db as db: _ = db.execute(\"INSERT INTO claude_prompts (session, prompt, full_prompt, response) VALUES (0, 'other', '', '')\")",
	);
	expect((await run("%ipyai reset")).text).toBe(`Deleted 1 AI prompts from session ${historySession}.\n`);
	await until(async () => rows().length === 0);
	expect((await run("%ipyai reset")).text).toBe(`Deleted 0 AI prompts from session ${historySession}.\n`);
	expect(query("SELECT * FROM claude_prompts WHERE session <> ? AND prompt = 'other'")).toHaveLength(1);
});

test("Python learns the terminal's size, also after a new kernel", async () => {
	const { client, run, sessionId } = await startKernelSession();
	await client.request("kernel/resize", { sessionId, columns: 57, rows: 11 });
	const size = async () => (await run("import shutil; print(*shutil.get_terminal_size())")).text;
	await until(async () => (await size()) === "57 11\n");
});

test("a preview calls nothing, so that it answers in a cell too", async () => {
	const { run } = await startKernelSession();
	await run("calls = 0\ndef f():\n    global calls\n    calls += 1\n    return calls\nx = 41");
	const { status } = await run("%ipyai context $`f()` and $`x`");
	expect(status).toBe("ok");
	expect((await run("calls")).text).toContain("0");
});

test("the prompt in a %%ipyai cell is stored while its cell runs, and waits for a person after a crash", async () => {
	const launch = launchTestKernel();
	const first = await startTestServer({ backends: [scriptedBackend()], folder: folderWith() });
	const client = await first.connect();
	const { state } = await client.request("session/new", {
		requestId: "n",
		cwd: first.folder,
		kernel: launch,
		settings: {},
	});
	const { sessionId } = state;
	await client.event("kernelAttached");
	const code =
		"import time\nget_ipython().run_cell_magic('ipyai', '', 'what now?')\nwhile True: time.sleep(0.01)";
	await client.request("cell/execute", { sessionId, requestId: "c", code });
	const { turnId } = await client.event("promptAccepted");
	const { turns } = await client.request("queue/list", { sessionId });
	expect(turns).toMatchObject([{ turnId }]);
	await first.stop();

	const backend = scriptedBackend(say("Then this."));
	const second = await startTestServer({ backends: [backend], folder: first.folder });
	const observer = await second.connect();
	const watched = await observer.request("session/attach", {
		ref: { sessionId },
		role: "observer",
		since: null,
	});
	expect(watched.state).toMatchObject({ queue: [turnId], runningTurn: null });
	// The kernel is busy and has not said anything yet.
	expect(watched.state.kernel).toMatchObject({ nextExecutionCount: 2 });
	const other = await second.connect();
	await other.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	expect(await other.event("turnFinished")).toMatchObject({ turnId, stopReason: "endTurn" });
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain("what now?");
	expect(backend.requests).toHaveLength(1);
	await other.request("cell/interrupt", { sessionId });
});

test("a prompt of a cell that is removed while the cell runs is not asked", async () => {
	const { client, sessionId, backend, run, ask } = await startKernelSession([say("x")]);
	await run(
		"get_ipython().run_cell_magic('ipyai', '', 'never')\nget_ipython().run_line_magic('ipyai', 'queue remove 1')",
	);
	await client.event("promptRemoved");
	await ask("this");
	expect(backend.requests).toHaveLength(1);
	expect(JSON.stringify(backend.requests[0]!.transcript)).not.toContain("<user-request>never");
	expect((await client.request("queue/list", { sessionId })).turns).toEqual([]);
});
