/** Nothing that Python says is lost on its way, and none of it is told twice (`clients/ipython/ipyai/output/outlet.py`). */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Output } from "../../../protocol/index.ts";
import {
	cellRequest,
	noCommands,
	type RunningKernel,
	startTestKernel,
	textOf,
	until,
} from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
	await kernel.run("import os, subprocess, sys, threading\nfrom IPython.display import display");
});
afterAll(() => kernel.dispose());

const silent = () => ({
	onStatus: () => {},
	onForeignCell: () => {},
	onLateOutput: () => {},
	onPressed: () => {},
	onForeignCommand: noCommands,
});

const numbers = (count: number, line = (n: number) => `${n}\n`) =>
	Array.from({ length: count }, (_, n) => line(n)).join("");

test("a cell's prints, each flushed, come in order and in few messages", async () => {
	const { outputs, text } = await kernel.run("for n in range(20_000): print(n, flush=True)");
	expect(text).toBe(numbers(20_000));
	expect(outputs.length).toBeLessThan(500);
});

test("stdout, stderr, displays and the error keep the order in which they were said", async () => {
	const { text } = await kernel.run(
		"for n in range(20):\n    print(n); print(n, file=sys.stderr)\n    display(n)\nprint('end'); 1/0",
	);
	expect(text).toBe(`${numbers(20, (n) => `${n}\n`.repeat(3))}end\nZeroDivisionError: division by zero\n`);
});

test("many displays, updates and errors in a row are told, all of them", async () => {
	const { outputs } = await kernel.run("for n in range(3_000): display(n)");
	expect(textOf(outputs)).toBe(numbers(3_000));
});

test("what threads and programs print is told, all of it", async () => {
	const { text } = await kernel.run(
		`def say(name):
    for n in range(3_000): print(f"{name}{n}\\n", end="", flush=True)
threads = [threading.Thread(target=say, args=(name,)) for name in "ab"]
for thread in threads: thread.start()
for thread in threads: thread.join()
os.system("seq -f c%.0f 0 19999");`,
	);
	const lines = text.split("\n");
	for (const [name, count] of [
		["a", 3_000],
		["b", 3_000],
		["c", 20_000],
	] as const)
		expect(lines.filter((line) => line.startsWith(name)).join("")).toBe(numbers(count, (n) => name + n));
});

test("a server that stores nothing holds up who prints, and the next goes on where it stood", async () => {
	const own = await startTestKernel({ listener: silent() });
	onTestFinished(() => own.dispose());
	const before: Output[] = [];
	const flood = "for n in range(400_000): print(n, flush=True)\nprint('end')";
	const running = own.host.execute(
		cellRequest(flood, { cellId: "flood", onOutput: (output) => before.push(output) }),
	);
	await until(() => textOf(before).length > 200_000);
	const { heard } = own.host;
	await own.host.dispose("keep");
	const after: Output[] = [];
	const next = own.attach({
		heard,
		listener: {
			...silent(),
			onForeignCell: (cell) => {
				if (cell.kind === "output") after.push(cell.output);
			},
			onPressed: () => next.host.stored(),
		},
	});
	await next.host.ready;
	await until(() => textOf(after).endsWith("end\n"));
	await running;
	expect(textOf([...before, ...after])).toBe(`${numbers(400_000)}end\n`);
	await next.host.dispose("end");
});

test("C code that writes and lets nobody else run is read all the same, and all of it", async () => {
	for (const bytes of [1_000_000, 30_000_000]) {
		const { status, text } = await kernel.run(
			`import ctypes\n_ = ctypes.PyDLL(None).write(1, b"x" * ${bytes}, ${bytes})`,
		);
		expect(status).toBe("ok");
		expect(text.length).toBe(bytes);
		expect(text).toMatch(/^x+$/);
	}
});

test("what programs print is whole characters, in a cell and at its end", async () => {
	const { text } = await kernel.run("os.system('for i in $(seq 3000); do printf äé😀; done');");
	expect(text).toBe("äé😀".repeat(3000));
	expect((await kernel.run("os.system('printf end');")).text).toBe("end");
});

test("the process that reads is no child of Python's, and ends with it", async () => {
	const own = await startTestKernel();
	onTestFinished(() => own.dispose());
	const holders = () =>
		readdirSync("/proc").filter((pid) => {
			if (!/^\d+$/.test(pid) || pid === String(own.launch.pid)) return false;
			try {
				return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(own.launch.connectionFile);
			} catch {
				return false; // it has just ended
			}
		});
	expect(holders()).toHaveLength(1);
	const { text } = await own.run(
		"import os\ntry: os.waitpid(-1, 0)\nexcept ChildProcessError: print('no child')",
	);
	expect(text).toBe("no child\n");
	process.kill(own.launch.pid, "SIGKILL");
	await until(() => holders().length === 0);
});

test("without the process that reads, Python reads by itself", async () => {
	const own = await startTestKernel();
	onTestFinished(() => own.dispose());
	const { text } = await own.run(
		`import os, signal
named = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid()
    and ${JSON.stringify(own.launch.connectionFile)}.encode() in open(f"/proc/{pid}/cmdline", "rb").read()]
os.kill(int(named[0]), signal.SIGKILL)
os.system("echo still");`,
	);
	expect(text).toBe("still\n");
});

test("what a kernel wrote last is in its log, also when it died of it", async () => {
	const own = await startTestKernel();
	onTestFinished(() => own.dispose());
	await own.run(`import os\nos.write(2, b"Error: the last words\\n"); os.kill(os.getpid(), 9)`);
	await until(() => own.heard.statuses.at(-1)?.status === "dead");
	expect(own.heard.statuses.at(-1)?.detail).toContain("Error: the last words");
});
