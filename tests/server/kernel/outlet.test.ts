/** Nothing that Python says is lost on its way, and none of it is told twice (`clients/ipython/ipyai/output/outlet.py`). */
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
