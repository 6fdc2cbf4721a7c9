import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { noSignal, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

let folder: string;
let kernel: RunningKernel;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "ipyai-history-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
	kernel = await startTestKernel({ env: { IPYTHONDIR: folder } });
});
afterEach(() => kernel.dispose());

const query = async <T>(sql: string, ...args: unknown[]): Promise<T[]> => {
	const db = new Database((await kernel.host.ready).historyFile!, { readonly: true, timeout: 250 });
	try {
		return db.prepare(sql).all(...args) as T[];
	} finally {
		db.close();
	}
};
const rowsOf = <T>(sql: string, ...args: unknown[]) => query<T>(sql, ...args).catch(() => [] as T[]);
const record = { source: ".hi", prompt: "hi", fullPrompt: "<context/>hi", response: "hello" };

test("a prompt takes the next number and stands in the history as typed", async () => {
	await kernel.run("a = 1");
	const number = await kernel.host.numberPrompt(".what is a?", "await run_prompt('what is a?')");
	expect(number).toBe(2);
	expect((await kernel.run("print(In[2]); a")).executionCount).toBe(3);
	expect((await kernel.run("%history -t")).text).toContain("await run_prompt('what is a?')");
	expect((await kernel.run("%history -n 2")).text).toContain(".what is a?");
	const { historySession } = await kernel.host.ready;
	await until(
		async () =>
			(await rowsOf("SELECT * FROM history WHERE session = ? AND line = 2", historySession)).length > 0,
	);
	expect(
		await query("SELECT source, source_raw FROM history WHERE session = ? AND line = 2", historySession),
	).toEqual([{ source: "await run_prompt('what is a?')", source_raw: ".what is a?" }]);
});

test("a number waits for the running cell, whose own it is not", async () => {
	const cell = kernel.start("print('on')\nimport time; time.sleep(0.3)");
	await until(() => cell.outputs.length > 0);
	const number = await kernel.host.numberPrompt(".hi", "hi");
	expect([(await cell.done).executionCount, number]).toEqual([1, 2]);
});

test("history gives inputs as typed, oldest first, this session's last", async () => {
	await kernel.run("first = 1");
	await kernel.run("exit");
	await kernel.host.numberPrompt(".then?", "x");
	const entries = await kernel.host.history(2, noSignal);
	expect(entries.map(({ line, source }) => [line, source])).toEqual([
		[1, "first = 1"],
		[3, ".then?"],
	]);
});

test("a finished prompt is a row of claude_prompts in the predecessors' columns", async () => {
	const { historySession } = await kernel.host.ready;
	kernel.host.mirrorPrompt({ ...record, historyLine: 3 });
	await until(
		async () => (await rowsOf("SELECT * FROM claude_prompts WHERE session = ?", historySession)).length > 0,
	);
	const [row] = await query("SELECT * FROM claude_prompts WHERE session = ?", historySession);
	expect(row).toEqual({
		id: expect.any(Number),
		session: historySession,
		prompt: "hi",
		full_prompt: "<context/>hi",
		response: "hello",
		history_line: 3,
	});
	const columns = await query<{
		name: string;
		type: string;
		notnull: number;
		dflt_value: string | null;
		pk: number;
	}>("PRAGMA table_info(claude_prompts)");
	expect(
		columns.map(({ name, type, notnull, dflt_value, pk }) => [name, type, notnull, dflt_value, pk]),
	).toEqual([
		["id", "INTEGER", 0, null, 1],
		["session", "INTEGER", 1, null, 0],
		["prompt", "TEXT", 1, null, 0],
		["full_prompt", "TEXT", 1, null, 0],
		["response", "TEXT", 1, null, 0],
		["history_line", "INTEGER", 1, "0", 0],
	]);
	expect(
		await query("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'claude_prompts'"),
	).toEqual([{ name: "idx_claude_prompts_session_id" }]);
});

test("the remark merges keys, sorted, and null removes one", async () => {
	const { historySession } = await kernel.host.ready;
	const remark = async () =>
		(
			await query<{ remark: string | null }>("SELECT remark FROM sessions WHERE session = ?", historySession)
		)[0]?.remark;
	kernel.host.mirrorRemark({ cwd: "/tmp/x", provider_session_id: "abc" });
	kernel.host.mirrorRemark({ backend: "claude-api" });
	await until(async () => ((await remark()) ?? "").includes("backend"));
	expect(await remark()).toBe('{"backend": "claude-api", "cwd": "/tmp/x", "provider_session_id": "abc"}');
	kernel.host.mirrorRemark({ provider_session_id: null });
	await until(async () => !((await remark()) ?? "").includes("abc"));
	kernel.host.mirrorRemark({ backend: null, cwd: null });
	await until(async () => (await remark()) === null);
});

test("values of cells are stored in output_history", async () => {
	const { historySession } = await kernel.host.ready;
	await kernel.run("6 * 7");
	await until(
		async () => (await rowsOf("SELECT * FROM output_history WHERE session = ?", historySession)).length > 0,
	);
	expect(await query("SELECT output FROM output_history WHERE session = ?", historySession)).toEqual([
		{ output: "42" },
	]);
});

test("what cells show is for nobody else to read, in a new history file and in one that was open to all", async () => {
	const { historyFile } = await kernel.host.ready;
	const mode = () => statSync(historyFile!).mode & 0o777;
	await kernel.run("6 * 7");
	expect(mode()).toBe(0o600);
	await kernel.dispose();
	chmodSync(historyFile!, 0o644);
	kernel = await startTestKernel({ env: { IPYTHONDIR: folder } });
	await kernel.run("7 * 7");
	const { historySession } = await kernel.host.ready;
	await until(
		async () => (await rowsOf("SELECT * FROM output_history WHERE session = ?", historySession)).length > 0,
	);
	expect(mode()).toBe(0o600);
});

test("an earlier session is continued under its number", async () => {
	const { historySession: old } = await kernel.host.ready;
	await kernel.run("a = 1");
	await kernel.run("b = 2");
	await until(async () => (await rowsOf("SELECT * FROM history WHERE session = ?", old)).length === 2);
	await kernel.dispose();

	kernel = await startTestKernel({ env: { IPYTHONDIR: folder } });
	const { historySession: fresh } = await kernel.host.ready;
	expect(fresh).not.toBe(old);
	await kernel.host.continueHistorySession(old!, 3);
	expect(await query("SELECT session FROM sessions WHERE session = ?", fresh)).toEqual([]);
	expect(await query("SELECT end FROM sessions WHERE session = ?", old)).toEqual([{ end: null }]);
	expect((await kernel.run("c = 3")).executionCount).toBe(3);
	await until(async () => (await rowsOf("SELECT * FROM history WHERE session = ?", old)).length === 3);
	expect((await kernel.run("In[3]")).text).toBe("'c = 3'\n");
	await expect(kernel.host.continueHistorySession(999_999, 1)).rejects.toThrow("has no session 999999");
});

test("a table of that name with other columns is left alone, and that is said", async () => {
	await kernel.run(
		"db = get_ipython().history_manager.db\nwith db: _c = (db.execute('DROP TABLE IF EXISTS claude_prompts'), db.execute('CREATE TABLE claude_prompts (mine TEXT)'))",
	);
	kernel.host.mirrorPrompt({ ...record, historyLine: 1 });
	await until(() => kernel.heard.log.some((line) => line.includes("other columns (mine)")));
	expect(await query("SELECT * FROM claude_prompts")).toEqual([]);
});
