/** What only processes can break: start races, kills, huge messages, leaving. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ServerConnection } from "../../clients/common/server/connection.ts";
import { joinServer } from "../../clients/common/server/joinServer.ts";
import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { serverSocket } from "../../ground/paths/runtimeDir.ts";
import { isAlive, until } from "../support/kernel.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { scaled } from "../support/random.ts";
import { rawClient } from "../support/rawClient.ts";
import { launchTestKernel } from "../support/sessionWithKernel.ts";

/** A person's folders, with whatever server gets started for them. */
const person = (variables: Record<string, string> = {}) => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-e2e-"));
	const environment = {
		PATH: process.env.PATH!,
		HOME: folder,
		XDG_RUNTIME_DIR: join(folder, "run"),
		XDG_STATE_HOME: join(folder, "state"),
		IPYAI_SERVER_IDLE_MS: "300",
		...variables,
	};
	const pids = new Set<number>();
	onTestFinished(async () => {
		for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
		await until(() => [...pids].every((pid) => !isAlive(pid)));
		// A server that lost the start race may still be writing its log.
		rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
	});
	const join_ = async (): Promise<ServerConnection> => {
		const connection = await joinServer({
			name: "test",
			cwd: folder,
			environment,
			answers: "everything",
		});
		pids.add(connection.aiShell.pid);
		return connection;
	};
	return { folder, environment, join: join_, socket: serverSocket(placeFacts(environment)) };
};

test("clients that start at once end up on one server", async () => {
	for (let round = 0; round < scaled(5); round++) {
		const { join } = person();
		const connections = await Promise.all([join(), join(), join(), join()]);
		expect(new Set(connections.map(({ aiShell }) => aiShell.pid)).size).toBe(1);
		for (const connection of connections) connection.close();
	}
}, 120_000);

test("the socket is the person's alone, and a stale one is replaced", async () => {
	const { join, socket } = person();
	const first = await join();
	expect(statSync(socket).mode & 0o777).toBe(0o600);
	process.kill(first.aiShell.pid, "SIGKILL");
	await until(() => !isAlive(first.aiShell.pid));
	expect(existsSync(socket)).toBe(true);
	const second = await join();
	expect(second.aiShell.pid).not.toBe(first.aiShell.pid);
});

test("a server that nobody needs leaves, and takes its socket along", async () => {
	const { join, socket } = person();
	const connection = await join();
	connection.close();
	await until(() => !isAlive(connection.aiShell.pid));
	expect(existsSync(socket)).toBe(false);
});

test("who comes while a server ends gets the next one", async () => {
	const { join } = person({ IPYAI_SERVER_IDLE_MS: "60000" });
	for (let round = 0; round < scaled(3); round++) {
		const first = await join();
		process.kill(first.aiShell.pid, "SIGTERM");
		// Some come before it has heard, some while it ends, some when it is gone.
		let next = await join();
		for (; next.aiShell.pid === first.aiShell.pid; next = await join()) next.close();
		expect(await next.request("session/list", {})).toMatchObject({ sessions: [] });
		next.close();
	}
}, 60_000);

test("a kernel in which nothing ran goes soon after its lost client, and the server with it", async () => {
	const { join, folder } = person();
	const client = await join();
	const launch = launchTestKernel();
	await client.request("session/new", { requestId: "n", cwd: folder, kernel: launch, settings: {} });
	client.close();
	await until(() => !isAlive(launch.pid) && !isAlive(client.aiShell.pid));
});

test("a used kernel that nobody is in any more is kept for as long as config.json says", async () => {
	const { join: connect, folder } = person();
	mkdirSync(join(folder, ".config/ipyai"), { recursive: true });
	writeFileSync(join(folder, ".config/ipyai/config.json"), '{"keep_kernel_hours": 0}');
	const client = await connect();
	const launch = launchTestKernel();
	const ended: string[] = [];
	client.onUpdate((update) => update.kind === "event" && ended.push(update.event.kind));
	const { state } = await client.request("session/new", {
		requestId: "n",
		cwd: folder,
		kernel: launch,
		settings: {},
	});
	await client.request("cell/execute", { sessionId: state.sessionId, requestId: "c", code: "1" });
	await until(() => ended.includes("cellFinished"));
	expect(isAlive(launch.pid)).toBe(true);
	client.close();
	await until(() => !isAlive(launch.pid));
});

test("kill -9 of the server loses nothing acknowledged; the kernel and its variables are found again", async () => {
	const { join, folder } = person();
	const first = await join();
	const launch = launchTestKernel();
	const updates: string[] = [];
	first.onUpdate((update) => update.kind === "event" && updates.push(update.event.kind));
	const { state } = await first.request("session/new", {
		requestId: "n",
		cwd: folder,
		kernel: launch,
		settings: {},
	});
	const { sessionId } = state;
	await until(() => updates.includes("kernelAttached"));
	const { cellId } = await first.request("cell/execute", { sessionId, requestId: "c", code: "kept = 6 * 7" });
	await until(() => updates.includes("cellFinished"));
	let lost = false;
	first.onLost(() => {
		lost = true;
	});
	process.kill(first.aiShell.pid, "SIGKILL");
	await until(() => lost);

	const second = await join();
	const again: string[] = [];
	const outputs: unknown[] = [];
	second.onUpdate((update) => {
		if (update.kind !== "event") return;
		again.push(update.event.kind);
		if (update.event.kind === "cellOutput") outputs.push(update.event.output);
	});
	const { replay } = await second.request("session/attach", {
		ref: { sessionId },
		role: "controller",
		since: null,
	});
	expect(replay).toMatchObject({ kind: "snapshot", items: [{ cellId, status: "ok" }] });
	await until(async () => {
		const { state } = await second.request("session/attach", {
			ref: { sessionId },
			role: "controller",
			since: null,
		});
		return state.kernel?.status === "idle";
	});
	await second.request("cell/execute", { sessionId, requestId: "d", code: "kept" });
	await until(() => again.includes("cellFinished"));
	expect(outputs).toMatchObject([{ data: { "text/plain": "42" } }]);
	await second.request("session/close", { sessionId, requestId: "x" });
	await until(() => !isAlive(launch.pid));
});

test("a server that an editor starts for itself has the editor's environment", async () => {
	await using models = await startModelServer();
	const { environment } = person();
	const child = spawn(process.execPath, [join(import.meta.dirname, "../../server/main.ts"), "--stdio"], {
		env: { ...environment, ...models.environment },
		stdio: ["pipe", "pipe", "inherit"],
	});
	const client = rawClient({
		on: child.stdout.on.bind(child.stdout),
		write: child.stdin.write.bind(child.stdin),
	} as never);
	client.send({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
	await client.count(1);
	client.send({ method: "initialized", params: {} });
	const uri = "file:///nowhere/a.py";
	const textDocument = { uri, languageId: "python", version: 1, text: "def f():\n    " };
	client.send({ method: "textDocument/didOpen", params: { textDocument } });
	client.send({
		id: 2,
		method: "textDocument/inlineCompletion",
		params: { textDocument: { uri }, position: { line: 1, character: 4 }, context: { triggerKind: 1 } },
	});
	await client.count(2);
	expect(client.received[1]).toMatchObject({
		id: 2,
		result: { items: [{ insertText: expect.stringContaining("pass") }] },
	});
	expect(models.requests).toHaveLength(1);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	client.send({ id: 3, method: "shutdown" });
	client.send({ method: "exit" });
	await ended;
}, 60_000);

test("a message of 100 MB is refused, and the same connection goes on", async () => {
	const { environment } = person();
	const child = spawn(process.execPath, [join(import.meta.dirname, "../../server/main.ts"), "--stdio"], {
		env: environment,
		stdio: ["pipe", "pipe", "inherit"],
	});
	const client = rawClient({
		on: child.stdout.on.bind(child.stdout),
		write: child.stdin.write.bind(child.stdin),
	} as never);
	client.send({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
	await client.count(1);
	client.send(`{"jsonrpc":"2.0","id":2,"method":"x","params":{"x":"${"x".repeat(100_000_000)}"}}`);
	client.send({ id: 3, method: "session/list", params: {} });
	await client.count(3);
	expect(client.received[1]).toMatchObject({ id: null, error: { code: -32600 } });
	expect(client.received[2]).toMatchObject({ id: 3, result: { sessions: [] } });
	const ended = new Promise((resolve) => child.once("exit", resolve));
	client.send({ id: 4, method: "shutdown" });
	client.send({ method: "exit" });
	await ended;
}, 60_000);
