import { expect, test } from "vitest";
import { callTool, say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

test.each(["ask", "auto", "plan"] as const)("in %s mode it looks without asking", async (permissions) => {
	const { client, run, ask } = await startKernelSession(
		[callTool("look", { what: "cfg['a'][1]" }), callTool("look", { what: "cfg.x" })],
		{ permissions },
	);
	await run("cfg = {'a': [1, 42]}");
	await ask("what is it?");
	expect(await client.event("toolResult")).toMatchObject({
		isError: false,
		content: [{ kind: "text", text: "42" }],
	});
	const { turnId } = await ask("and?");
	expect(await client.event("toolResult", (event) => event.turnId === turnId)).toMatchObject({
		isError: true,
		content: [{ text: "cfg.x: dict has no x." }],
	});
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "approvalAsked")).toBe(
		false,
	);
});

test("after a cell that failed the prompt carries its frames with their values, and not again", async () => {
	const { backend, run, ask } = await startKernelSession([say("a"), say("b"), say("c"), say("d")]);
	const promptOf = (index: number): string => {
		const last = backend.requests[index]!.transcript.at(-1)!;
		const [part] = last.role === "user" ? last.content : [];
		return part?.kind === "text" ? part.text : "";
	};
	await run(
		"def share(parts, of):\n    token_of_mine = 'sk-ant-api03-abcdefghijklmnopqrstuvwx'\n    return of / len(parts)",
	);
	await run("groups = {'a': []}\nshare(groups['a'], 7)");
	await run("'a remark for the model'");
	await ask("why?");
	const first = promptOf(0);
	expect(first).toMatch(
		/<\/context>\n<traceback>#0 In \[2\], line 2, in [\s\S]*#1 In \[1\], line 3, in share\n[\s\S]*&gt; {4}3 \| [\s\S]*parts = list of 0\n {4}of = 7\n[\s\S]*ZeroDivisionError: division by zero<\/traceback>\n<user-request>why\?/,
	);
	expect(first.slice(first.indexOf("<traceback>"))).toContain("token_of_mine = '[redacted]'");
	await ask("and?");
	expect(promptOf(1)).not.toContain("<traceback>");
	await run("1 / 0");
	await run("'settled' + '!'");
	await ask("fine?");
	expect(promptOf(2), "a later cell went well").not.toContain("<traceback>");
	await run("for");
	await ask("and now?");
	expect(promptOf(3), "what did not even begin has no frames").not.toContain("<traceback>");
});

test("wrong arguments are told to the model", async () => {
	const { client, ask } = await startKernelSession([
		callTool("look", { what: 5 }),
		callTool("look", { frame: "x" }),
		callTool("look", { frame: 0 }),
	]);
	const told = async () => {
		const { turnId } = await ask("go");
		const { content, isError } = await client.event("toolResult", (event) => event.turnId === turnId);
		expect(isError).toBe(true);
		return JSON.stringify(content);
	};
	expect(await told()).toContain("is a text of up to 2000 characters");
	expect(await told()).toContain("is the number of a frame");
	expect(await told()).toContain("there was no error yet");
});
