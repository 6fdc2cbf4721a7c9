/** MCP servers in a session: on real programs, with a real kernel, as a person and a model meet them. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { programOf } from "../../support/mcp/servers.ts";
import { callTool, hangAfter, say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const home = (mcpServers: object, config: object = {}): Record<string, string> => {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-mcp-home-")));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	writeFileSync(join(folder, ".claude.json"), JSON.stringify({ mcpServers }));
	mkdirSync(join(folder, ".config/ipyai"), { recursive: true });
	writeFileSync(join(folder, ".config/ipyai/config.json"), JSON.stringify(config));
	return { HOME: folder, PATH: process.env.PATH ?? "" };
};

test("the first request has a server's tools, a call of one is asked about, and runs once allowed", async () => {
	const { backend, client, sessionId, ask } = await startKernelSession(
		[callTool("mcp__usual__echo", { text: "hello" }), say("ok")],
		{},
		".",
		home({ usual: programOf("main") }),
	);
	const asking = ask("say hello");
	const { approvalId, tool, card } = await client.event("approvalAsked");
	expect(tool).toBe("mcp__usual__echo");
	expect(card).toMatchObject({
		text: "echo(text='hello')",
		notes: [expect.stringContaining("echo of the MCP server usual"), "it says of itself that it only reads"],
	});
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	await asking;
	expect(await client.event("toolResult")).toMatchObject({
		isError: false,
		content: [{ kind: "text", text: "hello" }],
	});
	expect(backend.requests[0]!.tools.map(({ name }) => name)).toContain("mcp__usual__echo");
});

test("plan refuses, and a rule of the person's allows in ask", async () => {
	const said = async (permissions: "plan" | "ask") => {
		const { client, ask } = await startKernelSession(
			[callTool("mcp__usual__echo", { text: "allowed" }), say("ok")],
			{ permissions },
			".",
			home({ usual: programOf("main") }, { rules: { allow: ["mcp__usual__e*"] } }),
		);
		await ask("go");
		return JSON.stringify((await client.event("toolResult")).content);
	};
	expect(await said("plan")).toContain("plan mode");
	expect(await said("ask")).toContain("allowed");
});

test("a list that changes is told with the next prompt, and the tools at the head stay", async () => {
	const { backend, ask } = await startKernelSession(
		[
			callTool("mcp__usual__grow", {}),
			say("ok"),
			callTool("call_tool", { name: "mcp__usual__grown", args: {} }),
			say("ok"),
		],
		{ permissions: "yolo" },
		".",
		home({ usual: programOf("main") }),
	);
	await ask("grow");
	await expect
		.poll(async () => {
			await ask("go on");
			return JSON.stringify(backend.requests.at(-1)!.transcript);
		})
		.toContain("New tool mcp__usual__grown, to be called with call_tool");
	expect(backend.requests.at(-1)!.tools).toEqual(backend.requests[0]!.tools);
});

test("%ipyai mcp tells what there is, approves a project's file, and sends a server's prompt", async () => {
	const { backend, client, run, server, sessionId } = await startKernelSession(
		[say("hi")],
		{},
		".",
		home({ broken: programOf("hostile", "dead") }),
	);
	await client.until(
		(update) =>
			update.kind === "hint" && update.hint.kind === "notice" && update.hint.text.includes("broken cannot"),
	);
	expect((await run("%ipyai mcp")).text).toMatch(
		/^broken +failed: it ended with code 1, and said: there is no such database /,
	);
	writeFileSync(
		join(server.folder, ".mcp.json"),
		JSON.stringify({ mcpServers: { usual: programOf("main") } }),
	);
	expect((await run("%ipyai mcp")).text).toContain(
		".mcp.json: not approved: %ipyai mcp approve, or refuse\n  usual: ",
	);
	expect((await run("%ipyai mcp approve")).text).toMatch(/^Approved: .*\.mcp\.json\n {2}usual: 9 tools/);
	const described = (await run("%ipyai mcp usual")).text;
	expect(described).toContain("mcp__usual__echo  Of the MCP server usual. Says it again.");
	expect(described).toContain("prompts:\n  greet who=…  Greets.\nresources:\n  note://one  One");
	expect((await run("%ipyai mcp prompt usual greet")).text).toContain("greet needs who=…");
	await run("secret = 'never sent'");
	await run('%ipyai mcp prompt usual greet who="Ada L."');
	await client.event("turnFinished");
	const sent = JSON.stringify(backend.requests[0]!.transcript.at(-1));
	expect(sent).toContain("<quoted>Greet Ada L. and tell $`secret`.</quoted>");
	expect(sent).not.toContain('<variable name="secret"');
	expect((await run("%ipyai mcp forget")).text).toContain("Asked about again: ");
	expect((await run("%ipyai mcp")).text).not.toContain("usual            9 tools");
	expect((await run("%ipyai mcp nobody")).text).toContain("there is no MCP server nobody: there are broken.");
	await client.request("session/close", { sessionId, requestId: "end" });
});

test("a cancelled turn ends a call that does not", async () => {
	const { client, ask, sessionId } = await startKernelSession(
		[callTool("mcp__usual__wait", {}), hangAfter("")],
		{ permissions: "yolo" },
		".",
		home({ usual: programOf("main") }),
	);
	const asking = ask("wait");
	await client.event("toolCall");
	await client.request("session/cancel", { sessionId });
	expect(await asking).toMatchObject({ stopReason: "cancelled" });
});
