import { afterAll, beforeAll, expect, test } from "vitest";
import { cellRequest, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
});
afterAll(() => kernel.dispose());

const statusesDuring = async (work: () => Promise<unknown>): Promise<string[]> => {
	const before = kernel.heard.statuses.length;
	await work();
	return kernel.heard.statuses.slice(before).map(({ status }) => status);
};

test("a cell has a number, its output in order and an end", async () => {
	const { status, executionCount, text } = await kernel.run("print('a')\n1 + 1");
	expect({ status, text }).toEqual({ status: "ok", text: "a\n2\n" });
	expect(executionCount).toBeGreaterThan(0);
});

test("an error is an output and a status", async () => {
	const { status, text } = await kernel.run("1/0");
	expect({ status, text }).toEqual({ status: "error", text: "ZeroDivisionError: division by zero\n" });
});

test("top-level await works", async () => {
	expect((await kernel.run("import asyncio\nawait asyncio.sleep(0, 'slept')")).text).toBe("'slept'\n");
});

test("input() asks and takes the answer", async () => {
	expect((await kernel.run("input('name? ').upper()", "ada")).text).toBe("'ADA'\n");
});

test("getpass asks for a password", async () => {
	const asked: { prompt: string; password: boolean }[] = [];
	const { host } = kernel;
	const outputs: unknown[] = [];
	await host.execute(
		cellRequest("import getpass; len(getpass.getpass('secret: '))", {
			onOutput: (output) => outputs.push(output),
			onInputRequest: (request) => {
				asked.push(request);
				host.answerInput("hunter2");
			},
		}),
	);
	expect(asked).toEqual([{ prompt: "secret: ", password: true }]);
	expect(JSON.stringify(outputs)).toContain('"7"');
});

test("breakpoint() opens a debugger that input answers", async () => {
	expect((await kernel.run("x = 41\nbreakpoint()\nx + 1", "c")).text).toMatch(/42\n$/);
});

test.each([
	["sleep", "print('on')\nimport time; time.sleep(60)"],
	["loop", "print('on')\nwhile True: pass"],
	["await", "print('on', flush=True)\nimport asyncio; await asyncio.sleep(60)"],
	["input", "print('on')\ninput()"],
])("an interrupt ends a %s", async (_name, code) => {
	const cell = kernel.start(code);
	await until(() => cell.outputs.length > 0);
	await kernel.host.interrupt();
	const { status, text } = await cell.done;
	expect(status).toBe("interrupted");
	expect(text).toContain("KeyboardInterrupt");
});

test.each([
	["loop", "while True: pass"],
	["await", "import asyncio; await asyncio.sleep(60)"],
])("an interrupt that comes before its cell began ends it: %s", async (_name, code) => {
	const started = kernel.start(code);
	await kernel.host.interrupt();
	expect((await started.done).status).toBe("interrupted");
	expect((await kernel.run("1 + 1")).text).toBe("2\n");
});

test("cells behind a failed one are aborted", async () => {
	const first = kernel.start("import time; time.sleep(0.2); 1/0");
	const second = kernel.start("print('never')");
	expect((await first.done).status).toBe("error");
	expect(await second.done).toMatchObject({ status: "aborted", executionCount: null, text: "" });
});

test("cells that are entered when the error has been seen run", async () => {
	// Enough of them to meet the kernel while it drops what waits.
	for (let round = 0; round < 20; round++) {
		const failed = kernel.start("import time; time.sleep(0.05); 1/0");
		const dropped = kernel.start("print('never')");
		await until(() => failed.outputs.some(({ kind }) => kind === "error"));
		const entered = ["a", "b", "c"].map((word) => kernel.start(`print('${word}')`));
		expect((await failed.done).status).toBe("error");
		expect((await dropped.done).status).toBe("aborted");
		const results = await Promise.all(entered.map(({ done }) => done));
		expect(results.map(({ status, text }) => `${status} ${text}`)).toEqual(["ok a\n", "ok b\n", "ok c\n"]);
	}
});

test("what is entered when a cell has been told to end runs", async () => {
	for (let round = 0; round < 20; round++) {
		const ended = kernel.start("print('on', flush=True)\nwhile True: pass");
		const dropped = kernel.start("print('never')");
		await until(() => ended.outputs.length > 0);
		await kernel.host.interrupt();
		const entered = kernel.start("print('a')");
		expect((await ended.done).status).toBe("interrupted");
		expect((await dropped.done).status).toBe("aborted");
		expect(await entered.done).toMatchObject({ status: "ok", text: "a\n" });
	}
});

test("100,000 prints arrive whole, in pieces", async () => {
	const { text, outputs } = await kernel.run("for i in range(100_000): print(i)");
	const lines = text.split("\n");
	expect([lines.length, lines[0], lines.at(-2)]).toEqual([100_001, "0", "99999"]);
	expect(
		Math.max(...outputs.map((output) => (output.kind === "stream" ? output.text.length : 0))),
	).toBeLessThanOrEqual(65_536);
});

test("pages, next inputs and exit are payloads; exit leaves the kernel alive", async () => {
	expect((await kernel.run("len?")).payloads[0]).toMatchObject({ kind: "page" });
	expect((await kernel.run("get_ipython().set_next_input('x = 1')")).payloads).toEqual([
		{ kind: "setNextInput", text: "x = 1", replace: false },
	]);
	expect((await kernel.run("exit")).payloads).toEqual([{ kind: "askExit", keepKernel: false }]);
	expect((await kernel.run("quit()")).payloads).toEqual([{ kind: "askExit", keepKernel: false }]);
	expect((await kernel.run("exit(keep_kernel=True)")).payloads).toEqual([
		{ kind: "askExit", keepKernel: true },
	]);
	expect((await kernel.run("'alive'")).text).toBe("'alive'\n");
});

test("pictures are base64 of PNG", async () => {
	const { outputs } = await kernel.run("from PIL import Image; Image.new('RGB', (2, 2))");
	const result = outputs.find((output) => output.kind === "executeResult");
	expect(result?.data["image/png"]).toMatch(/^iVBORw0KGgo/);
});

test("output of child processes and threads belongs to their cell", async () => {
	const { text } = await kernel.run("import subprocess; subprocess.run(['echo', 'child'])\n!echo shell");
	expect(text).toContain("child");
	expect(text).toContain("shell");
});

test("the kernel is busy while a cell runs, and for nothing else", async () => {
	expect(await statusesDuring(() => kernel.run("1"))).toEqual(["busy", "idle"]);
	const quiet = await statusesDuring(async () => {
		const signal = new AbortController().signal;
		await kernel.host.variables(null, signal);
		await kernel.host.complete("pri", 3, signal);
		await kernel.host.python.runPython("1", { signal, onWaiting: () => {}, onOutput: () => {} });
		await kernel.host.numberPrompt(".hi", "hi");
	});
	expect(quiet).toEqual([]);
});

test("a thread's prints reach the person although look-ups come between", async () => {
	const cell = kernel.start(
		"import threading, time\ndef tell():\n    for i in range(5): time.sleep(0.02); print('tick', i)\nt = threading.Thread(target=tell); t.start()\ntime.sleep(0.3)",
	);
	for (let n = 0; n < 5; n++) await kernel.host.variables(null, new AbortController().signal);
	expect((await cell.done).text.match(/tick/g)).toHaveLength(5);
});

test("the size of the terminal is Python's, from the next cell on", async () => {
	await kernel.run("import shutil");
	for (let columns = 100; columns < 110; columns++) {
		kernel.host.resize(columns, 45);
		const { text } = await kernel.run("tuple(shutil.get_terminal_size())");
		expect(text).toBe(`(${columns}, 45)\n`);
	}
});
