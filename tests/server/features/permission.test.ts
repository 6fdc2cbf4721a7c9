import { expect, test } from "vitest";
import { folderWith } from "../../support/folder.ts";
import { until } from "../../support/kernel.ts";
import { callTool, hangAfter, say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const pyrun = (code: string) => callTool("pyrun", { code });

test("a tool runs in the live namespace after the person allowed it", async () => {
	const { client, sessionId, run, send } = await startKernelSession([pyrun("doubled = x * 2; doubled")]);
	await run("x = 21");
	await send("double x");
	const asked = await client.event("approvalAsked");
	expect(asked).toMatchObject({ tool: "pyrun", args: { code: "doubled = x * 2; doubled" } });
	await client.request("permission/answer", { sessionId, approvalId: asked.approvalId, decision: "allow" });
	await client.event("turnFinished");
	expect((await client.event("text")).text).toContain("42");
	expect((await run("doubled")).text).toBe("42\n");
});

test("a refusal reaches the model with the person's reason", async () => {
	const { client, sessionId, send } = await startKernelSession([pyrun("import shutil")]);
	await send("tidy up");
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", {
		sessionId,
		approvalId,
		decision: "deny",
		message: "not on Fridays",
	});
	expect(await client.event("toolResult")).toMatchObject({
		isError: true,
		content: [{ text: expect.stringContaining("not on Fridays") }],
	});
	expect(await client.event("turnFinished")).toMatchObject({ stopReason: "endTurn" });
});

test("always is asked once", async () => {
	const { client, sessionId, send, ask } = await startKernelSession([pyrun("1"), pyrun("2")]);
	await send("one");
	const { approvalId, always } = await client.event("approvalAsked");
	expect(always).toContain("any Python code");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allowAlways" });
	await client.event("turnFinished");
	await ask("two");
	const asked = client.updates.filter(
		(update) => update.kind === "event" && update.event.kind === "approvalAsked",
	);
	expect(asked).toHaveLength(1);
});

test("the first answer wins; every participant sees it, the second is told so", async () => {
	const { server, client, sessionId, send } = await startKernelSession([pyrun("1")]);
	const other = await server.connect({ name: "other" });
	await other.request("session/attach", { ref: { sessionId }, role: "controller", since: null });
	await send("go");
	const { approvalId } = await other.event("approvalAsked");
	await other.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	expect(await client.event("approvalAnswered")).toMatchObject({ outcome: "allow" });
	await expect(
		client.request("permission/answer", { sessionId, approvalId, decision: "deny" }),
	).rejects.toMatchObject({ code: -32015 });
});

test("nobody to ask: refused as unanswered, never as denied", async () => {
	const session = await startKernelSession([pyrun("1")]);
	session.client.close();
	const observer = await session.server.connect({ answers: "input" });
	await observer.request("session/attach", {
		ref: { sessionId: session.sessionId },
		role: "controller",
		since: null,
	});
	await observer.request("session/prompt", {
		sessionId: session.sessionId,
		requestId: "p",
		content: [{ kind: "text", text: "go" }],
	});
	expect(await observer.event("approvalAnswered")).toMatchObject({ outcome: "unanswered" });
	expect(await observer.event("toolResult")).toMatchObject({
		content: [{ text: expect.stringContaining("--permissions auto") }],
	});
});

test("cancel while a question is open closes it and ends the turn", async () => {
	const { client, sessionId, send } = await startKernelSession([pyrun("1"), say("x")]);
	await send("go");
	await client.event("approvalAsked");
	await client.request("session/cancel", { sessionId });
	expect(await client.event("approvalAnswered")).toMatchObject({ outcome: "cancelled" });
	expect(await client.event("turnFinished")).toMatchObject({ stopReason: "cancelled" });
});

test("plan mode runs nothing and tells the model so", async () => {
	const { client, ask } = await startKernelSession([pyrun("x = 1")], { permissions: "plan" });
	await ask("go");
	expect(await client.event("toolResult")).toMatchObject({
		isError: true,
		content: [{ text: expect.stringContaining("plan mode") }],
	});
});

test("what was always allowed is listed and taken back", async () => {
	const { client, sessionId, send, run } = await startKernelSession([pyrun("1"), pyrun("2")]);
	expect((await run("%ipyai permissions")).text).toBe("permissions = ask\n");
	await send("one");
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allowAlways" });
	await client.event("turnFinished");
	expect((await run("%ipyai permissions")).text).toContain(
		"always allowed:\n  1  run any Python code in this session without asking",
	);
	expect((await run("%ipyai permissions forget 2")).text).toContain("there is no 2: write 1 to 1, or all.");
	expect((await run("%ipyai permissions forget 1")).text).toContain(
		"Asked again from now on: run any Python",
	);
	expect((await run("%ipyai permissions")).text).toBe("permissions = ask\n");
	const { turnId } = await send("two");
	await client.event("approvalAsked", (event) => event.turnId === turnId);
});

test("an edit is asked about as a diff, a command line with what each part may touch", async () => {
	const { client, sessionId, send, run } = await startKernelSession([
		callTool("exhash_file", { path: "a.py", cmds: ["0|0000|a\nprint(1)"] }),
		callTool("bash", { cmd: "ls . && rm -f zzz" }),
	]);
	await run("1");
	await send("edit");
	const edit = await client.event("approvalAsked");
	expect(edit).toMatchObject({
		tool: "exhash_file",
		always: "edit a.py in this session without asking",
		card: {
			title: "exhash_file a.py",
			language: "diff",
			text: "--- /dev/null\n+++ a.py\n@@ -0,0 +1,1 @@\n+print(1)",
		},
	});
	await client.request("permission/answer", { sessionId, approvalId: edit.approvalId, decision: "allow" });
	expect((await client.event("toolResult")).isError).toBe(false);
	expect((await run("print(open('a.py').read())")).text).toContain("print(1)");
	const { turnId } = await send("list");
	const line = await client.event("approvalAsked", (event) => event.turnId === turnId);
	expect(line.card).toMatchObject({ title: "bash", language: "bash", text: "ls . && rm -f zzz" });
	expect(line.card!.notes.slice(0, 2)).toEqual([
		"ls .: looks at .",
		"rm -f zzz: it is not among the programs that are known to do no harm",
	]);
});

test("who is to answer is told that a cell ran since", async () => {
	const { server, client, sessionId, send, run } = await startKernelSession([pyrun("del x")]);
	await send("go");
	const { approvalId } = await client.event("approvalAsked");
	await run("x = 2");
	const notices = () =>
		client.updates.flatMap((each) =>
			each.kind === "hint" && each.hint.kind === "notice" ? [each.hint.text] : [],
		);
	await until(() =>
		notices().includes("pyrun: A cell ran since this was asked: variables may have changed."),
	);
	await run("x = 3");
	expect(notices().filter((text) => text.startsWith("pyrun"))).toHaveLength(1);
	const later = await server.connect();
	const { state } = await later.request("session/attach", {
		ref: { sessionId },
		role: "controller",
		since: null,
	});
	expect(state.approvals).toMatchObject([
		{
			approvalId,
			card: { text: "del x", notes: ["A cell ran since this was asked: variables may have changed."] },
		},
	]);
});

test("rules of the person and of the project decide beforehand, and are listed", async () => {
	const project = folderWith({
		".ipyai/config.json": '{"permissions": "yolo", "rules": {"deny": ["pyrun"], "allow": ["bash"]}}',
	});
	const config = folderWith({
		"ipyai/config.json": '{"rules": {"deny": ["bash(touch)"], "allow": ["pyrun"]}}',
	});
	const { client, ask, run } = await startKernelSession(
		[pyrun("made = 1"), callTool("bash", { cmd: "touch x" })],
		{ permissions: "yolo" },
		project,
		{ XDG_CONFIG_HOME: config },
	);
	const { turnId } = await ask("one");
	expect(JSON.stringify(await client.event("toolResult", (event) => event.turnId === turnId))).toContain(
		"rules forbid",
	);
	const second = await ask("two");
	expect(
		JSON.stringify(await client.event("toolResult", (event) => event.turnId === second.turnId)),
	).toContain("rules forbid this call of bash");
	expect((await run("%ipyai permissions")).text).toBe(
		[
			"permissions = yolo",
			"rules:",
			"  deny  bash(touch)   (config.json)",
			"  allow pyrun   (config.json)",
			"  deny  pyrun   (this project)",
			"",
		].join("\n"),
	);
});

test.each([
	["is no JSON", '{"rules": {"deny": ["pyrun"]},'],
	["has a rule of another form", '{"rules": {"deny": "pyrun"}}'],
	["is too long", `{"rules": {"deny": ["pyrun"]}, "x": "${"y".repeat(70_000)}"}`],
])("where a project's file of rules %s, everything is asked about", async (_, text) => {
	const { client, send } = await startKernelSession(
		[pyrun("1 + 1")],
		{ permissions: "yolo" },
		folderWith({ ".ipyai/config.json": text }),
	);
	await send("go");
	expect(await client.event("approvalAsked")).toMatchObject({ tool: "pyrun" });
});

test.each([
	["auto", "x * 2", "42"],
	["auto", "twice = x * 2; twice", "42"],
	["plan", "x * 2", "42"],
	["plan", "twice = x * 2; twice", "plan mode"],
	["plan", "x = 2", "plan mode"],
] as const)("in %s mode Python that only computes needs nobody: %s", async (permissions, code, expected) => {
	const { client, ask, run } = await startKernelSession([pyrun(code)], { permissions });
	await run("x = 21");
	await ask("go");
	expect(JSON.stringify((await client.event("toolResult")).content)).toContain(expected);
	expect(
		client.updates.some((update) => update.kind === "event" && update.event.kind === "approvalAsked"),
	).toBe(false);
});

test("in auto mode Python that may do more is asked about", async () => {
	const { client, sessionId, send } = await startKernelSession([pyrun("x = open('made', 'w')")], {
		permissions: "auto",
	});
	await send("go");
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "deny" });
	expect(await client.event("toolResult")).toMatchObject({ isError: true });
});

test("yolo asks nobody", async () => {
	const { client, ask, run } = await startKernelSession([pyrun("made = 5")], { permissions: "yolo" });
	await ask("go");
	expect(
		client.updates.some((update) => update.kind === "event" && update.event.kind === "approvalAsked"),
	).toBe(false);
	expect((await run("made")).text).toBe("5\n");
});

test("a cancelled tool is interrupted, and the kernel is free again", async () => {
	const { client, sessionId, send, run } = await startKernelSession(
		[pyrun("begun = 1\nimport time; time.sleep(60)"), hangAfter("")],
		{ permissions: "yolo" },
	);
	await send("go");
	await until(async () => {
		const { variables } = await client.request("kernel/variables", { sessionId });
		return variables.some(({ name }) => name === "begun");
	});
	await client.request("session/cancel", { sessionId });
	expect(await client.event("turnFinished")).toMatchObject({ stopReason: "cancelled" });
	expect((await run("1 + 1")).text).toBe("2\n");
});
