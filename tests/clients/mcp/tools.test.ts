/** Another AI program's tools on a person's live session, with a real kernel. */
import { expect, onTestFinished, test } from "vitest";
import { LiveSessions } from "../../../clients/mcp/liveSessions.ts";
import { callTool } from "../../../clients/mcp/tools.ts";
import type { PermissionMode } from "../../../protocol/index.ts";
import { nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

const open = async (permissions: PermissionMode = "ask") => {
	const session = await startKernelSession([], { permissions });
	const sessions = new LiveSessions({
		cwd: session.server.folder,
		connect: () => session.server.connect({ name: "other (mcp)", answers: "nothing" }),
	});
	onTestFinished(() => sessions.close());
	const call = async (name: string, args: object = {}, signal = new AbortController().signal) => {
		const { content, isError = false } = await callTool(
			sessions,
			(text) => text.replaceAll("s3cret", "[redacted]"),
			{ name, args: { ...args }, signal },
		);
		const text = content.map((part) => (part.type === "text" ? part.text : `[${part.mimeType}]`)).join("\n");
		return { text, isError };
	};
	return { ...session, call };
};

test("sessions, variables, a name and what was run are there to be looked at, without keys", async () => {
	const { call, run, server } = await open();
	await run("prices = [3, 5]\nprint('the s3cret \\x1b[31mred\\x1b[0m')\nprices");
	expect((await call("list_sessions")).text).toMatch(/^\S+ {2}live {2}.*1 cells, 0 prompts/);
	expect((await call("list_sessions")).text).toContain(server.folder);
	expect((await call("variables", { filter: "pri" })).text).toMatch(/^prices: list /);
	expect((await call("inspect", { name: "prices" })).text).toContain("list");
	expect(await call("inspect", { name: "prices()" })).toEqual({
		text: 'inspect needs a "name".',
		isError: true,
	});
	expect((await call("transcript")).text).toBe(
		"In [1]: prices = [3, 5]\nprint('the [redacted] \\x1b[31mred\\x1b[0m')\nprices\nthe [redacted] red\n[3, 5]",
	);
});

test("a cell is asked about in the session, with who wants it, and answers what it showed", async () => {
	const { call, client, sessionId } = await open();
	const code =
		"from base64 import b64decode\nfrom IPython.display import Image, display\nprint('hi')\ndisplay(Image(b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==')))";
	const calling = call("run_cell", { code });
	const { approvalId, tool, card, always } = await client.event("approvalAsked");
	expect([tool, card?.title, card?.text, always]).toEqual([
		"run_cell",
		"run_cell of other (mcp)",
		code,
		"run any Python code that other (mcp) proposes in this session without asking",
	]);
	expect(
		await client.event("participantJoined", ({ participant }) => participant.role === "observer"),
	).toMatchObject({ participant: { name: "other (mcp)" } });
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	const { text, isError } = await calling;
	expect(text).toMatch(/^In \[1\] of session \S+\nhi\n\[image\/png\]\n\[image\/png\]$/);
	expect(isError).toBe(false);
	expect(await client.event("cellStarted")).toMatchObject({ code, quoted: true });
});

test("what a person declines, and what a mode refuses, is told with the reason", async () => {
	const { call, client, sessionId, run } = await open();
	const calling = call("run_cell", { code: "x = 1" });
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "deny", message: "not now" });
	expect(await calling).toEqual({
		text: "Not run: the person declined and said: not now",
		isError: true,
	});
	await client.request("session/configure", {
		sessionId,
		requestId: nextRequestId(),
		settings: { permissions: "plan" },
	});
	expect((await call("run_cell", { code: "x = 1" })).text).toContain("plan mode");
	expect((await run("x")).status).toBe("error");
});

test("where nobody can be asked a cell is refused; in yolo it runs, and speaks for nobody", async () => {
	const { call, client, sessionId, server } = await open();
	await server
		.connect({ answers: "input" })
		.then((watcher) =>
			watcher.request("session/attach", { ref: { sessionId }, role: "controller", since: null }),
		);
	await client.request("session/detach", { sessionId });
	const { text, isError } = await call("run_cell", { code: "1" });
	expect(text).toMatch(/^Not run: it needs the person's approval and nobody is there to give it\./);
	expect(isError).toBe(true);
	const yolo = await open("yolo");
	expect((await yolo.call("run_cell", { code: "40 + 2" })).text).toMatch(/\n42$/);
	expect((await yolo.call("run_cell", { code: "1/0" })).text).toMatch(/\(error\)\n[\s\S]*ZeroDivisionError/);
	for (const code of ["%ipyai permissions yolo", "allow('bash(rm)')"])
		expect((await yolo.call("run_cell", { code })).isError, code).toBe(true);
});

test("a call that is given up leaves no question, and interrupts its own cell alone", async () => {
	const asked = await open();
	const abort = new AbortController();
	const calling = asked.call("run_cell", { code: "1" }, abort.signal);
	await asked.client.event("approvalAsked");
	abort.abort();
	expect((await calling).isError).toBe(true);
	expect(await asked.client.event("approvalAnswered")).toMatchObject({ outcome: "cancelled" });

	const yolo = await open("yolo");
	const stop = new AbortController();
	const running = yolo.call("run_cell", { code: "print('on', flush=True)\nwhile True: pass" }, stop.signal);
	await yolo.client.event("cellOutput");
	stop.abort();
	expect((await running).isError).toBe(true);
	expect(await yolo.client.event("cellFinished")).toMatchObject({ status: "interrupted" });
});

test("without a live session, and with a word that names none, the next step is told", async () => {
	const { call, client, sessionId, run } = await open();
	await run("kept = 1");
	expect((await call("variables", { session: "nope" })).text).toMatch(
		/^No session is nope\. Live are \S+\.$/,
	);
	await client.request("session/close", { sessionId, requestId: nextRequestId() });
	expect((await call("variables")).text).toBe(
		"There is no live session: the person starts one with ipyai in a terminal.",
	);
	// What was run there can still be read.
	const session = sessionId.slice(0, 13);
	expect((await call("transcript", { session })).text).toBe("In [1]: kept = 1");
	expect((await call("variables", { session })).text).toMatch(/^No session is .*\. There is no live session/);
	expect(await call("constructor")).toMatchObject({ isError: true });
});
