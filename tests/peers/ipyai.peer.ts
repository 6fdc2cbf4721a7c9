/** Notebooks, sessions and the exact log, between ipyai and the Python program of the same name, both ways. */
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TranscriptItem } from "../../protocol/index.ts";
import { messagesBackend } from "../support/apiBackends.ts";
import { type PythonPeer, startPythonPeer } from "../support/pythonPeer.ts";
import { startTestServer, type TestClient } from "../support/server.ts";
import { launchTestKernel, nextRequestId } from "../support/sessionWithKernel.ts";

const cells = [
	'"""A note: squares & <cubes>"""',
	"squares = [n*n for n in range(5)]; squares",
	'print("hello from a cell")',
];
const prompt = "how long is $`squares`? @@say It holds five numbers.@@";
const answer = "It holds five numbers.";

/** Our server, with the backend and the person that the Python program has. */
const startOurs = async ({ home, environment }: PythonPeer) => {
	const server = await startTestServer({ backends: [messagesBackend()] });
	const client = await server.connect({ cwd: home, environment });
	return { server, client };
};

const withKernel = async (peer: PythonPeer, client: TestClient) => {
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: peer.home,
		kernel: launchTestKernel({ IPYTHONDIR: peer.environment.IPYTHONDIR! }),
		settings: { logExact: true },
	});
	await client.event("kernelAttached");
	return state.sessionId;
};

const run = async (client: TestClient, sessionId: string, code: string) => {
	const { cellId } = await client.request("cell/execute", { sessionId, requestId: nextRequestId(), code });
	return client.event("cellFinished", (event) => event.cellId === cellId);
};

const ask = async (client: TestClient, sessionId: string, text: string) => {
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: nextRequestId(),
		content: [{ kind: "text", text }],
	});
	const ended = await client.event("turnFinished", (event) => event.turnId === turnId);
	expect(ended).toMatchObject({ stopReason: "endTurn" });
};

const command = async (client: TestClient, sessionId: string, line: string): Promise<string> =>
	(await client.request("command/run", { sessionId, requestId: nextRequestId(), line })).text;

const items = async (client: TestClient, sessionId: string) =>
	(await client.request("session/transcript", { sessionId, before: null, limit: 100 })).items.map(toLine);

const toLine = (item: TranscriptItem): string =>
	item.kind === "cell"
		? item.code
		: `${item.source} => ${item.parts.map((part) => ("text" in part ? part.text : part.kind)).join("")}`;

const all = [...cells, `.${prompt} => ${answer}`];

test("a notebook of ours loads there, and what it saves of it loads here", async () => {
	const peer = await startPythonPeer();
	const { client } = await startOurs(peer);
	const sessionId = await withKernel(peer, client);
	for (const code of cells) await run(client, sessionId, code);
	await ask(client, sessionId, prompt);
	await command(client, sessionId, "save ours");

	const printed = await peer.type([], ["%ipyai load ours", "sum(squares)", "%ipyai save again"]);
	expect(printed).toContain("Loaded 3 code cells and 1 prompts from ours.ipynb.");
	expect(printed).toContain("30");
	expect(printed).toContain("Saved 4 code cells and 1 prompts to again.ipynb.");

	const back = await withKernel(peer, client);
	expect(await command(client, back, "load again --show")).toContain("Loaded 4 code cells and 1 prompts");
	expect((await items(client, back)).sort()).toEqual([...all, "sum(squares)"].sort());
});

test("a notebook of theirs loads here, and what we save of it loads there", async () => {
	const peer = await startPythonPeer();
	await peer.type([], [...cells, `.${prompt}`, "%ipyai save theirs"]);
	const { client } = await startOurs(peer);
	const sessionId = await withKernel(peer, client);
	const loaded = await command(client, sessionId, "load theirs --run");
	expect(loaded).toContain("Loaded 3 code cells and 1 prompts");
	expect((await items(client, sessionId)).sort()).toEqual([...all].sort());
	await command(client, sessionId, "save ours");
	const printed = await peer.type(["-l", "ours.ipynb"], ["sum(squares)"]);
	expect(printed).toContain("Loaded 3 code cells and 1 prompts");
	expect(printed).toContain("30");
});

test("a session goes on from there to here and back, under one number", async () => {
	const peer = await startPythonPeer();
	await peer.type([], [...cells, `.${prompt}`]);
	const { client, server } = await startOurs(peer);
	const { sessions } = await client.request("session/list", { cwd: peer.home });
	expect(sessions).toMatchObject([{ sessionId: "ipython-1", backend: "claude-api", turns: 1, cells: 3 }]);
	const { state } = await client.request("session/resume", {
		requestId: nextRequestId(),
		ref: { historySession: 1, cwd: peer.home },
		settings: {},
	});
	const { sessionId } = state;
	expect(await items(client, sessionId)).toEqual(all);
	const kernel = launchTestKernel({ IPYTHONDIR: peer.environment.IPYTHONDIR! });
	await client.request("kernel/adopt", { sessionId, requestId: nextRequestId(), kernel });
	await client.event("kernelAttached", ({ historySession, fresh }) => historySession === 1 && fresh);
	await run(client, sessionId, "ours = 1");
	await ask(client, sessionId, "and now? @@say Now it is ours.@@");
	await run(client, sessionId, "1"); // what is mirrored waits for the kernel to be free
	await client.request("session/close", { sessionId, requestId: nextRequestId() });
	await server.stop();

	const printed = await peer.type(["-r", "1"], ["%ipyai sessions", ".again @@say Theirs again.@@"]);
	expect(printed).toContain("and now? @@say Now it is ours.@@");
	expect(printed).toContain("Theirs again.");
	expect(printed).toContain("To resume: ipyai -b claude-api -r 1");
	const history = await startOurs(peer);
	const there = await history.client.request("session/list", { cwd: peer.home });
	expect(there.sessions).toMatchObject([{ historySession: 1, turns: 3 }]);
});

test("the exact log has the same lines", async () => {
	const peer = await startPythonPeer();
	// The last one has the ref: they send a ref of an earlier prompt again with each later one.
	const prompts = ["plain @@say Yes.@@", "ünï 🐍 @@say Ïn döing.@@", prompt];
	const path = join(peer.home, "config/ipyai/exact-log.jsonl");
	await peer.type([], ["%ipyai log_exact true", cells[1]!, cells[2]!, ...prompts.map((each) => `.${each}`)]);
	copyFileSync(path, join(peer.home, "theirs.jsonl"));

	const { client } = await startOurs(peer);
	const sessionId = await withKernel(peer, client);
	for (const code of cells.slice(1)) await run(client, sessionId, code);
	for (const each of prompts) await ask(client, sessionId, each);
	const theirs = readFileSync(join(peer.home, "theirs.jsonl"), "utf8");
	const ours = readFileSync(path, "utf8").slice(theirs.length);
	const same = (text: string): string =>
		text
			.replace(/"ts": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"/g, '"ts": TIME')
			.replace(/"session": \d+/g, '"session": N');
	expect(same(ours)).toBe(same(theirs));
});
