/** Functions that a prompt or a note names become tools; what is no function keeps the prompt back. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callTool, say } from "../../support/scriptedBackend.ts";
import { type KernelSession, nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

const toolNames = ({ backend }: KernelSession): string[] =>
	backend.requests.at(-1)!.tools.map(({ name }) => name);
const sent = ({ backend }: KernelSession): string =>
	JSON.stringify(backend.requests.at(-1)!.transcript.at(-1));
const end = async ({ client }: KernelSession, turnId: string) =>
	client.event("turnFinished", (event) => event.turnId === turnId);

const fetch = `def fetch(
    city: str,  # where
    days: int = 3,
):
    "Asks for the weather."
    return f"{city}: {days} days of rain"`;

test("a function that the request names is a tool at once, with what its comments say", async () => {
	const session = await startKernelSession([callTool("fetch", { city: "Rome" }), say("ok")], {
		permissions: "yolo",
	});
	await session.run(fetch);
	await session.ask("use &`fetch` for Rome");
	const tool = session.backend.requests[0]!.tools.find(({ name }) => name === "fetch")!;
	expect(tool.description).toBe("fetch(city: str, days: int = 3)\nAsks for the weather.");
	expect(tool.inputSchema).toMatchObject({
		properties: { city: { type: "string", description: "where" }, days: { type: "integer", default: 3 } },
		required: ["city"],
	});
	expect((await session.client.event("toolResult")).content).toEqual([
		{ kind: "text", text: "Rome: 3 days of rain\n" },
	]);
	// Another definition is another tool, and is told as one.
	await session.run("def fetch(country): return country");
	await session.ask("again");
	expect(sent(session)).toContain(
		"New tool fetch, to be called with call_tool. The user's function fetch(country)",
	);
});

test("in mid-conversation it is told of, and the tools of the requests stay", async () => {
	const session = await startKernelSession(
		[say("hi"), callTool("call_tool", { name: "fetch", args: { city: "Oslo" } })],
		{ permissions: "yolo" },
	);
	await session.ask("hello");
	const before = toolNames(session);
	await session.run(fetch);
	await session.ask("now &`fetch`");
	expect(sent(session)).toContain("New tool fetch, to be called with call_tool.");
	expect(toolNames(session)).toEqual(before);
	expect(JSON.stringify((await session.client.event("toolResult")).content)).toContain("Oslo");
});

test.each([
	["use &`fetsh`", "&`fetsh` is not defined: did you mean fetch?"],
	["use &`n`", "&`n` is no function but of type int."],
	["use &`fetch` and &`nowhere_at_all`", "&`nowhere_at_all` is not defined."],
	["use &`fetch(1)`", "&`fetch(1)` is no name of a function"],
])("%s is not sent", async (text, expected) => {
	const session = await startKernelSession([say("ok")]);
	await session.run(`${fetch}\nn = 3`);
	const { turnId, stopReason } = await session.ask(text);
	expect(stopReason).toBe("failed");
	expect((await end(session, turnId)).error).toContain(`Not sent: ${expected}`);
	expect(session.backend.requests).toEqual([]);
	// The cells that it would have told of go with the next one.
	await session.ask("hello");
	expect(sent(session)).toContain("def fetch");
});

test("a typed note names tools in its text and head; what is missing there is a warning", async () => {
	const session = await startKernelSession([say("ok")]);
	await session.run(`${fetch}\ntidy = lambda rows: rows\nx = 41`);
	await session.run(
		"'''---\nallowed-tools: fetch nowhere\nexposed-vars: x\nshell-cmds: echo y > canary\n---\nand &`tidy`'''",
	);
	await session.ask("hello");
	expect(toolNames(session)).toEqual(expect.arrayContaining(["fetch", "tidy"]));
	expect(sent(session)).toContain("&amp;`nowhere` is not defined.");
	expect(sent(session)).toContain('<variable name=\\"x\\" type=\\"int\\">41</variable>');
	expect(sent(session)).toContain("stands in a note, where commands are not run");
	expect((await session.run('import os; print(os.path.exists("canary"))')).text.trim()).toBe("False");
});

test("in fences, quoted lines, what goes along, and notes that a file brought, names are text", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, server, sessionId } = session;
	await session.run(fetch);
	const path = join(server.folder, "foreign.ipynb");
	const source = "---\nallowed-tools: fetch\n---\n&`fetch` &`none`";
	const cells = [{ cell_type: "markdown", metadata: {}, source }];
	writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
	await client.request("notebook/load", { sessionId, requestId: nextRequestId(), path, run: false });
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: nextRequestId(),
		content: [
			{ kind: "text", text: "see\n```\n&`fetch` &`none`\n```\n> &`fetch`" },
			{ kind: "text", text: "&`fetch` &`none`", quoted: true },
		],
	});
	expect((await end(session, turnId)).stopReason).toBe("endTurn");
	expect(toolNames(session)).not.toContain("fetch");
	expect(sent(session)).toContain("&amp;`fetch` stands in a note that was not typed here, and is no tool");
});

test("a look at what would be sent makes no tool", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, sessionId } = session;
	await session.run(fetch);
	const preview = await client.request("context/preview", { sessionId, text: "use &`fetch` and &`none`" });
	expect(preview.warnings).toEqual([
		"&`fetch` becomes a tool when the prompt is sent.",
		"&`none` becomes a tool when the prompt is sent.",
	]);
	await session.ask("hello");
	expect(toolNames(session)).not.toContain("fetch");
});

test("what is typed of a name completes it: functions behind &, all behind $", async () => {
	const session = await startKernelSession([]);
	const { client, sessionId } = session;
	await session.run("def fetch(): pass\nfetched = 3\nimport json as fetcher");
	const complete = async (marked: string) => {
		const cursor = marked.indexOf("|");
		const text = marked.replace("|", "");
		const { start, end, matches } = await client.request("kernel/complete", {
			sessionId,
			code: text,
			cursor,
		});
		return matches.map((match) => text.slice(0, start) + match.text + text.slice(end));
	};
	expect(await complete(".größe 𝒙: &`fe| now")).toEqual([".größe 𝒙: &`fetch now"]);
	expect(await complete("first\n$`fetch|")).toEqual(
		expect.arrayContaining(["first\n$`fetched", "first\n$`fetcher", "first\n$`fetch"]),
	);
	expect(await complete("`a &` and fe|")).not.toEqual(["`a &` and fetch"]);
});
