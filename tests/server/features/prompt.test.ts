import { expect, test } from "vitest";
import type { SessionUpdateParams } from "../../../protocol/index.ts";
import {
	callTool,
	failAfter,
	hangAfter,
	type Script,
	say,
	scriptedBackend,
} from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const start = async (...scripts: Script[]) => {
	const backend = scriptedBackend(...scripts);
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: "new",
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	return { server, backend, client, sessionId: state.sessionId };
};

let requests = 0;
const prompt = (client: TestClient, sessionId: string, text: string, requestId = `r${++requests}`) =>
	client.request("session/prompt", {
		sessionId,
		requestId,
		content: [{ kind: "text", text }],
		source: `.${text}`,
	});

const kinds = (updates: readonly SessionUpdateParams[]) =>
	updates.flatMap((update) => (update.kind === "event" ? [update.event.kind] : []));

test("a prompt is answered when accepted, streams, and ends exactly once", async () => {
	const { client, sessionId } = await start(say("Hello there."));
	const { turnId } = await prompt(client, sessionId, "hi");
	expect(await client.event("turnFinished")).toMatchObject({ turnId, stopReason: "endTurn" });
	expect(kinds(client.updates)).toEqual(["promptAccepted", "turnStarted", "text", "turnFinished"]);
	const deltas = client.updates.flatMap((update) =>
		update.kind === "hint" && update.hint.kind === "textDelta" ? [update.hint.delta] : [],
	);
	expect(deltas.join("")).toBe("Hello there.");
});

test("sequence numbers rise by one and hints carry the last", async () => {
	const { client, sessionId } = await start(say("x"));
	await prompt(client, sessionId, "hi");
	await client.event("turnFinished");
	const seqs = client.updates.flatMap((update) => (update.kind === "event" ? [update.seq] : []));
	expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
});

test("the model is told what was said before", async () => {
	const { client, sessionId, backend } = await start(say("one"), say("two"));
	await prompt(client, sessionId, "first");
	await client.event("turnFinished");
	const { turnId } = await prompt(client, sessionId, "second");
	await client.event("turnFinished", (event) => event.turnId === turnId);
	expect(backend.requests[1]!.transcript.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
	// The request's transcript begins with all of the one before.
	expect(backend.requests[1]!.transcript.slice(0, 1)).toEqual(backend.requests[0]!.transcript);
});

test("a request id sent twice makes one turn", async () => {
	const { client, sessionId, backend } = await start(say("x"));
	const [first, second] = await Promise.all([
		prompt(client, sessionId, "hi", "same"),
		prompt(client, sessionId, "hi", "same"),
	]);
	expect(second).toEqual(first);
	await client.event("turnFinished");
	expect(await prompt(client, sessionId, "hi", "same")).toEqual(first);
	expect(backend.requests).toHaveLength(1);
});

test("prompts wait their turn, can be edited and removed meanwhile", async () => {
	const { client, sessionId, backend } = await start(hangAfter("…"), say("done"));
	await prompt(client, sessionId, "long");
	const second = await prompt(client, sessionId, "second");
	const third = await prompt(client, sessionId, "third");
	const content = [{ kind: "text" as const, text: "second, better" }];
	await client.request("queue/edit", { sessionId, requestId: "e", turnId: second.turnId, content });
	await client.request("queue/remove", { sessionId, requestId: "d", turnId: third.turnId });
	expect((await client.request("queue/list", { sessionId })).turns).toEqual([
		{ turnId: second.turnId, content },
	]);
	expect(await client.request("session/cancel", { sessionId })).toEqual({ cancelled: true });
	await client.event("turnFinished", ({ turnId }) => turnId === second.turnId);
	expect(JSON.stringify(backend.requests[1]!.transcript)).toContain("second, better");
	expect(backend.requests).toHaveLength(2);
});

test("a cancel keeps what had come, also for the next request", async () => {
	const { client, sessionId, backend } = await start(hangAfter("Half an ans"), say("ok"));
	const { turnId } = await prompt(client, sessionId, "hi");
	await client.until((update) => update.kind === "hint" && update.hint.kind === "textDelta");
	await client.request("session/cancel", { sessionId });
	expect(await client.event("turnFinished")).toMatchObject({ turnId, stopReason: "cancelled" });
	expect(await client.event("text")).toMatchObject({ text: "Half an ans" });
	const next = await prompt(client, sessionId, "go on");
	await client.event("turnFinished", (event) => event.turnId === next.turnId);
	expect(JSON.stringify(backend.requests[1]!.transcript)).toContain("Half an ans");
});

test("a failing backend ends the turn after the text that came, and the session goes on", async () => {
	const { client, sessionId } = await start(
		failAfter("Some text", "The model server hung up. Try again."),
		say("ok"),
	);
	await prompt(client, sessionId, "hi");
	expect(await client.event("turnFinished")).toMatchObject({
		stopReason: "failed",
		error: "The model server hung up. Try again.",
	});
	const { turnId } = await prompt(client, sessionId, "again");
	expect(await client.event("turnFinished", (event) => event.turnId === turnId)).toMatchObject({
		stopReason: "endTurn",
	});
});

test("without a kernel a tool call is answered with an error the model can read", async () => {
	const { client, sessionId, backend } = await start(callTool("pyrun", { code: "1" }));
	await prompt(client, sessionId, "hi");
	await client.event("turnFinished");
	expect(await client.event("toolResult")).toMatchObject({ isError: true });
	expect(backend.requests[0]!.tools).toEqual([]);
});

test("without a backend a prompt fails with the way to get one, and says so once", async () => {
	const backend = {
		...scriptedBackend(),
		login: () => ({ kind: "missing" as const, hint: "Set SCRIPT_KEY." }),
	};
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: "n",
		cwd: "/",
		kernel: null,
		settings: {},
	});
	expect(state.settings.backend).toBeNull();
	await prompt(client, state.sessionId, "hi");
	expect((await client.event("turnFinished")).error).toMatch(/^No AI backend is ready\. Log in with c/);
});

test("reset forgets the conversation and keeps the transcript", async () => {
	const { client, sessionId, backend } = await start(say("one"), say("two"));
	await prompt(client, sessionId, "first");
	await client.event("turnFinished");
	await client.request("session/reset", { sessionId, requestId: "reset" });
	const { turnId } = await prompt(client, sessionId, "second");
	await client.event("turnFinished", (event) => event.turnId === turnId);
	expect(backend.requests[1]!.transcript).toHaveLength(1);
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 10 });
	expect(items).toHaveLength(2);
});

test("a character that a provider cuts in two is told whole, and half of one alone as U+FFFD", async () => {
	const { client, ask } = await startKernelSession(
		[say("abc😀😀 def"), callTool("pyrun", { code: "'\ud800'" })],
		{
			permissions: "yolo",
		},
	);
	const { turnId } = await ask("faces");
	const deltas = client.updates.flatMap((update) =>
		update.kind === "hint" && update.hint.kind === "textDelta" && update.hint.turnId === turnId
			? [update.hint.delta]
			: [],
	);
	expect(deltas.join("")).toBe("abc😀😀 def");
	expect(deltas.every((delta) => delta.isWellFormed())).toBe(true);
	await ask("half a face");
	expect(await client.event("toolCall")).toMatchObject({ args: { code: "'\ufffd'" } });
});
