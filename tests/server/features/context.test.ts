import { expect, test } from "vitest";
import { say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

const rendered = (session: Awaited<ReturnType<typeof startKernelSession>>, turn: number) =>
	session.backend.requests[turn]!.transcript.at(-1)!.role === "user"
		? session.backend.requests[turn]!.transcript.at(-1)
		: null;
const textOf = (session: Awaited<ReturnType<typeof startKernelSession>>, turn = 0) =>
	JSON.stringify(rendered(session, turn));

test("the cells since the last prompt are sent, the one just run included, each once", async () => {
	const session = await startKernelSession([say("ok")]);
	await session.run("first = 1");
	await session.run("print('seen')");
	await session.ask("what did I do?");
	expect(textOf(session)).toContain(
		"<context><code>first = 1</code><code>print('seen')</code><output>seen\\n</output></context>",
	);
	await session.run("second = 2");
	await session.ask("and now?");
	expect(textOf(session, 1)).toContain("<context><code>second = 2</code></context>");
	expect(textOf(session, 1)).not.toContain("first = 1");
});

test("a model with a small window is sent less of each cell", async () => {
	const session = await startKernelSession([say("ok")]);
	Object.assign(session.backend, { contextWindow: () => 4000 });
	await session.run("print('x' * 9000)");
	await session.run("kept = 1");
	await session.ask("what did I do?");
	expect(textOf(session).length).toBeLessThan(8000);
	expect(textOf(session)).toContain("xxx");
	expect(textOf(session)).toContain("kept = 1");
	expect(textOf(session)).toContain("what did I do?");
});

test("a cell of one string literal is a note, sent as its value", async () => {
	const session = await startKernelSession([say("ok")]);
	await session.run('"""Remember: squares <only>"""');
	await session.ask("go");
	expect(textOf(session)).toContain("<note>Remember: squares &lt;only&gt;</note>");
});

test("variables and commands named in a prompt are looked up in the live session", async () => {
	const session = await startKernelSession([say("ok")]);
	await session.run("squares = [n*n for n in range(5)]");
	await session.ask("sum $`squares` and !`echo hi`, not $`nowhere`");
	expect(textOf(session)).toContain(
		'<variable name=\\"squares\\" type=\\"list\\">[0, 1, 4, 9, 16]</variable>',
	);
	expect(textOf(session)).toContain("hi");
	expect(textOf(session)).toContain("nowhere");
});

test("a prompt takes an input number and stands in %history", async () => {
	const session = await startKernelSession([say("ok")]);
	await session.run("x = 1");
	await session.ask("explain x");
	expect(await session.client.event("promptNumbered")).toMatchObject({ executionCount: 2 });
	const { text, executionCount } = await session.run("%history");
	expect(executionCount).toBe(3);
	expect(text).toContain(".explain x");
});

test("a prompt during a running cell starts at once and takes its number later", async () => {
	const session = await startKernelSession([say("at once")]);
	const { client } = session;
	const cell = session.run("import time\nprint('begun', flush=True)\ntime.sleep(2)");
	await client.event("cellOutput");
	await session.ask("what is running?");
	expect(
		client.updates.some((update) => update.kind === "event" && update.event.kind === "cellFinished"),
	).toBe(false);
	expect(textOf(session)).toContain("begun");
	expect((await cell).executionCount).toBe(1);
	expect(await client.event("promptNumbered")).toMatchObject({ executionCount: 2 });
});

test("preview shows what would be sent and changes nothing", async () => {
	const session = await startKernelSession([say("ok")]);
	const { client, sessionId } = session;
	await session.run("x = 1");
	const preview = await client.request("context/preview", { sessionId, text: "why $`x`?" });
	expect(JSON.stringify(preview.rendered)).toContain("<code>x = 1</code>");
	await session.ask("why $`x`?");
	const receipt = await client.request("context/receipt", { sessionId });
	expect(receipt.rendered).toEqual(preview.rendered);
});

test("a prompt typed right after a cell sees what the cell did", async () => {
	const session = await startKernelSession([say("ok")]);
	const cell = session.run("import time; time.sleep(0.3); late = 7; print('done')");
	await session.ask("what is $`late`?");
	await cell;
	expect(textOf(session)).toContain('<variable name=\\"late\\" type=\\"int\\">7</variable>');
	expect(textOf(session)).toContain("<output>done\\n</output>");
});
