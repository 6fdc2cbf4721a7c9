import { expect, test } from "vitest";
import { isAlive, until } from "../../support/kernel.ts";
import { hangAfter, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const newSession = (cwd: string, requestId = "new") => ({ requestId, cwd, kernel: null, settings: {} });
const text = (value: string) => [{ kind: "text" as const, text: value }];

test("a second client sees what happened and follows live", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(say("one"), say("two"))] });
	const first = await server.connect();
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	await first.request("session/prompt", { sessionId, requestId: "1", content: text("a") });
	await first.event("turnFinished");
	const second = await server.connect({ name: "other" });
	const joined = await second.request("session/attach", {
		ref: { sessionId },
		role: "observer",
		since: null,
	});
	expect(joined.replay).toMatchObject({ kind: "snapshot", items: [{ kind: "turn", state: "finished" }] });
	await first.request("session/prompt", { sessionId, requestId: "2", content: text("b") });
	expect(await second.event("text")).toMatchObject({ text: "two" });
	expect(joined.state.participants.map(({ role }) => role).sort()).toEqual(["controller", "observer"]);
});

test("an observer may watch and nothing else", async () => {
	const server = await startTestServer();
	const owner = await server.connect();
	const { state } = await owner.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	const observer = await server.connect();
	const ref = { sessionId };
	const joined = await observer.request("session/attach", { ref, role: "observer", since: null });
	// Two of a kind are told apart.
	expect(joined.state.participants.map(({ name }) => name)).toEqual(["test", "test 2"]);
	await expect(
		observer.request("session/prompt", { sessionId, requestId: "1", content: text("a") }),
	).rejects.toMatchObject({ code: -32012 });
});

test("attach with a cursor gives exactly the missing events", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(say("one"))] });
	const first = await server.connect();
	const { state, seq } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	await first.request("session/prompt", { sessionId, requestId: "1", content: text("a") });
	await first.event("turnFinished");
	const seen = first.updates.flatMap((update) => (update.kind === "event" ? [update.seq] : []));
	const second = await server.connect();
	const { replay } = await second.request("session/attach", {
		ref: { sessionId },
		role: "controller",
		since: seq,
	});
	if (replay.kind !== "events") throw new Error("a snapshot came instead of events");
	expect(replay.events.slice(0, seen.length).map((each) => each.seq)).toEqual(seen);
});

test("a snapshot in mid-answer holds what has come so far", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(hangAfter("Half"))] });
	const first = await server.connect();
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	await first.request("session/prompt", { sessionId, requestId: "1", content: text("a") });
	await first.until((update) => update.kind === "hint" && update.hint.kind === "textDelta");
	const second = await server.connect();
	const { replay } = await second.request("session/attach", {
		ref: { sessionId },
		role: "controller",
		since: null,
	});
	expect(JSON.stringify(replay)).toContain('"text":"Half"');
});

test("who asked is named in the transcript after they left, under another server and in a fork too", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(say("one"))] });
	const first = await server.connect({ name: "Ada" });
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	await first.request("session/prompt", { sessionId, requestId: "1", content: text("a") });
	await first.event("turnFinished");
	await server.stop();
	const next = await startTestServer({ folder: server.folder });
	const second = await next.connect({ name: "Grace" });
	const resumed = await second.request("session/resume", {
		ref: { sessionId },
		requestId: "resume",
		settings: {},
	});
	expect(resumed.replay).toMatchObject({ items: [{ kind: "turn", byName: "Ada" }] });
	const fork = await second.request("session/fork", { sessionId, requestId: "fork", kernel: null });
	expect(fork.replay).toMatchObject({ items: [{ kind: "turn", byName: "Ada" }] });
});

test("a stopped server loses nothing: the next one resumes with the transcript", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(say("kept"))] });
	const first = await server.connect();
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	await first.request("session/prompt", { sessionId, requestId: "1", content: text("a") });
	await first.event("turnFinished");
	await server.stop();
	const backend = scriptedBackend(say("more"));
	const next = await startTestServer({ backends: [backend], folder: server.folder });
	const client = await next.connect();
	const resumed = await client.request("session/resume", {
		requestId: "r",
		ref: { cwd: server.folder },
		settings: {},
	});
	expect(resumed.state.sessionId).toBe(sessionId);
	await client.request("session/prompt", { sessionId, requestId: "2", content: text("b") });
	await client.event("turnFinished");
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain("kept");
});

test("unknown sessions are named, with where to look", async () => {
	const server = await startTestServer();
	const client = await server.connect();
	await expect(
		client.request("session/resume", { requestId: "r", ref: { historySession: 43 }, settings: {} }),
	).rejects.toMatchObject({ code: -32010, message: expect.stringContaining("43") });
});

test("an unknown backend is refused by name", async () => {
	const server = await startTestServer();
	const client = await server.connect();
	await expect(
		client.request("session/new", { ...newSession("/"), settings: { backend: "scriptd" } }),
	).rejects.toMatchObject({ code: -32016, message: expect.stringContaining("scripted") });
});

test("a lost client leaves its session running", async () => {
	const server = await startTestServer({ backends: [scriptedBackend(say("done"))] });
	const first = await server.connect();
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	await first.request("session/prompt", { sessionId, requestId: "1", content: text("a") });
	first.close();
	const second = await server.connect();
	await second.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	const { items } = await second.request("session/transcript", { sessionId, before: null, limit: 5 });
	expect(items).toMatchObject([{ kind: "turn" }]);
});

test("closing leaves a session to the controllers who still work in it", async () => {
	const { server, client, sessionId, launch } = await startKernelSession();
	const second = await server.connect({ name: "editor" });
	await second.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	const closed = await client.request("session/close", { sessionId, requestId: "c1" });
	expect(closed).toEqual({ ended: false, others: ["editor"] });
	const { participantId } = await second.event("participantLeft");
	expect(participantId).not.toBe("");
	await second.request("cell/execute", { sessionId, requestId: "x", code: "1" });
	expect(await second.event("cellFinished")).toMatchObject({ status: "ok" });
	await expect(client.request("session/close", { sessionId, requestId: "c2" })).rejects.toMatchObject({
		code: -32012,
	});
	expect(await second.request("session/close", { sessionId, requestId: "c3" })).toEqual({
		ended: true,
		others: [],
	});
	await until(() => !isAlive(launch.pid));
});

test("a session that is being closed is never listed as lost", async () => {
	const { server, client, sessionId, run } = await startKernelSession();
	await run("import atexit, time\natexit.register(time.sleep, 1)");
	const other = await server.connect();
	let isClosed = false;
	const closing = client.request("session/close", { sessionId, requestId: "c" });
	closing.finally(() => {
		isClosed = true;
	});
	const states = new Set<string>();
	while (!isClosed)
		for (const { state } of (await other.request("session/list", {})).sessions) states.add(state);
	expect(await closing).toMatchObject({ ended: true });
	const { sessions } = await other.request("session/list", {});
	expect(sessions.map(({ state }) => state)).toEqual(["closed"]);
	expect(states).not.toContain("lost");
});

test("force ends a session for all, and they are told by whom", async () => {
	const server = await startTestServer();
	const first = await server.connect({ name: "terminal" });
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	const second = await server.connect({ name: "editor" });
	await second.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	await expect(first.request("session/delete", { sessionId, requestId: "d" })).rejects.toMatchObject({
		code: -32018,
		message: expect.stringContaining("is used by editor too"),
	});
	const closed = await first.request("session/close", { sessionId, requestId: "c", force: true });
	expect(closed).toEqual({ ended: true, others: ["editor"] });
	const told = await second.until((update) => update.kind === "hint" && update.hint.kind === "notice");
	expect(told).toMatchObject({ hint: { level: "warning", text: "terminal ended this session." } });
	expect(first.updates.some((update) => update.kind === "hint" && update.hint.kind === "notice")).toBe(false);
	await expect(
		second.request("session/prompt", { sessionId, requestId: "p", content: text("a") }),
	).rejects.toMatchObject({ code: -32010 });
});

test("an observer does not keep a session from being closed", async () => {
	const server = await startTestServer();
	const first = await server.connect();
	const { state } = await first.request("session/new", newSession(server.folder));
	const { sessionId } = state;
	const observer = await server.connect();
	await observer.request("session/attach", { ref: { sessionId }, role: "observer", since: null });
	const closed = await first.request("session/close", { sessionId, requestId: "c" });
	expect(closed).toEqual({ ended: true, others: [] });
});
