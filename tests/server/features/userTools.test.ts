import { expect, test } from "vitest";
import { callTool, say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

test("a function becomes a tool with what it takes, and the model calls it", async () => {
	const { backend, client, run, ask } = await startKernelSession(
		[callTool("greet", { name: "Ada", times: 2 }), say("ok")],
		{ permissions: "yolo" },
	);
	await run(
		'from typing import Literal\ndef greet(name: str, times: int = 1, tone: Literal["warm", "cold"] = "warm", *rest):\n    "Says hello."\n    return f"hello {name}, {tone}\\n" * times',
	);
	const { text } = await run("%ipyai tool greet");
	expect(text).toContain("Says hello.");
	await ask("greet her");
	expect(backend.requests[0]!.tools.find(({ name }) => name === "greet")!.inputSchema).toEqual({
		type: "object",
		properties: {
			name: { type: "string" },
			times: { type: "integer", default: 1 },
			tone: { enum: ["warm", "cold"], default: "warm" },
		},
		required: ["name"],
		additionalProperties: false,
	});
	expect(await client.event("toolResult")).toMatchObject({
		isError: false,
		content: [{ kind: "text", text: "hello Ada, warm\nhello Ada, warm\n\n" }],
	});
	expect((await run("%ipyai tools")).text).toMatch(/^pyrun [\s\S]*\ngreet /);
	expect(backend.requests[0]!.tools.map(({ name }) => name).slice(-2)).toEqual(["greet", "call_tool"]);
});

test("a tool that comes or goes in mid-conversation leaves the tools of the requests as they are", async () => {
	const { backend, client, sessionId, run, ask } = await startKernelSession(
		[
			say("hi"),
			callTool("call_tool", { name: "greet", args: { name: "Ada" } }),
			say("ok"),
			callTool("call_tool", { name: "greet", args: '{"name": "Bob"}' }),
			say("fine"),
		],
		{},
	);
	const promptOf = (index: number) => JSON.stringify(backend.requests[index]!.transcript.at(-1));
	await ask("hello");
	expect(promptOf(0)).not.toContain("<tools>");
	await run('def greet(name: str):\n    "Says hello."\n    return f"hello {name}"');
	await run("%ipyai tool greet");
	const allow = async () => {
		const { approvalId, tool, args } = await client.event("approvalAsked");
		await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
		return { tool, args };
	};
	const [asked] = await Promise.all([allow(), ask("greet her")]);
	// What is asked, run and shown is the person's function, not the way that it was called.
	expect(asked).toEqual({ tool: "greet", args: { name: "Ada" } });
	expect(await client.event("toolCall")).toMatchObject({ name: "greet", args: { name: "Ada" } });
	expect((await client.event("toolResult")).content).toEqual([{ kind: "text", text: "hello Ada\n" }]);
	expect(promptOf(1)).toContain("<tools>New tool greet, to be called with call_tool. greet(name: str)");
	await ask("and now?");
	expect(promptOf(2)).not.toContain("<tools>");
	await run("%ipyai tool greet --off");
	await ask("again");
	expect(promptOf(3)).toContain("<tools>greet is no tool any more.</tools>");
	const refused = await client.event("toolResult", ({ isError }) => isError);
	expect(JSON.stringify(refused.content)).toContain("There is no tool greet.");
	const tools = backend.requests.map((request) => JSON.stringify(request.tools));
	expect(new Set(tools).size).toBe(1);
	expect(backend.requests[0]!.tools.map(({ name }) => name)).not.toContain("greet");
	expect(backend.requests[0]!.tools.at(-1)!.name).toBe("call_tool");
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "epochStarted")).toBe(
		false,
	);

	// A new conversation has all tools from its beginning.
	await run("%ipyai tool greet");
	await run("%ipyai reset");
	await ask("hello");
	expect(
		backend.requests
			.at(-1)!
			.tools.map(({ name }) => name)
			.slice(-2),
	).toEqual(["greet", "call_tool"]);
});

test("an async function's value comes back, a failing one's traceback, and permission is asked by its name", async () => {
	const { client, sessionId, run, ask } = await startKernelSession([
		callTool("later", { n: 20 }),
		callTool("later", { n: "x" }),
	]);
	await run("async def later(n):\n    import asyncio\n    await asyncio.sleep(0)\n    return n + 1");
	await run("%ipyai tool later");
	const answer = async () => {
		const { approvalId, tool } = await client.event("approvalAsked");
		await client.request("permission/answer", { sessionId, approvalId, decision: "allowAlways" });
		return tool;
	};
	const [tool] = await Promise.all([answer(), ask("go")]);
	expect(tool).toBe("later");
	expect((await client.event("toolResult")).content).toEqual([{ kind: "text", text: "21\n" }]);
	await ask("go again");
	const failed = await client.event("toolResult", ({ isError }) => isError);
	expect(JSON.stringify(failed.content)).toContain("TypeError");
});

test("what cannot be a tool says why", async () => {
	const { run } = await startKernelSession([], {});
	await run("n = 3\ndef f(a, /): pass");
	expect((await run("%ipyai tool nothing")).text).toContain("nothing is not defined.");
	expect((await run("%ipyai tool n")).text).toContain("n is no function but of type int.");
	expect((await run("%ipyai tool f")).text).toContain("f takes a by position only.");
	expect((await run("%ipyai tool print(1)")).text).toContain("is no name of a function.");
	expect((await run("%ipyai tool n --off")).text).toContain("none of your functions");
});

test("always holds for the function that was shown, and is asked anew when it is defined anew", async () => {
	const { client, sessionId, run, ask, send } = await startKernelSession([
		callTool("tidy", {}),
		callTool("tidy", {}),
		callTool("tidy", {}),
	]);
	const askedCount = () =>
		client.updates.filter((each) => each.kind === "event" && each.event.kind === "approvalAsked").length;
	await run("def tidy():\n    return 'kept'");
	await run("%ipyai tool tidy");
	await send("go");
	const { approvalId, always } = await client.event("approvalAsked");
	expect(always).toBe("call tidy as it is defined now, in this session without asking");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allowAlways" });
	await client.event("turnFinished");
	await ask("again");
	expect(askedCount()).toBe(1);
	expect((await run("%ipyai permissions")).text).toBe(
		"permissions = ask\nalways allowed:\n  1  call tidy as it is defined now, in this session without asking\n",
	);

	await run("def tidy():\n    return 'gone'");
	const { turnId } = await send("once more");
	const again = await client.event("approvalAsked", (event) => event.turnId === turnId);
	await client.request("permission/answer", {
		sessionId,
		approvalId: again.approvalId,
		decision: "deny",
	});
	await client.event("turnFinished", (event) => event.turnId === turnId);
	expect(askedCount()).toBe(2);
});

test("a function that is defined anew while the question waits is not called", async () => {
	const { client, sessionId, run, send } = await startKernelSession([callTool("tidy", {})]);
	await run("def tidy():\n    return 'kept'");
	await run("%ipyai tool tidy");
	await send("go");
	const { approvalId } = await client.event("approvalAsked");
	await run("def tidy():\n    raise SystemExit('gone')");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	const { content, isError } = await client.event("toolResult");
	expect(isError).toBe(true);
	expect(JSON.stringify(content)).toContain("tidy was defined anew after this call was allowed");
});
