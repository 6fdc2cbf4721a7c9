import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { launchTestKernel, nextRequestId } from "../../support/sessionWithKernel.ts";

const cwd = "/home/me/example-project";

/** A server, and a client whose IPython has the history that the Python program wrote. */
const start = async (change: (db: Database.Database) => void = () => {}) => {
	const backend = scriptedBackend(say("Go on."));
	const server = await startTestServer({ backends: [backend] });
	const ipython = join(server.folder, "ipython");
	const file = join(ipython, "profile_default/history.sqlite");
	mkdirSync(join(ipython, "profile_default"), { recursive: true });
	copyFileSync(join(import.meta.dirname, "../../fixtures/ipyai-0.0.9/history.sqlite"), file);
	const db = new Database(file);
	change(db);
	db.close();
	const client = await server.connect({ cwd, environment: { IPYTHONDIR: ipython, HOME: server.folder } });
	return { server, client, backend, ipython, file };
};

const resume = (client: Awaited<ReturnType<typeof start>>["client"], ref: object) =>
	client.request("session/resume", { requestId: nextRequestId(), ref, settings: {} });

const itemsOf = ({ replay }: Awaited<ReturnType<typeof resume>>) =>
	replay.kind === "snapshot"
		? replay.items.map((item) =>
				item.kind === "cell"
					? `In [${item.executionCount}] ${item.code} => ${item.outputs.map((each) => (each.kind === "stream" ? each.text.slice(0, 20) : each.kind)).join("")}`
					: `AI [${item.executionCount}] ${item.content.map((part) => (part.kind === "text" ? part.text : "")).join("")} => ${item.parts.map((part) => ("text" in part ? part.text : part.kind)).join("|")} (${item.stopReason})`,
			)
		: ["events"];

test("a session of the Python program is listed in its folder and resumes with its past", async () => {
	const { client, file } = await start();
	const { sessions } = await client.request("session/list", { cwd });
	expect(sessions).toMatchObject([
		{
			sessionId: "ipython-1",
			historySession: 1,
			historyFile: file,
			turns: 3,
			cells: 6,
			backend: "claude-api",
			lastPrompt: expect.stringContaining("show code"),
		},
	]);
	expect((await client.request("session/list", { cwd: "/elsewhere" })).sessions).toEqual([]);
	expect((await client.request("session/list", {})).sessions).toEqual(sessions);
	expect((await client.request("session/list", { search: "SQUARES`" })).sessions).toEqual(sessions);
	expect((await client.request("session/list", { search: "100%" })).sessions).toEqual([]);
	const opened = await resume(client, { historySession: 1, cwd });
	expect(opened.state).toMatchObject({ cwd, kernel: null, settings: { backend: "scripted" } });
	expect(itemsOf(opened)).toMatchInlineSnapshot(`
		[
		  "In [1] %ipyai log_exact true => self.log_exact=True
		",
		  "In [2] """A note: squares & <cubes>""" => 'A note: squares & <",
		  "In [3] squares = [n*n for n in range(5)]; squares => [0, 1, 4, 9, 16]",
		  "AI [4] what is in $\`squares\`? @@say The list holds 0, 1, 4, 9 and 16.@@ => The list holds 0, 1, 4, 9 and 16. (endTurn)",
		  "In [5] print("hello from a cell") => hello from a cell
		",
		  "AI [6] sum them @@tool pyrun {"code":"sum(squares)"}@@ => 

		🔧 pyrun(code='sum(squares)') => 30

		TOOL SAID: 30 (endTurn)",
		  "In [7] 1/0 => error",
		  "AI [8] show code @@say Here: \`\`\`python total = sum(squares) \`\`\` done@@ => Here: \`\`\`python total = sum(squares) \`\`\` done (endTurn)",
		  "In [9] %ipyai save example => Saved 4 code cells a",
		]
	`);
});

test("it is ours from then on: listed once, opened again and not copied again", async () => {
	const { client } = await start();
	const first = await resume(client, { cwd });
	const second = await resume(client, { historySession: 1, cwd });
	expect(second.state.sessionId).toBe(first.state.sessionId);
	const { sessions } = await client.request("session/list", { cwd });
	expect(sessions.map(({ sessionId }) => sessionId)).toEqual([first.state.sessionId]);
});

test("the model is sent what it was sent then, and a new kernel goes on under the same number", async () => {
	const { client, backend, ipython, file } = await start();
	const { state } = await resume(client, { sessionId: "ipython-1" });
	const { sessionId } = state;
	const launch = launchTestKernel({ IPYTHONDIR: ipython });
	await client.request("kernel/adopt", { sessionId, requestId: nextRequestId(), kernel: launch });
	const attached = await client.event("kernelAttached", ({ kernelId }) => kernelId !== "ipython");
	expect(attached).toMatchObject({
		historySession: 1,
		historyFile: file,
		nextExecutionCount: 10,
		fresh: true,
	});
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: nextRequestId(),
		content: [{ kind: "text", text: "and now?" }],
	});
	await client.event("turnFinished", (event) => event.turnId === turnId);
	const { transcript } = backend.requests[0]!;
	expect(transcript.map(({ role }) => role)).toEqual([
		"user",
		"assistant",
		"user",
		"assistant",
		"user",
		"assistant",
		"user",
	]);
	expect(JSON.stringify(transcript[0])).toContain("squares = [n*n for n in range(5)]; squares</code>");
	expect(JSON.stringify(transcript.at(-1))).not.toContain("%ipyai save");
	const rows = () => {
		const db = new Database(file, { readonly: true, timeout: 250 });
		try {
			return db.prepare("SELECT session, prompt FROM claude_prompts ORDER BY id").all() as {
				session: number;
				prompt: string;
			}[];
		} finally {
			db.close();
		}
	};
	await until(async () => rows().length === 4);
	expect(rows().at(-1)).toEqual({ session: 1, prompt: "and now?" });
});

test("the other predecessors' tables: no stored prompt text, the folder alone as remark, a stopped answer", async () => {
	const { client } = await start((db) => {
		db.exec(`
			CREATE TABLE codex_prompts (id INTEGER PRIMARY KEY, session INTEGER, prompt TEXT, response TEXT, history_line INTEGER);
			INSERT INTO sessions (session, start, remark) VALUES (2, '2026-11-22 10:00:00', '${cwd}');
			INSERT INTO history VALUES (2, 1, 'a = 1', 'a = 1');
			INSERT INTO history VALUES (2, 2, 'await get_ipython().run_cell_magic(''ipycodex'', '''', ''hi\\n'')', '.hi');
			INSERT INTO history VALUES (2, 3, 'b = 2', 'b = 2');
			INSERT INTO codex_prompts VALUES (1, 2, 'hi', '<thinking>\nhm\n</thinking>\n\nhel\n<system>user interrupted</system>', 1);
		`);
	});
	const opened = await resume(client, { historySession: 2, cwd });
	expect(itemsOf(opened)).toMatchInlineSnapshot(`
		[
		  "In [1] a = 1 => ",
		  "AI [2] hi => hm|hel (cancelled)",
		  "In [3] b = 2 => ",
		]
	`);
	const receipt = await client.request("context/receipt", { sessionId: opened.state.sessionId });
	expect(receipt.rendered).toEqual([
		{ kind: "text", text: "<context><code>a = 1</code></context>\n<user-request>hi</user-request>" },
	]);
});

test("a number that nobody has, and a history without prompts", async () => {
	const { client } = await start((db) => db.exec("DELETE FROM claude_prompts"));
	expect((await client.request("session/list", { cwd })).sessions).toEqual([]);
	await expect(resume(client, { historySession: 1, cwd })).rejects.toThrow("There is no session 1");
	await expect(resume(client, { sessionId: "ipython-9" })).rejects.toThrow("There is no session ipython-9");
});

test("a folder without sessions has those of its git root", async () => {
	const { client, server } = await start((db) => {
		db.prepare("UPDATE sessions SET remark = ?").run(JSON.stringify({ cwd: root() }));
	});
	const below = join(root(), "src");
	mkdirSync(below, { recursive: true });
	mkdirSync(join(root(), ".git"));
	expect((await client.request("session/list", { cwd: below })).sessions).toHaveLength(1);
	expect((await client.request("session/list", { cwd: server.folder })).sessions).toEqual([]);
	const opened = await resume(client, { cwd: below });
	expect(opened.state.cwd).toBe(root());
});

const root = () => join(process.env.HOME!, "repository");

test("reading changes nothing in IPython's file", async () => {
	const { client, file } = await start();
	const before = readFileSync(file);
	await client.request("session/list", { cwd });
	await resume(client, { historySession: 1, cwd });
	expect(readFileSync(file).equals(before)).toBe(true);
});

test("functions that ipycodex gave as tools are named once, when the session is first resumed", async () => {
	const { client } = await start((db) =>
		db.exec(`CREATE TABLE codex_tools (session INTEGER NOT NULL, toolname TEXT NOT NULL, PRIMARY KEY (session, toolname));
			INSERT INTO codex_tools VALUES (1, 'pyrun'), (1, 'plot_it'), (1, 'load_day'), (2, 'other')`),
	);
	const notices = () =>
		client.updates.flatMap((update) =>
			update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
		);
	await resume(client, { historySession: 1, cwd });
	await until(() => notices().length > 0);
	expect(notices()).toEqual([
		"The AI had load_day, plot_it as tools in this session: define them again, then %ipyai tool NAME.",
	]);
	await resume(client, { historySession: 1, cwd });
	expect(notices()).toHaveLength(1);
});
