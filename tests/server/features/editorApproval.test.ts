/** A tool's question in an editor: a message with buttons, a code action, a command. */
import { expect, onTestFinished, test, vi } from "vitest";
import type { ClientCapabilities } from "vscode-languageserver/node";
import { until } from "../../support/kernel.ts";
import { codeActionsOf, editorBeside, everything } from "../../support/plainEditor.ts";
import { callTool } from "../../support/scriptedBackend.ts";

test.each([
	["Allow", "TOOL SAID: 42"],
	[null, "The person declined"],
] as const)("a tool is put before the person; %s", async (answer, expected) => {
	const asked: string[] = [];
	const { run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: (message) => {
			asked.push(message);
			return answer;
		},
	});
	const { answer: said } = await run("ipyai.prompt", { text: "how much?" });
	expect(said).toMatch(new RegExp(expected, "i"));
	expect(asked).toEqual([
		"ipyai: the model wants to run pyrun:\n6 * 7\n(Always: run any Python code in this session without asking.)",
	]);
});

test("an editor that announces nothing of messages is asked too", async () => {
	const { run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: () => "Allow",
		capabilities: {},
	});
	expect((await run("ipyai.prompt", { text: "how much?" })).answer).toBe("TOOL SAID: 42");
});

test("of an editor that knows no message with buttons, a tool waits for others; with none there it is not run", async () => {
	const tool = callTool("pyrun", { code: "6 * 7" });
	const { client, sessionId, run, told } = await editorBeside([tool, tool], { onAsked: undefined });
	const answered = run("ipyai.prompt", { text: "how much?" });
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	expect((await answered).answer).toBe("TOOL SAID: 42");
	expect(JSON.stringify(told)).toContain("pyrun waits for your permission");
	await client.request("session/detach", { sessionId });
	expect((await run("ipyai.prompt", { text: "and now?" })).answer).toContain("nobody is there to give it");
});

const withActions: ClientCapabilities = { ...everything, textDocument: { codeAction: {} } };
const never = () => new Promise<never>(() => {});

test.each([
	["Allow pyrun: 6 * 7", "TOOL SAID: 42"],
	["Deny pyrun: 6 * 7", "The person declined"],
])("a message with buttons that nobody answers: the code action %s does", async (title, expected) => {
	const editor = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: never,
		capabilities: withActions,
	});
	const answered = editor.run("ipyai.prompt", { text: "how much?" });
	await editor.client.event("approvalAsked");
	const offered = await codeActionsOf(editor);
	expect(offered.map((one) => one.title)).toEqual([
		"Allow pyrun: 6 * 7",
		"Always: run any Python code in this session without asking",
		"Deny pyrun: 6 * 7",
	]);
	const {
		command,
		arguments: [argument],
	} = offered.find((one) => one.title === title)!;
	expect(await editor.run(command, argument)).toEqual({ answered: true });
	expect((await answered).answer).toMatch(new RegExp(expected, "i"));
	expect(await codeActionsOf(editor)).toEqual([]);
	expect(await editor.run("ipyai.allow")).toEqual({ answered: false });
	await until(() => editor.shown().includes("No tool waits for your permission."));
});

test("a question is put once and stays, though other work of the editor ends meanwhile", async () => {
	const asked: string[] = [];
	const editor = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: (message) => {
			asked.push(message);
			return never();
		},
	});
	await editor.open("# %%\nimport time\nprint('on')\ntime.sleep(600)");
	const cell = editor.run("ipyai.runCell", { uri: editor.uri });
	await editor.client.event("cellOutput");
	const answered = editor.run("ipyai.prompt", { text: "how much?" });
	await until(async () => (await codeActionsOf(editor)).some(({ title }) => title.startsWith("Allow")));
	await editor.client.request("cell/interrupt", { sessionId: editor.sessionId });
	await cell;
	await editor.run("ipyai.allow");
	expect((await answered).answer).toBe("TOOL SAID: 42");
	expect(asked).toHaveLength(1);
});

test("of a question of others an editor knows only while it takes part", async () => {
	const editor = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: never,
		capabilities: withActions,
	});
	const { client, sessionId } = editor;
	await editor.open("# %%\nimport time\nprint('on')\ntime.sleep(600)");
	const cell = editor.run("ipyai.runCell", { uri: editor.uri });
	await client.event("cellOutput");
	await editor.send("how much?");
	const isOffered = async () => (await codeActionsOf(editor)).some(({ title }) => title.startsWith("Allow"));
	await until(isOffered);
	await client.request("cell/interrupt", { sessionId });
	await cell;
	expect(await isOffered()).toBe(false);
	const { approvalId } = await client.event("approvalAsked");
	await client.request("permission/answer", { sessionId, approvalId, decision: "deny" });
	await client.event("turnFinished");
});

test("commands on keys answer too, once and for all if so wished", async () => {
	const tool = callTool("pyrun", { code: "6 * 7" });
	const editor = await editorBeside([tool, tool, tool], { onAsked: never });
	const { run } = editor;
	const first = run("ipyai.prompt", { text: "how much?" });
	await until(async () => (await codeActionsOf(editor)).length > 0);
	await run("ipyai.deny");
	expect((await first).answer).toMatch(/declined/);
	const second = run("ipyai.prompt", { text: "how much?" });
	await until(async () => (await codeActionsOf(editor)).length > 0);
	await run("ipyai.allow", { always: true });
	expect((await second).answer).toBe("TOOL SAID: 42");
	expect((await run("ipyai.prompt", { text: "how much?" })).answer).toBe("TOOL SAID: 42");
});

test("a person who does not answer is told once where to, and the question is taken back when it is answered", async () => {
	const cancelled = Promise.withResolvers<void>();
	const { client, sessionId, run, rpc, shown } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: undefined,
		capabilities: withActions,
	});
	rpc.onRequest("window/showMessageRequest", (_, token) => {
		token.onCancellationRequested(() => cancelled.resolve());
		return never();
	});
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	onTestFinished(() => void vi.useRealTimers());
	const answered = run("ipyai.prompt", { text: "how much?" });
	const { approvalId } = await client.event("approvalAsked");
	expect(shown()).toEqual([]);
	vi.advanceTimersByTime(60_000);
	await client.request("permission/answer", { sessionId, approvalId, decision: "deny" });
	vi.useRealTimers();
	await cancelled.promise;
	await answered;
	expect(shown()[0]).toBe(
		"ipyai: pyrun still waits for your permission: answer the question, take the code action Allow or Deny, or answer in a terminal (ipyai -r).",
	);
	expect(shown()).toHaveLength(2);
});

test("an editor without such messages that has code actions is told, and answers by them", async () => {
	const tool = callTool("pyrun", { code: "6 * 7" });
	const editor = await editorBeside([tool, tool], {
		onAsked: undefined,
		capabilities: withActions,
	});
	await editor.client.request("session/detach", { sessionId: editor.sessionId });
	for (const round of [1, 2]) {
		const answered = editor.run("ipyai.prompt", { text: "how much?" });
		const told = () => editor.shown().filter((text) => text.startsWith("ipyai: may pyrun run?"));
		await until(() => told().length === round);
		expect(told()[0]).toBe("ipyai: may pyrun run? A code action allows or denies it: \n6 * 7");
		await editor.run("ipyai.allow");
		expect((await answered).answer).toBe("TOOL SAID: 42");
	}
});

test("alone with a tool, an editor that turns out not to know messages with buttons is not said to have declined", async () => {
	const { client, sessionId, run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: undefined,
	});
	await client.request("session/detach", { sessionId });
	expect((await run("ipyai.prompt", { text: "how much?" })).answer).toContain("nobody is there to give it");
});
