import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TranscriptItem } from "../../../protocol/index.ts";
import { sessionTable } from "../../../protocol/sessionList.ts";
import { callTool, hangAfter, type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { launchTestKernel, nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

const start = async (...scripts: readonly Script[]) => {
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
const ask = async (client: TestClient, sessionId: string, text: string) => {
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: nextRequestId(),
		content: [{ kind: "text", text }],
	});
	await client.event("turnFinished", (event) => event.turnId === turnId);
	return turnId;
};
const items = async (client: TestClient, sessionId: string) =>
	(await client.request("session/transcript", { sessionId, before: null, limit: 100 })).items;
const sources = (all: readonly TranscriptItem[]) =>
	all.map((item) => (item.kind === "cell" ? item.code : item.source));

test("numbers of inputs go on in a fork and in an imported session, under a number of their own in IPython's history", async () => {
	const { run, client, sessionId, server } = await startKernelSession();
	const { historySession } = await client.event("kernelAttached");
	await run("1");
	await run("2");
	const path = join(server.folder, "out.jsonl");
	await client.request("session/export", { sessionId, path });
	const imported = await client.request("session/import", { requestId: "i", path });
	const forked = (await client.request("session/fork", { sessionId, requestId: "f" })).state.sessionId;
	for (const id of [imported.sessionId, forked]) {
		const own = await server.connect();
		await own.request("session/resume", { requestId: nextRequestId(), ref: { sessionId: id }, settings: {} });
		await own.request("kernel/adopt", {
			sessionId: id,
			requestId: nextRequestId(),
			kernel: launchTestKernel(),
		});
		const attached = await own.event("kernelAttached");
		expect(attached.nextExecutionCount).toBe(3);
		expect(attached.historySession).not.toBe(historySession);
		await own.request("cell/execute", { sessionId: id, requestId: nextRequestId(), code: "n = 1" });
		expect((await own.event("cellFinished")).executionCount).toBe(3);
	}
});

test("a fork shares the past up to a turn and goes its own way", async () => {
	const { backend, client, sessionId } = await start(say("one"), say("two"), say("forked"), say("original"));
	const first = await ask(client, sessionId, "a");
	await ask(client, sessionId, "b");
	const fork = await client.request("session/fork", {
		sessionId,
		requestId: "fork",
		turnId: first,
		title: "another way",
	});
	const forked = fork.state.sessionId;
	expect(forked).not.toBe(sessionId);
	expect(fork.state).toMatchObject({ title: "another way", kernel: null, queue: [], runningTurn: null });
	expect(fork.replay).toMatchObject({ kind: "snapshot", items: [{ turnId: first }] });
	const { sessions } = await client.request("session/list", {});
	expect(sessions.map((each) => [each.sessionId, each.forkedFrom])).toEqual(
		expect.arrayContaining([
			[forked, sessionId],
			[sessionId, null],
		]),
	);
	expect(sessions.find((each) => each.sessionId === forked)!.state).toBe("closed");
	expect(sessionTable(sessions, "")).toContain(`(fork of ${sessionId.slice(0, 13)}) another way`);
	const again = await client.request("session/fork", { sessionId, requestId: "fork", turnId: first });
	expect(again.state.sessionId).toBe(forked);

	await ask(client, forked, "c");
	await ask(client, sessionId, "d");
	expect(sources(await items(client, forked))).toEqual([".a", ".c"]);
	expect(sources(await items(client, sessionId))).toEqual([".a", ".b", ".d"]);
	const sent = backend.requests.map(({ transcript }) => JSON.stringify(transcript));
	expect(sent[2]).toContain("one");
	expect(sent[2]).not.toContain("two");
	expect(backend.requests[2]!.conversationId).toBe(forked);
	expect(sent[3]).not.toContain("forked");
	expect((await items(client, forked))[1]).toMatchObject({ parentId: first });
});

test("a fork of everything ends what was open there, and takes the kernel that comes along", async () => {
	const kernel = launchTestKernel();
	const session = await startKernelSession([hangAfter("Half")]);
	const { client, sessionId } = session;
	await session.run("x = 1; x");
	await session.send("hangs");
	await client.until((update) => update.kind === "hint" && update.hint.kind === "textDelta");
	await session.send("waits");
	const fork = await client.request("session/fork", {
		sessionId,
		requestId: "fork",
		kernel,
	});
	const forked = fork.state.sessionId;
	if (fork.replay.kind !== "snapshot") throw new Error("events came instead of a snapshot");
	expect(fork.replay.items).toMatchObject([
		{ kind: "cell", code: "x = 1; x", outputs: [{ kind: "executeResult" }] },
		{ kind: "turn", source: ".hangs", state: "finished", stopReason: "cancelled" },
	]);
	const attached = await client.until(
		(update) =>
			update.sessionId === forked && update.kind === "event" && update.event.kind === "kernelAttached",
	);
	const original = await client.event("kernelAttached");
	expect(attached).toMatchObject({ event: { fresh: true } });
	expect((attached as { event: { kernelId: string } }).event.kernelId).not.toBe(original.kernelId);
	await client.request("cell/execute", { sessionId: forked, requestId: "x", code: "x" });
	await client.until(
		(update) =>
			update.sessionId === forked &&
			update.kind === "event" &&
			update.event.kind === "cellFinished" &&
			update.event.status === "error",
	);
	expect((await session.run("x")).text).toContain("1");
	await client.request("session/close", { sessionId: forked, requestId: "close" });
});

test("a turn that has not ended cannot be forked at", async () => {
	const { client, sessionId } = await start(hangAfter("Half"));
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: "p",
		content: [{ kind: "text", text: "a" }],
	});
	await client.until((update) => update.kind === "hint" && update.hint.kind === "textDelta");
	await expect(
		client.request("session/fork", { sessionId, requestId: "fork", turnId }),
	).rejects.toMatchObject({ code: -32015 });
	await expect(
		client.request("session/fork", { sessionId: "nowhere", requestId: "fork" }),
	).rejects.toMatchObject({ code: -32010 });
});

test("a title is given to open sessions by their controllers, and to stored ones", async () => {
	const { server, client, sessionId } = await start(say("one"));
	await client.request("session/rename", { sessionId, requestId: "r1", title: "First" });
	expect(await client.event("sessionRenamed")).toMatchObject({ title: "First" });
	const observer = await server.connect();
	await observer.request("session/attach", { ref: { sessionId }, role: "observer", since: null });
	await expect(
		observer.request("session/rename", { sessionId, requestId: "r2", title: "Mine" }),
	).rejects.toMatchObject({ code: -32012 });
	await client.request("session/close", { sessionId, requestId: "c" });
	await observer.request("session/rename", { sessionId, requestId: "r3", title: "Second" });
	const { sessions } = await client.request("session/list", { search: "Second" });
	expect(sessions).toMatchObject([{ sessionId, title: "Second", state: "closed" }]);
});

test("a deleted session is gone with its kernel, its output and its answers", async () => {
	const session = await startKernelSession([say("one")]);
	const { server, client, sessionId } = session;
	await session.run("for _ in range(30): print('x' * 50_000)");
	await session.ask("a");
	const blobs = () => readdirSync(join(server.folder, "blobs"));
	expect(blobs()).toHaveLength(1);
	const fork = await client.request("session/fork", { sessionId, requestId: "fork" });
	const stranger = await server.connect();
	await expect(stranger.request("session/delete", { sessionId, requestId: "d0" })).rejects.toMatchObject({
		code: -32012,
	});
	await client.request("session/delete", { sessionId, requestId: "d1" });
	await client.request("session/delete", { sessionId, requestId: "d1" });
	await expect(client.request("session/delete", { sessionId, requestId: "d2" })).rejects.toMatchObject({
		code: -32010,
	});
	expect(await client.event("kernelDetached")).toMatchObject({ reason: "exited" });
	const { sessions } = await client.request("session/list", {});
	expect(sessions.map((each) => each.sessionId)).toEqual([fork.state.sessionId]);
	expect(blobs()).toHaveLength(1);
	await client.request("session/delete", { sessionId: fork.state.sessionId, requestId: "d3" });
	expect(blobs()).toEqual([]);
});

test("an exported session holds no secrets and replays elsewhere", async () => {
	const session = await startKernelSession([
		callTool("pyrun", { code: "print('sk-ant-api03-abcdefghijklmnopqrstuvwx')" }),
		say("noted"),
	]);
	const { server, sessionId } = session;
	const client = await server.connect({ environment: { MY_SERVICE_TOKEN: "tr0ub4dor-and-3", HOME: "/h" } });
	await client.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	await session.run("print('the token is tr0ub4dor-and-3'); x = 5; x");
	// A secret that comes in two pieces.
	await session.run("import time; print('tr0ub4', end='', flush=True); time.sleep(0.3); print('dor-and-3')");
	await client.request("session/configure", { sessionId, requestId: "c", settings: { permissions: "yolo" } });
	// JSON leaves U+2028 as it is, which some readers take for the end of a line.
	await session.ask("use tr0ub4dor-and-3 and\u2028ghp_abcdefghijklmnopqrstuvwxyz0123456789");
	const { path, events } = await client.request("session/export", { sessionId, path: "out.jsonl" });
	expect(path).toBe(join(server.folder, "out.jsonl"));
	expect(statSync(path).mode & 0o777).toBe(0o600);
	const text = readFileSync(path, "utf8");
	expect(text.trimEnd().split("\n")).toHaveLength(events + 1);
	const pieces = client.updates.filter((each) => each.kind === "event" && each.event.kind === "cellOutput");
	expect(pieces.length).toBeGreaterThan(3);
	expect(text).toContain("the token is [redacted MY_SERVICE_TOKEN]");
	expect(text).not.toMatch(/tr0ub4dor|sk-ant-api03|ghp_abc/);

	const other = await start(say("still known"));
	const { sessionId: imported } = await other.client.request("session/import", { requestId: "i", path });
	const clean = JSON.parse(
		JSON.stringify(await items(client, sessionId))
			.replaceAll("tr0ub4dor-and-3", "[redacted MY_SERVICE_TOKEN]")
			.replaceAll("sk-ant-api03-abcdefghijklmnopqrstuvwx", "[redacted]")
			.replaceAll("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[redacted]"),
	);
	expect(await items(other.client, imported)).toEqual(clean);
	const resumed = await other.client.request("session/resume", {
		requestId: "r",
		ref: { sessionId: imported },
		settings: {},
	});
	expect(resumed.state.settings.permissions).toBe("ask");
	expect(resumed.state.cwd).toBe(other.server.folder);
	await ask(other.client, imported, "go on");
	const transcript = other.backend.requests[0]!.transcript;
	expect(transcript.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "user"]);
});

test.each([
	["absent", null, -32015, "ENOENT"],
	["empty", "", -32602, "empty"],
	["something else", '{"cells": []}\n', -32602, "line 1"],
	[
		"broken",
		'{"format":"ipyai-session","version":1}\n{"seq":1,"at":1,"event":{"kind":"x"}}\n',
		-32602,
		"line 2",
	],
	[
		"out of order",
		'{"format":"ipyai-session","version":1}\n{"seq":2,"at":1,"event":{"kind":"conversationReset"}}\n{"seq":1,"at":1,"event":{"kind":"conversationReset"}}\n',
		-32602,
		"out of order",
	],
])("a file that is %s is not imported, and leaves nothing behind", async (_name, text, code, problem) => {
	const { server, client, sessionId } = await start();
	const path = join(server.folder, "in.jsonl");
	if (text !== null) writeFileSync(path, text);
	await expect(client.request("session/import", { requestId: "i", path: "in.jsonl" })).rejects.toMatchObject({
		code,
		message: expect.stringContaining(problem),
	});
	const { sessions } = await client.request("session/list", {});
	expect(sessions.map((each) => each.sessionId)).toEqual([sessionId]);
});
