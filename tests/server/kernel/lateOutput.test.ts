import { afterAll, beforeAll, expect, test } from "vitest";
import type { Output } from "../../../protocol/index.ts";
import { noSignal, type RunningKernel, startTestKernel, textOf, until } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
	await kernel.run("import asyncio, logging, os, subprocess, sys, threading, time, warnings");
});
afterAll(() => kernel.dispose());

const letGo = (host: RunningKernel["host"]) =>
	host.python.runPython("go.set()", { signal: noSignal, onWaiting: () => {}, onOutput: () => {} });

/** Runs a cell, others after it, lets go of what it left behind, and tells what came then and under whose name. */
const lateOutputOf = async (code: string, expected: RegExp) => {
	const cellId = `late-${Math.random()}`;
	const outputs: Output[] = [];
	await kernel.host.execute(kernelRequest(cellId, `go = threading.Event()\n${code}`, outputs));
	expect(textOf(outputs)).not.toMatch(expected);
	// What was handled last is another request by now.
	await kernel.run("1 + 1");
	await kernel.host.variables(null, noSignal);
	await kernel.host.complete("os.pa", 5, noSignal);
	const before = kernel.heard.late.length;
	const told = () => kernel.heard.late.slice(before);
	await letGo(kernel.host);
	await until(() => expected.test(textOf(told().map(({ output }) => output))));
	return new Set(
		told().map(({ key }) => (key === cellId ? "its cell" : key === null ? "nobody" : "another")),
	);
};

const kernelRequest = (cellId: string, code: string, outputs: Output[]) => ({
	cellId,
	code,
	onOutput: (output: Output) => outputs.push(output),
	onInputRequest: () => {},
	onCommand: async () => ({ text: "", failed: true, action: null }),
});

const inThread = (body: string) =>
	`def work():\n    go.wait()\n    ${body}\nthreading.Thread(target=work).start()`;

test.each([
	["a thread's print", inThread("print('LATE')"), /^LATE\n$/],
	["an exception of a thread", inThread("1/0"), /ZeroDivisionError: division by zero/],
	["a thread of a thread", inThread("threading.Thread(target=lambda: print('LATE')).start()"), /^LATE\n$/],
	[
		"a subclass of a thread",
		`${"class T(threading.Thread):\n    def run(self):\n        go.wait(); print('LATE')"}\nT().start()`,
		/^LATE\n$/,
	],
	["a timer", "threading.Timer(0.01, lambda: (go.wait(), print('LATE'))).start()", /^LATE\n$/],
	["a warning", inThread("warnings.warn('LATE')"), /LATE/],
	["a log record", inThread("logging.getLogger('x').warning('LATE')"), /^LATE\n$/],
	["a display", inThread("from IPython.display import display; display('LATE')"), /^'LATE'\n$/],
	[
		"a task",
		"async def work():\n    while not go.is_set(): await asyncio.sleep(0.01)\n    print('LATE')\ntask = asyncio.get_running_loop().create_task(work()) if False else asyncio.ensure_future(work())",
		/^LATE\n$/,
	],
	[
		"call_later",
		"def tick():\n    if go.is_set(): print('LATE')\n    else: asyncio.get_event_loop().call_later(0.01, tick)\ntick()",
		/^LATE\n$/,
	],
	[
		"a thread that runs in an executor",
		"import concurrent.futures as f\npool = f.ThreadPoolExecutor()\npool.submit(lambda: (go.wait(), print('LATE')))",
		/^LATE\n$/,
	],
])("%s comes after its cell, under its name", async (_name, code, expected) => {
	expect(await lateOutputOf(code, expected)).toEqual(new Set(["its cell"]));
});

test.each([
	[
		"a child process",
		"r, w = os.pipe()\nchild = subprocess.Popen(['sh', '-c', 'read x; sleep 0.2; echo LATE'], stdin=r)\nthreading.Thread(target=lambda: (go.wait(), os.write(w, b'x\\n'))).start()",
	],
	[
		"a thread that Python knows nothing of",
		"import _thread\n_thread.start_new_thread(lambda: (go.wait(), time.sleep(0.2), print('LATE')), ())",
	],
])("%s is nobody's, and comes", async (_name, code) => {
	expect(await lateOutputOf(code, /^LATE\n$/)).toEqual(new Set(["nobody"]));
});

test("what nobody is known to have printed belongs to the cell that runs", async () => {
	const { text } = await kernel.run(
		"import _thread\n_thread.start_new_thread(lambda: print('from nowhere'), ())\ntime.sleep(0.5)",
	);
	expect(text).toBe("from nowhere\n");
});

test("a thread's prints stay with its cell while another runs", async () => {
	const first = kernel.start(
		"def tell():\n    go.wait(); print('first')\ngo = threading.Event(); threading.Thread(target=tell).start()",
	);
	await first.done;
	const before = kernel.heard.late.length;
	const second = await kernel.run("go.set(); time.sleep(0.4); print('second')");
	expect(second.text).toBe("second\n");
	expect(textOf(kernel.heard.late.slice(before).map(({ output }) => output))).toBe("first\n");
});

test("a later host is told under the same name", async () => {
	await kernel.run("go = threading.Event()");
	const cellId = "named-by-an-earlier-host";
	await kernel.host.execute(kernelRequest(cellId, inThread("print('LATE')"), []));
	const { host, heard } = kernel.attach();
	await host.ready;
	await letGo(host);
	await until(() => heard.late.length > 0);
	expect(heard.late.map(({ key, output }) => [key, textOf([output])])).toEqual([[cellId, "LATE\n"]]);
});

test("no print of a look-up is lost", async () => {
	await kernel.run(
		"class Loud:\n    def __dir__(self):\n        print('LOOKED')\n        return ['a']\nloud = Loud()",
	);
	const before = kernel.heard.late.length;
	await kernel.host.complete("loud.", 5, noSignal);
	await until(() =>
		kernel.heard.late.slice(before).some(({ output }) => textOf([output]).includes("LOOKED")),
	);
});
