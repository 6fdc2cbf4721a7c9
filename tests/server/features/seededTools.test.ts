/** The AI's tools as functions of the person: hidden, never in the way, and no way around a question. */
import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../support/folder.ts";
import { callTool, type Script } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const names = "pyrun bash look lnhashview_file exhash_file start_bgterm write_stdin close_bgterm allow".split(
	" ",
);

const start = async (config: object = {}, ...scripts: readonly Script[]) => {
	const home = realpathSync(folderWith({ ".config/ipyai/config.json": JSON.stringify(config) }));
	const session = await startKernelSession(scripts, {}, ".", { HOME: home });
	const { client, sessionId } = session;
	const result = async (turnId: string) => {
		const { content, isError } = await client.event("toolResult", (event) => event.turnId === turnId);
		return { text: content.map((part) => (part.kind === "text" ? part.text : "")).join(""), isError };
	};
	/** Sends a prompt and allows the call that it leads to. */
	const askAllowing = async (text: string) => {
		const { turnId } = await session.send(text);
		const { approvalId } = await client.event("approvalAsked", (event) => event.turnId === turnId);
		await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
		return result(turnId);
	};
	return { ...session, home, result, askAllowing };
};

test("they are there, and in no list of variables", async () => {
	const { run, client, sessionId } = await start();
	expect(
		(await run(`print([callable(globals().get(n)) for n in ${JSON.stringify(names)}])`)).text.trim(),
	).toBe(`[${names.map(() => "True").join(", ")}]`);
	expect((await run("%who")).text).toContain("Interactive namespace is empty");
	expect((await client.request("kernel/variables", { sessionId })).variables).toEqual([]);
	expect((await run("look()")).text).toContain("There are no variables.");
});

test("a person's own name stands, and is a variable like any other", async () => {
	const { run, client, sessionId } = await start();
	await run("bash = 3");
	expect((await run("bash + 1")).text).toContain("4");
	const { variables } = await client.request("kernel/variables", { sessionId });
	expect(variables.map(({ name }) => name)).toEqual(["bash"]);
	expect((await run("del bash; 'bash' in globals()")).text).toContain("False");
});

test("seed_tools: false leaves them out", async () => {
	const { run } = await start({ seed_tools: false });
	expect((await run(`[n for n in ${JSON.stringify(names)} if n in globals()]`)).text).toContain("[]");
});

test("in a person's cell they work as the model's do: files, commands, terminals, Python", async () => {
	const { run, home } = await start();
	writeFileSync(join(home, "a.txt"), "one\n");
	await run(`%cd -q ${home}`);
	expect((await run("bash('echo hi; exit 3')")).text).toMatch(/hi[\s\S]*3/);
	expect((await run("print(lnhashview_file('a.txt'))")).text).toMatch(/^1\|[0-9a-f]{4}\| {2}one/);
	await run("exhash_file('a.txt', ['%s/one/two/'])");
	expect((await run("open('a.txt').read()")).text).toContain("two");
	expect((await run("x = await pyrun('y = 20\\ny + 1'); (x, y)")).text).toContain("(21, 20)");
	expect((await run("rows = [1, 2]; look('rows[0]')")).text).toContain("1");
	expect((await run("print(start_bgterm('echo begun; sleep 60', yield_time_ms=3000))")).text).toContain(
		"begun",
	);
	expect((await run("bash(3)")).text).toContain('RuntimeError: bash needs "cmd"');
});

test("a rule that denies holds for the person's functions too", async () => {
	const { run } = await start({ rules: { deny: ["bash(touch)"] } });
	expect((await run("bash('touch made')")).text).toContain(
		"RuntimeError: Not run: the person's rules forbid",
	);
});

test("what a tool runs cannot use them, nor allow itself anything", async () => {
	const code = (text: string) => callTool("pyrun", { code: text });
	const { run, askAllowing } = await start({}, code("bash('touch made')"), code("allow('*')"));
	for (const word of ["bash", "allow"]) {
		const told = await askAllowing("go");
		expect(told).toMatchObject({ isError: true });
		expect(told.text).toContain(`PermissionError: Code that a tool runs cannot use ${word}`);
	}
	expect((await run("%ipyai permissions")).text).toBe("permissions = ask\n");
	expect((await run("import os; os.path.exists('made')")).text).toContain("False");
});

test("allow() from a cell: a function as it is, a rule for this session, until the mode changes", async () => {
	const tidy = callTool("tidy", {});
	const { client, ask, run, result } = await start({}, tidy, callTool("bash", { cmd: "touch made" }));
	await run("def tidy():\n    return 'kept'");
	expect((await run("allow(tidy)")).text).toContain("The AI may call tidy as it is defined now.");
	await run("allow('bash(touch)')");
	expect((await result((await ask("a")).turnId)).text).toContain("kept");
	expect((await result((await ask("b")).turnId)).isError).toBe(false);
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "approvalAsked")).toBe(
		false,
	);
	const listed = (await run("%ipyai permissions")).text;
	expect(listed).toContain("call tidy as it is defined now");
	expect(listed).toContain("allow bash(touch)   (this session)");
	await run("%ipyai permissions ask");
	expect((await run("%ipyai permissions")).text).toBe("permissions = ask\n");
	expect((await run("allow('nonsense here')")).text).toContain(
		"is neither a rule about a tool nor a function",
	);
	expect((await run("allow(3)")).text).toContain("TypeError");
});
