import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callTool } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const bash = (cmd: string) => callTool("bash", { cmd });

test("in auto a line that only looks runs at once, another one asks and runs when it is allowed", async () => {
	const session = await startKernelSession([bash("ls notes.txt"), bash("touch made && echo made it")], {
		permissions: "auto",
	});
	const { client, sessionId, server, run, ask, send } = session;
	writeFileSync(join(server.folder, "notes.txt"), "");
	await run(`import os; os.chdir(${JSON.stringify(server.folder)})`);
	await ask("what is here?");
	expect(await client.event("toolResult")).toMatchObject({
		isError: false,
		content: [{ kind: "text", text: "notes.txt" }],
	});
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "approvalAsked")).toBe(
		false,
	);
	const { turnId } = await send("make it");
	const asked = await client.event("approvalAsked");
	expect(asked).toMatchObject({ tool: "bash", args: { cmd: "touch made && echo made it" }, always: null });
	expect(existsSync(join(server.folder, "made"))).toBe(false);
	await client.request("permission/answer", { sessionId, approvalId: asked.approvalId, decision: "allow" });
	expect(await client.event("toolResult", (event) => event.turnId === turnId)).toMatchObject({
		content: [{ text: "made it" }],
	});
	expect(existsSync(join(server.folder, "made"))).toBe(true);
});

test("it starts where the live Python is, and shows its output while it runs", async () => {
	const { client, run, ask } = await startKernelSession([bash("pwd; cat a.txt")], { permissions: "yolo" });
	await run("import os; os.makedirs('deep/er'); os.chdir('deep/er'); open('a.txt', 'w').write('here')");
	await ask("where?");
	const { content } = await client.event("toolResult");
	expect(JSON.stringify(content)).toMatch(/deep\/er\\nhere/);
	const shown = client.updates.flatMap((each) =>
		each.kind === "hint" && each.hint.kind === "toolOutput" ? [each.hint.delta] : [],
	);
	expect(shown.join("")).toMatch(/deep\/er\nhere$/);
});

test("a command while a cell runs does not wait for it", async () => {
	const { client, sessionId, ask } = await startKernelSession([bash("echo beside")], { permissions: "yolo" });
	const { cellId } = await client.request("cell/execute", {
		sessionId,
		requestId: "long",
		code: "import time; time.sleep(60)",
	});
	await client.event("cellStarted", (event) => event.cellId === cellId);
	await ask("now");
	expect(await client.event("toolResult")).toMatchObject({ content: [{ text: "beside" }] });
	await client.request("cell/interrupt", { sessionId });
});

test("plan mode looks by it and does nothing else", async () => {
	const { client, ask } = await startKernelSession([bash("pwd"), bash("touch made")], {
		permissions: "plan",
	});
	await ask("look");
	expect(await client.event("toolResult")).toMatchObject({ isError: false });
	const { turnId } = await ask("do");
	const refused = await client.event("toolResult", (event) => event.turnId === turnId);
	expect(JSON.stringify(refused.content)).toContain("plan mode");
});

test("what is left running is told to every client, and so is its end", async () => {
	const { client, server, sessionId, ask } = await startKernelSession(
		[callTool("start_bgterm", { cmd: "sleep 600" }), callTool("close_bgterm", { sid: 1 })],
		{ permissions: "yolo" },
	);
	const told = () =>
		client.updates.flatMap((update) =>
			update.kind === "hint" && update.hint.kind === "terminals" ? [update.hint.running] : [],
		);
	await ask("watch");
	expect(told()).toEqual([[{ id: 1, command: "sleep 600" }]]);
	const other = await server.connect();
	const { state } = await other.request("session/attach", {
		ref: { sessionId },
		role: "observer",
		since: null,
	});
	expect(state.terminals).toEqual([{ id: 1, command: "sleep 600" }]);
	await ask("enough");
	await expect.poll(() => told().at(-1)).toEqual([]);
});
