import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import {
	cellRequest,
	existing,
	isAlive,
	isRunning,
	noSignal,
	type RunningKernel,
	startTestKernel,
	textOf,
	until,
} from "../../support/kernel.ts";

let kernel: RunningKernel | undefined;
afterEach(async () => {
	await kernel?.dispose();
	kernel = undefined;
});

test("dispose ends the kernel and removes its files", async () => {
	kernel = await startTestKernel();
	await kernel.host.dispose("end");
	await until(() => !isAlive(kernel!.launch.pid));
	expect(readdirSync(dirname(kernel.launch.connectionFile))).toEqual([]);
});

test("a kernel that ignores the request to end is killed", async () => {
	kernel = await startTestKernel();
	await kernel.run(
		"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nget_ipython().kernel.do_shutdown = lambda restart: {'status': 'ok'}\nget_ipython().kernel._at_shutdown = None",
	);
	await kernel.host.dispose("end");
	await until(() => !isAlive(kernel!.launch.pid));
});

test("a killed kernel: its cell is lost, the host dead with a cause, later calls say so", async () => {
	kernel = await startTestKernel();
	const cell = await kernel.run("import os; os.kill(os.getpid(), 9)");
	expect(cell.status).toBe("lost");
	await until(() => kernel!.host.status === "dead" && kernel!.heard.statuses.at(-1)?.status === "dead");
	expect(kernel.heard.statuses.at(-1)?.detail).toBeNull();
	expect((await kernel.run("1")).status).toBe("lost");
	await expect(kernel.host.complete("a", 1, noSignal)).rejects.toMatchObject({ code: "notAlive" });
	await expect(kernel.host.interrupt()).rejects.toMatchObject({ code: "notAlive" });
});

test("a second host adopts the kernel that the first left, with its names", async () => {
	kernel = await startTestKernel();
	await kernel.run("kept = 'still here'");
	await kernel.host.dispose("keep");
	expect(isAlive(kernel.launch.pid)).toBe(true);
	const { host } = kernel.attach();
	expect((await host.ready).nextExecutionCount).toBe(2);
	expect((await host.variables("kept", noSignal))[0]?.summary).toBe("'still here'");
	await host.dispose("end");
	await until(() => !isAlive(kernel!.launch.pid));
});

test("a host that comes while a cell runs sees it to its end", async () => {
	kernel = await startTestKernel();
	const cell = kernel.start(
		"print('on')\nimport time, os\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('late')",
	);
	await until(() => cell.outputs.length > 0);
	await kernel.host.dispose("keep");
	expect((await cell.done).status).toBe("lost");
	const { host, heard } = kernel.attach();
	await host.ready;
	expect(host.status).toBe("busy");
	expect(heard.foreign[0]).toMatchObject({
		kind: "started",
		executionCount: 1,
		code: expect.stringContaining("'late'"),
	});
	expect((await host.variables("time", noSignal)).length).toBe(1);
	writeFileSync(join(dirname(dirname(kernel.launch.connectionFile)), "go"), "");
	await until(() => heard.foreign.at(-1)?.kind === "finished" && host.status === "idle");
	expect(textOf(heard.foreign.flatMap((event) => (event.kind === "output" ? [event.output] : [])))).toBe(
		"late\n",
	);
	await host.dispose("end");
});

test("cells of another client are told as foreign", async () => {
	kernel = await startTestKernel();
	const { host, heard } = kernel.attach();
	await host.ready;
	const statuses = kernel.heard.statuses.length;
	await host.execute(cellRequest("6 * 7"));
	await until(() => kernel!.heard.foreign.at(-1)?.kind === "finished");
	expect(kernel.heard.foreign.map((event) => event.kind)).toEqual(["started", "output", "finished"]);
	expect(kernel.heard.foreign[0]).toMatchObject({ code: "6 * 7", executionCount: 1 });
	expect(kernel.heard.statuses.slice(statuses).map(({ status }) => status)).toEqual(["busy", "idle"]);
	expect(heard.foreign).toEqual([]);
});

test("without a server and a cell the kernel ends by itself", async () => {
	kernel = await startTestKernel({ leaseSeconds: 0.5 });
	await kernel.host.dispose("keep");
	await until(() => !isAlive(kernel!.launch.pid));
	expect(readdirSync(dirname(kernel.launch.connectionFile)).filter((name) => !name.endsWith(".log"))).toEqual(
		[],
	);
});

test("a running cell keeps the kernel until it has ended", async () => {
	kernel = await startTestKernel({ leaseSeconds: 0.4 });
	const cell = kernel.start(
		"print('on')\nimport time, os\nfor i in range(100): time.sleep(0.01)\nopen('done', 'w').close()",
	);
	await until(() => cell.outputs.length > 0);
	await kernel.host.dispose("keep");
	await until(() => !isAlive(kernel!.launch.pid));
	expect(readdirSync(dirname(dirname(kernel.launch.connectionFile)))).toContain("done");
});

test("a kernel that was not ours is never ended", async () => {
	kernel = await startTestKernel();
	const { host } = kernel.attach({ launch: existing(kernel.launch) });
	await host.ready;
	await host.dispose("end");
	expect(isAlive(kernel.launch.pid)).toBe(true);
	expect((await kernel.run("1")).status).toBe("ok");
});

test("the death of a kernel that was not ours is noticed too", async () => {
	kernel = await startTestKernel();
	const { host, heard } = kernel.attach({ launch: existing(kernel.launch) });
	await host.ready;
	process.kill(kernel.launch.pid, "SIGKILL");
	await until(() => host.status === "dead" && heard.statuses.at(-1)?.status === "dead");
	expect(heard.statuses.at(-1)?.detail).toContain("does not answer");
});

test("a cell that runs on without a server has an end, and its programs with it", async () => {
	kernel = await startTestKernel({ leaseSeconds: 0.4, runSeconds: 0.8 });
	const cell = kernel.start(
		"import subprocess, time\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\nwhile True: time.sleep(0.01)",
	);
	await until(() => textOf(cell.outputs).endsWith("\n"));
	await kernel.host.dispose("keep");
	await until(() => !isAlive(kernel!.launch.pid));
	await until(() => !isRunning(Number(textOf(cell.outputs))));
});

test("a cell that a person left on purpose runs to its end without a server", async () => {
	kernel = await startTestKernel({ leaseSeconds: 0.3, runSeconds: 0.4 });
	kernel.host.setDetached(true);
	const cell = kernel.start(
		"print('on')\nimport time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: time.sleep(0.01)\nopen('done', 'w').close()",
	);
	await until(() => cell.outputs.length > 0);
	await kernel.host.dispose("keep");
	await until(() => !isAlive(kernel!.launch.pid));
	expect(readdirSync(dirname(dirname(kernel.launch.connectionFile)))).toContain("done");
});

test("a cell in C code that nothing interrupts ends with its session, and its programs too", async () => {
	kernel = await startTestKernel();
	const cell = kernel.start(
		"import ctypes, subprocess\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\nctypes.PyDLL(None).sleep(600)",
	);
	await until(() => textOf(cell.outputs).endsWith("\n"));
	await kernel.host.dispose("end");
	await until(() => !isAlive(kernel!.launch.pid));
	await until(() => !isRunning(Number(textOf(cell.outputs))));
});

test("a kernel that ends as asked takes along what its cells left running, but for what does not hang up", async () => {
	kernel = await startTestKernel();
	await kernel.run(
		"import os; os.system('sleep 600 & echo $! > left; nohup sleep 601 >/dev/null 2>&1 & echo $! > kept')",
	);
	const pidIn = (name: string) =>
		Number(readFileSync(join(dirname(dirname(kernel!.launch.connectionFile)), name), "utf8"));
	const [left, kept] = [pidIn("left"), pidIn("kept")];
	onTestFinished(() => {
		process.kill(kept, "SIGKILL");
	});
	await kernel.host.dispose("end");
	await until(() => !isRunning(left));
	expect(isRunning(kept)).toBe(true);
});
