import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { startTestServer } from "../../support/server.ts";
import { launchTestKernel, nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

test("a cell runs, prints, returns and takes a number", async () => {
	const { run } = await startKernelSession();
	expect(await run("print('hi'); 6 * 7")).toMatchObject({
		status: "ok",
		executionCount: 1,
		text: "hi\n42\n",
	});
	expect(await run("1/0")).toMatchObject({ status: "error", text: "ZeroDivisionError: division by zero\n" });
});

test("input() asks who ran the cell", async () => {
	const { client, sessionId, run } = await startKernelSession();
	client.onInputRequest(({ inputId, prompt, password }) => {
		expect({ prompt, password }).toEqual({ prompt: "name? ", password: false });
		void client.request("input/answer", { sessionId, inputId, value: "Ada" });
	});
	expect((await run("print('Hello', input('name? '))")).text).toBe("Hello Ada\n");
});

test("who joins while Python waits for input sees what it asked", async () => {
	const { client, sessionId, run, server } = await startKernelSession();
	const late = await server.connect();
	const inputOf = async () =>
		(await late.request("session/attach", { ref: { sessionId }, role: "observer", since: null })).state.input;
	const asked = new Promise<{ inputId: string }>((resolve) => void client.onInputRequest(resolve));
	expect(await inputOf()).toBeNull();
	const running = run("print('Hello', input('name? '))");
	const { inputId } = await asked;
	expect(await inputOf()).toMatchObject({ inputId, prompt: "name? ", password: false });
	await client.request("input/answer", { sessionId, inputId, value: "Ada" });
	expect((await running).text).toBe("Hello Ada\n");
	expect(await inputOf()).toBeNull();
});

test("an answer to nothing is refused", async () => {
	const { client, sessionId } = await startKernelSession();
	await expect(client.request("input/answer", { sessionId, inputId: "x", value: "y" })).rejects.toMatchObject(
		{
			code: -32015,
		},
	);
});

test("an interrupt stops a cell", async () => {
	const { client, sessionId, run } = await startKernelSession();
	const running = run("print('on'); import time; time.sleep(60)");
	await client.event("cellOutput");
	await client.request("cell/interrupt", { sessionId });
	expect(await running).toMatchObject({ status: "interrupted" });
});

test("positions on the wire are UTF-16, also after an emoji", async () => {
	const { client, sessionId, run } = await startKernelSession();
	await run("alphabet = 1");
	const code = "'😀'; alpha";
	const { start, end, matches } = await client.request("kernel/complete", {
		sessionId,
		code,
		cursor: code.length,
	});
	expect(matches.map(({ text }) => text)).toContain("alphabet");
	expect(code.slice(start, end)).toBe("alpha");
});

test("a line for a debugger is completed in its frame, and only while it is asked for", async () => {
	const { client, sessionId, run } = await startKernelSession();
	const complete = (inputId: string) => {
		const code = "p '😀', secret_o";
		return client.request("kernel/complete", { sessionId, code, cursor: code.length, inputId });
	};
	const found: unknown[] = [];
	client.onInputRequest(async ({ inputId }) => {
		const { start, matches } = await complete(inputId);
		found.push([start, matches.map(({ text }) => text)], (await complete("another")).matches);
		await client.request("input/answer", { sessionId, inputId, value: "c" });
	});
	await run("def inner(secret_order): breakpoint(); return secret_order\ninner(1)");
	expect(found).toEqual([[8, ["secret_order"]], []]);
});

test("a kernel that kills itself is told at once, and another can be adopted", async () => {
	const session = await startKernelSession();
	const { client, sessionId, run } = session;
	expect(await client.event("kernelAttached")).toMatchObject({ fresh: false });
	expect(await run("import os; os.kill(os.getpid(), 9)")).toMatchObject({ status: "lost" });
	expect(await client.event("kernelDetached")).toMatchObject({ reason: "died" });
	await expect(
		client.request("cell/execute", { sessionId, requestId: "x", code: "1" }),
	).rejects.toMatchObject({ code: -32013 });
	await client.request("kernel/adopt", { sessionId, requestId: "adopt", kernel: launchTestKernel() });
	// The new one goes on with the numbers, and its namespace is said to be new.
	expect(await client.event("kernelAttached", ({ fresh }) => fresh)).toMatchObject({ nextExecutionCount: 2 });
});

test("output over a cell's cap can be fetched", async () => {
	const { client, sessionId, run } = await startKernelSession();
	await run("print('x' * 1_500_000)");
	const omitted = client.updates.flatMap((update) =>
		update.kind === "event" && update.event.kind === "cellOutput" && update.event.output.kind === "omitted"
			? [update.event.output]
			: [],
	);
	expect(omitted.at(-1)).toMatchObject({ chars: 480_001, tail: [{ text: `${"x".repeat(19_999)}\n` }] });
	const rest = await client.request("output/read", {
		sessionId,
		blobId: omitted.at(-1)!.blobId!,
		offset: 0,
		maxChars: 10,
	});
	expect(rest).toEqual({ text: "xxxxxxxxxx", offset: 0, totalChars: 500_001 });
});

test("a resumed session finds its live kernel, with its variables", async () => {
	const { server, sessionId, run } = await startKernelSession();
	await run("kept = 41");
	await server.stop();
	const { startTestServer } = await import("../../support/server.ts");
	const next = await startTestServer({ folder: server.folder });
	const again = await next.connect();
	const { state, replay } = await again.request("session/resume", {
		requestId: "r",
		ref: { sessionId },
		settings: {},
	});
	expect(replay).toMatchObject({ kind: "snapshot", items: [{ kind: "cell", code: "kept = 41" }] });
	expect(state.sessionId).toBe(sessionId);
	expect(await again.event("kernelAttached")).toMatchObject({ fresh: false });
	const { cellId } = await again.request("cell/execute", { sessionId, requestId: "c", code: "kept + 1" });
	await again.event("cellFinished", (event) => event.cellId === cellId);
	expect(await again.event("cellOutput", (event) => event.cellId === cellId)).toMatchObject({
		output: { data: { "text/plain": "42" } },
	});
});

const untilThere = (path: string): string =>
	`import os, time\nprint("before")\nwhile not os.path.exists(${JSON.stringify(path)}): time.sleep(0.01)`;

test("cells go on under their names when another server takes up their kernel", async () => {
	const { server, client, sessionId } = await startKernelSession();
	const go = join(server.folder, "go");
	const execute = async (code: string) =>
		(await client.request("cell/execute", { sessionId, requestId: nextRequestId(), code })).cellId;
	const waiting = await execute(`${untilThere(go)}\nprint("after")`);
	const queued = await execute("1/0");
	await client.event("cellOutput");
	await server.stop();
	const next = await startTestServer({ folder: server.folder });
	const later = await next.connect();
	const request = { requestId: nextRequestId(), ref: { sessionId }, settings: {} };
	await later.request("session/resume", request);
	await later.event("kernelAttached");
	writeFileSync(go, "");
	const ended = (cellId: string) => later.event("cellFinished", (event) => event.cellId === cellId);
	expect(await ended(waiting)).toMatchObject({ status: "ok" });
	expect(await ended(queued)).toMatchObject({ status: "error" });
	const { items } = await later.request("session/transcript", { sessionId, before: null, limit: 9 });
	expect(items).toHaveLength(2);
	expect(JSON.stringify(items[0])).toMatch(/before.*after/);
	expect(JSON.stringify(items[1])).toContain("ZeroDivisionError");
});

test("what a cell says while no server listens, and its end, are told by the next", async () => {
	const { server, client, sessionId } = await startKernelSession();
	const go = join(server.folder, "go");
	const execute = async (code: string) =>
		(await client.request("cell/execute", { sessionId, requestId: nextRequestId(), code })).cellId;
	const cellId = await execute(
		`${untilThere(go)}\nfor n in range(2_000): print(n, flush=True)\nopen(${JSON.stringify(`${go}ne`)}, "w").close()\n1/0`,
	);
	await client.event("cellOutput");
	await server.stop();
	writeFileSync(go, "");
	await until(() => existsSync(`${go}ne`));
	const next = await startTestServer({ folder: server.folder });
	const later = await next.connect();
	await later.request("session/resume", { requestId: nextRequestId(), ref: { sessionId }, settings: {} });
	const isOurs = (event: { cellId: string }) => event.cellId === cellId;
	expect(await later.event("cellFinished", isOurs)).toMatchObject({ status: "error" });
	const { items } = await later.request("session/transcript", { sessionId, before: null, limit: 9 });
	const outputs = items[0]?.kind === "cell" ? items[0].outputs : [];
	const printed = outputs.map((output) => (output.kind === "stream" ? output.text : "")).join("");
	expect(printed).toBe(`before\n${Array.from({ length: 2_000 }, (_, n) => `${n}\n`).join("")}`);
	expect(outputs.at(-1)).toMatchObject({ kind: "error", ename: "ZeroDivisionError" });
});

test("many small prints are few events, in order with everything else, and none is lost", async () => {
	const { client, run, sessionId } = await startKernelSession();
	const { text } = await run("for n in range(20_000): print(n, flush=True)");
	expect(text).toBe(`${Array.from({ length: 20_000 }, (_, n) => n).join("\n")}\n`);
	const events = client.updates.filter((update) => update.kind === "event");
	expect(events.length).toBeLessThan(400);
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 1 });
	expect(items[0]).toMatchObject({ outputs: [{ kind: "stream", text }] });
});

test("long output keeps its beginning, its newest lines and the value; the rest can be read", async () => {
	const { client, run, sessionId } = await startKernelSession();
	const { text } = await run("for n in range(60_000): print('row', n, 'x' * 40)\n'the value'");
	expect(text).toContain("row 0 x");
	expect(text).toContain("'the value'\n");
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 1 });
	const outputs = items[0]?.kind === "cell" ? items[0].outputs : [];
	expect(outputs.map(({ kind }) => kind)).toEqual(["stream", "omitted", "executeResult"]);
	const [head, omitted] = outputs;
	if (head?.kind !== "stream" || omitted?.kind !== "omitted") throw new Error("checked above");
	const tail = omitted.tail!.map((each) => each.text).join("");
	expect(tail).toMatch(/^row \d+ x{40}\n[\s\S]*row 59999 x{40}\n$/);
	let rest = "";
	while (rest.length < omitted.chars + tail.length) {
		const params = { sessionId, blobId: omitted.blobId!, offset: rest.length, maxChars: 1_000_000 };
		rest += (await client.request("output/read", params)).text;
	}
	expect(head.text + rest).toBe(
		Array.from({ length: 60_000 }, (_, n) => `row ${n} ${"x".repeat(40)}\n`).join(""),
	);
	// It grew before everybody's eyes, and the log was told now and then.
	const grew = client.updates.filter(
		(update) => update.kind === "hint" && update.hint.kind === "omittedGrew",
	);
	const told = client.updates.filter(
		(update) =>
			update.kind === "event" && update.event.kind === "cellOutput" && update.event.output.kind === "omitted",
	);
	expect(told.length).toBeLessThan(10);
	expect(grew.length + told.length).toBeGreaterThan(1);
});

test("the newest lines stand before what is printed no more: a value, then more", async () => {
	const { client, run } = await startKernelSession();
	await run("print('x' * 1_100_000)\n4");
	const kinds = client.updates.flatMap((update) =>
		update.kind === "event" && update.event.kind === "cellOutput" ? [update.event.output.kind] : [],
	);
	expect(kinds.filter((kind) => kind !== "stream").at(-1)).toBe("executeResult");
});

test("a kernel that does not start says why", async () => {
	const { client, sessionId } = await startKernelSession();
	const connectionFile = "/nowhere/kernel.json";
	const kernel = { kind: "started", connectionFile, pid: 2 ** 22 + 1, label: "/bin/false" } as const;
	await client.request("kernel/adopt", { sessionId, requestId: nextRequestId(), kernel });
	expect(await client.event("kernelDetached", ({ reason }) => reason === "failed")).toMatchObject({
		detail: expect.stringMatching(/^\/bin\/false did not start as a kernel: it ended, and wrote nothing\./),
	});
});
