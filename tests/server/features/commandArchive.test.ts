import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive, until } from "../../support/kernel.ts";
import { type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

/** Sessions without kernels in one folder, and `%ipyai` in each. */
const start = async (...scripts: readonly Script[]) => {
	const backend = scriptedBackend(...scripts);
	const server = await startTestServer({ backends: [backend] });
	const environment = { HOME: server.folder, XDG_CONFIG_HOME: join(server.folder, "config") };
	const client = await server.connect({ environment });
	const open = async (by: TestClient = client, cwd = server.folder) => {
		const { state } = await by.request("session/new", {
			requestId: nextRequestId(),
			cwd,
			kernel: null,
			settings: {},
		});
		const { sessionId } = state;
		const run = (line: string) => by.request("command/run", { sessionId, requestId: nextRequestId(), line });
		const text = async (line: string) =>
			(await run(line)).text.replaceAll(server.folder, "~").replaceAll(sessionId.slice(0, 13), "THIS");
		const ask = async (prompt: string) => {
			const { turnId } = await by.request("session/prompt", {
				sessionId,
				requestId: nextRequestId(),
				content: [{ kind: "text", text: prompt }],
			});
			await by.event("turnFinished", (event) => event.turnId === turnId);
			return turnId;
		};
		return { sessionId, run, text, ask };
	};
	const ids = async () =>
		(await client.request("session/list", {})).sessions.map(({ sessionId }) => sessionId).sort();
	return { backend, server, client, environment, open, ids };
};

test("delete takes a stored session away, and says which", async () => {
	const { server, environment, open, ids } = await start(say("x"));
	const here = await open();
	const visitor = await server.connect({ environment });
	const other = await open(visitor);
	await other.ask("a question\nof two lines");
	expect(await here.text(`delete ${other.sessionId}`)).toContain("is open elsewhere: leave it there first.");
	visitor.close();
	await expect
		.poll(() => here.text(`delete ${other.sessionId}`))
		.toMatch(/^Deleted session [0-9a-f-]{13} "a question of two lines": 0 cells, 1 prompts\.$/);
	expect(await ids()).toEqual([here.sessionId]);
	expect((await here.run(`delete ${other.sessionId}`)).text).toContain("There is no session");
});

test("delete takes only what is certainly meant", async () => {
	const { open, ids } = await start();
	const here = await open();
	expect(await here.text("delete")).toContain("write the number or id of one session");
	expect(await here.text("delete 1 2")).toContain("write the number or id of one session");
	expect(await here.text(`delete ${here.sessionId}`)).toContain("this is the session you are in");
	expect(await here.text("delete 4711")).toContain("There is no session 4711");
	expect(await here.text("delte")).toContain("Did you mean %ipyai delete?");
	expect(await ids()).toEqual([here.sessionId]);
});

test("a number deletes in this folder alone, and a kernel that still runs needs --force", async () => {
	const { server, client, sessionId, launch } = await startKernelSession();
	const { historySession } = (await client.event("kernelAttached"))!;
	const run = async (by: TestClient, id: string, line: string) =>
		(await by.request("command/run", { sessionId: id, requestId: nextRequestId(), line })).text;
	const at = async (cwd: string) => {
		const by = await server.connect();
		const { state } = await by.request("session/new", {
			requestId: nextRequestId(),
			cwd,
			kernel: null,
			settings: {},
		});
		return { by, id: state.sessionId };
	};
	const [near, far] = [await at(server.folder), await at(server.folder.replace(/[^/]+$/, ""))];
	await client.request("session/detach", { sessionId });
	expect(await run(far.by, far.id, `delete ${historySession}`)).toContain(
		`session ${historySession} is one of ${server.folder}: name it by its id, ${sessionId.slice(0, 13)}.`,
	);
	expect(await run(near.by, near.id, `delete ${historySession}`)).toContain("still runs");
	expect(process.kill(launch.pid, 0)).toBe(true);
	expect(await run(near.by, near.id, `delete ${historySession} --force`)).toContain("Deleted session");
	await until(() => !isAlive(launch.pid));
});

test("export writes a file that import makes a session of", async () => {
	const { server, client, open } = await start(say("answer"));
	const here = await open();
	await here.ask("what is it?");
	const said = await here.text("export ~/my session.jsonl");
	expect(said).toMatch(/^Wrote \d+ events to ~\/my session\.jsonl\. %ipyai import reads them\.$/);
	expect(statSync(join(server.folder, "my session.jsonl")).mode & 0o777).toBe(0o600);
	const read = await here.text('import "my session.jsonl"');
	expect(read).toMatch(/^Read \d+ events from ~\/my session\.jsonl: %ipyai resume (\S+), or ipyai -r \1\.$/);
	const [, name = ""] = /resume (\S+),/.exec(read)!;
	const { replay } = await client.request("session/attach", {
		ref: { sessionId: name },
		role: "observer",
		since: null,
	});
	expect(replay).toMatchObject({ items: [{ source: ".what is it?", parts: [{ text: "answer" }] }] });
	await here.text("export");
	expect(readdirSync(server.folder)).toContain(`ipyai-session-${here.sessionId.slice(0, 8)}.jsonl`);
	expect(await here.text("import")).toContain("write the name of an exported file");
	expect(await here.text("import nowhere.jsonl")).toContain("~/nowhere.jsonl could not be read");
	expect(await here.text("export /proc/none/x")).toContain("/proc/none/x could not be written");
});

test("hide leaves prompts out of what the AI is sent, and takes them in again", async () => {
	const { backend, open } = await start(say("1"), say("2"), say("3"), say("4"));
	const here = await open();
	const sent = () => JSON.stringify(backend.requests.at(-1)!.transcript);
	await here.ask("first");
	await here.ask("second");
	expect(await here.text("hide")).toBe("Hidden from the AI: second");
	expect(await here.text("hide")).toBe("Hidden from the AI: first");
	expect(await here.text("hide")).toContain("there is no prompt that the AI sees");
	expect(await here.text("hide --off")).toBe("The AI sees again: second");
	await here.ask("third");
	expect(sent()).toContain("second");
	expect(sent()).not.toContain("first");
	expect(await here.text("hide 7")).toContain("In [7] is no finished prompt.");
	expect(await here.text("hide the last")).toContain("write the number of a prompt's input");
});

test("hide takes the number that the prompt has on the screen", async () => {
	const session = await startKernelSession([say("one"), say("two")]);
	const { client, sessionId } = session;
	await session.run("1");
	const { turnId } = await session.ask("first");
	await session.ask("second");
	const { executionCount } = await client.event("promptNumbered", (event) => event.turnId === turnId);
	expect((await session.run(`%ipyai hide ${executionCount}`)).text).toBe(
		`Hidden from the AI: In [${executionCount}] first\n`,
	);
	await client.event("turnHidden", (event) => event.turnId === turnId && event.hidden);
	const line = `hide ${executionCount} --off`;
	const { text } = await client.request("command/run", { sessionId, requestId: nextRequestId(), line });
	expect(text).toBe(`The AI sees again: In [${executionCount}] first`);
});

test("save --startup writes the notebook that later sessions begin with, as ipycodex's save does", async () => {
	const session = await startKernelSession();
	const { server, client, sessionId } = session;
	const home = join(server.folder, "home");
	const environment = { HOME: home, XDG_CONFIG_HOME: join(home, "config") };
	const person = await server.connect({ environment });
	await person.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	await session.run("greeting = 'hello'");
	const path = join(home, "config/ipyai/startup.ipynb");
	const { text } = await client.request("command/run", {
		sessionId,
		requestId: nextRequestId(),
		line: "save --startup",
	});
	expect(text).toBe(`Saved 1 code cells and 0 prompts to ${path}.`);
	const first = readFileSync(path, "utf8");
	expect(first).toContain("greeting");
	await session.run("name = 'you'");
	expect((await session.run("%ipycodex save")).text).toContain(
		`Saved 2 code cells and 0 prompts to ${path}.`,
	);
	expect(existsSync(path) && readFileSync(path, "utf8")).not.toBe(first);
	expect((await session.run("%ipyai save")).text).toContain("write a file name after it");
});
