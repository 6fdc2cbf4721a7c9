import { afterAll, beforeAll, expect, test } from "vitest";
import { settledContent } from "../../../ground/text/contentText.ts";
import { contentText, noSignal, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
});
afterAll(() => kernel.dispose());

const pyrun = (
	code: string,
	signal = noSignal,
	onWaiting: (waiting: boolean) => void = () => {},
	onOutput: (text: string) => void = () => {},
) => kernel.host.python.runPython(code, { signal, onWaiting, onOutput });
const told = async (code: string): Promise<string> => contentText((await pyrun(code)).content);
/** As the model gets it: IPython's own texts are coloured. */
const settled = async (code: string): Promise<string> =>
	contentText(settledContent((await pyrun(code)).content));

test("gives back prints and the value of the last expression", async () => {
	expect(await told("print('hi')\nx = 20\nx + 1")).toBe("hi\n21\n");
	expect((await kernel.run("x")).text).toBe("20\n");
});

test("a semicolon keeps the value back, no value gives nothing", async () => {
	expect(await told("1;")).toBe("");
	expect(await told("y = 1")).toBe("");
	expect(await told("")).toBe("");
});

test("errors are results with the code's own traceback", async () => {
	const { content, isError } = await pyrun("def f():\n    return 1/0\nprint('before')\nf()");
	expect(isError).toBe(true);
	const text = contentText(content);
	expect(text).toMatch(/^before\nTraceback[\s\S]*return 1\/0[\s\S]*ZeroDivisionError: division by zero\n$/);
	expect(text).not.toContain("pyrun.py");
	expect((await pyrun("for")).isError).toBe(true);
	expect(await told("raise SystemExit(3)")).toContain("SystemExit: 3");
});

test("an object that fails to tell itself is a failure with its error", async () => {
	await kernel.run("class Broken:\n    def __repr__(self): raise ValueError('boom')\nbroken = Broken()");
	for (const code of ["broken", "[broken]", "from IPython.display import display; display(broken)"]) {
		const { content, isError } = await pyrun(code);
		expect([code, isError]).toEqual([code, true]);
		expect(contentText(settledContent(content))).toContain("ValueError: boom");
	}
	expect((await pyrun("print('fine')")).isError).toBe(false);
});

test("a script that fails under %run is a failure too", async () => {
	await kernel.run("open('bad.py', 'w').write('x = 1 / 0')");
	const { content, isError } = await pyrun("%run bad.py");
	expect(isError).toBe(true);
	expect(contentText(settledContent(content))).toContain("ZeroDivisionError: division by zero");
});

test("what a client would page is the result", async () => {
	await kernel.run("def area(w, h):\n    'Width times height.'\n    return w * h");
	expect(await settled("area?")).toMatch(/area\(w, h\)[\s\S]*Width times height\./);
	expect(await settled("area??")).toContain("return w * h");
	expect(await settled("?area")).toContain("Width times height.");
	expect(await settled("%pdoc area")).toContain("Width times height.");
	expect(await settled("%psource area")).toContain("return w * h");
	expect(await settled("%pdef area")).toContain("area(w, h)");
	expect(await settled("int*?")).toContain("int");
	expect(await settled("%quickref")).toContain("%");
	expect(await settled("from IPython.core.page import page; page('paged')")).toContain("paged");
	expect(await settled("%load bad.py")).toContain("x = 1 / 0");
	expect((await kernel.run("1")).payloads).toEqual([]);
});

test("bytes and text come in their order", async () => {
	const code = "import sys\nprint('a'); n = sys.stdout.buffer.write('é\\n'.encode()); print('b')";
	expect(await told(code)).toBe("a\né\nb\n");
});

test("top-level await, magics and shell commands work", async () => {
	expect(await told("import asyncio\nawait asyncio.sleep(0, 'slept')")).toBe("'slept'\n");
	expect(await told("!echo from shell")).toContain("from shell");
	expect(await told("%pwd")).toMatch(/ipyai-kernel/);
});

test("output of a child process is in the result", async () => {
	expect(await told("import subprocess; _ignored = subprocess.run(['echo', 'child'])")).toContain("child");
});

test("pictures: figures, PIL, display", async () => {
	// Its font cache is built now, and it says so where that takes long.
	await told("import matplotlib.pyplot as plt");
	expect(await told("plt.plot([1, 2]); None")).toBe("[image/png]");
	expect(await told("plt.plot([1]); plt.show()")).toBe("[image/png]");
	expect(await told("from PIL import Image; Image.new('RGB', (2, 2))")).toBe("[image/png]");
	expect(await told("from IPython.display import display; display('shown'); print('after')")).toBe(
		"'shown'\nafter\n",
	);
});

test("is no cell: no number, no history, _ and Out untouched", async () => {
	await kernel.run("'mine'");
	const before = await kernel.run("get_ipython().execution_count, len(Out), len(In)");
	await pyrun("'theirs'");
	const after = await kernel.run("get_ipython().execution_count - 1, len(Out) - 1, len(In) - 1");
	expect(after.text).toBe(before.text);
	await kernel.run("'mine'");
	await pyrun("'theirs'");
	expect((await kernel.run("_")).text).toBe("'mine'\n");
});

test("prints nothing to the person", async () => {
	const cell = await kernel.run("1");
	await pyrun("print('secret')\nimport sys; print('x', file=sys.stderr)");
	expect(cell.text).toBe("1\n");
	expect(kernel.heard.foreign).toEqual([]);
});

test("an exit in it ends nothing, now or with the next cell", async () => {
	await pyrun("exit()");
	expect((await kernel.run("1")).payloads).toEqual([]);
});

test("it cannot wait for a person's input", async () => {
	expect(await told("input()")).toMatch(/Error/);
});

test("a figure it showed is not shown again by the next cell", async () => {
	await pyrun("import matplotlib.pyplot as plt; plt.plot([1])");
	expect((await kernel.run("1")).text).toBe("1\n");
});

test("long output keeps head and tail and says what was cut", async () => {
	const text = await told("for i in range(100_000): print(i)");
	expect(text.length).toBeLessThan(20_000);
	expect(text).toMatch(/^0\n1\n[\s\S]*\d+ characters cut[\s\S]*99999\n$/);
});

test.each([
	["sleep", "print('on')\nimport time; time.sleep(60)"],
	["loop", "print('on')\nwhile True: pass"],
	["await", "print('on')\nimport asyncio; await asyncio.sleep(60)"],
])("abort ends a %s and keeps what was printed", async (_name, code) => {
	const abort = new AbortController();
	let said = "";
	const pending = pyrun(code, abort.signal, undefined, (text) => {
		said += text;
	});
	await until(() => said === "on\n");
	abort.abort();
	const { content, isError } = await pending;
	expect(isError).toBe(true);
	expect(contentText(content)).toBe("on\nKeyboardInterrupt: the call was interrupted\n");
	expect((await kernel.run("'fine'")).text).toBe("'fine'\n");
});

test("waits for a running cell, says so, and an abort then hits nobody", async () => {
	const cell = kernel.start("print('on')\nimport time; time.sleep(0.4); 'whole'");
	await until(() => cell.outputs.length > 0);
	const waits: boolean[] = [];
	const abort = new AbortController();
	const first = pyrun("never = 1", abort.signal, (waiting) => waits.push(waiting)).catch(
		(error) => error.name,
	);
	const second = pyrun("'ran'", noSignal, (waiting) => waits.push(waiting));
	await until(() => waits.length === 2);
	abort.abort();
	expect(await first).toBe("AbortError");
	expect(await cell.done).toMatchObject({ status: "ok", text: "on\n'whole'\n" });
	expect(contentText((await second).content)).toBe("'ran'\n");
	expect(waits).toEqual([true, true, false]);
	expect(await told("'never' in globals()")).toBe("False\n");
});

test("functions it defines are the user's", async () => {
	await told("def helper(): return n_later\n");
	expect((await kernel.run("n_later = 7\nhelper()")).text).toBe("7\n");
	expect((await kernel.run("helper.__module__")).text).toBe("'__main__'\n");
});

test("what is printed is told while the code runs, by Python and by programs", async () => {
	const said: string[] = [];
	const abort = new AbortController();
	const code = `import subprocess, time
print("begun")
_ignored = subprocess.run(["echo", "child"])
time.sleep(60)`;
	const pending = pyrun(code, abort.signal, undefined, (text) => said.push(text));
	await until(() => said.join("").includes("begun\n") && said.join("").includes("child\n"));
	abort.abort();
	expect(contentText((await pending).content)).toContain("begun\n");
});

test("much that is printed is told in few pieces, the first line first", async () => {
	const said: string[] = [];
	await pyrun("for i in range(20_000): print(i)", noSignal, undefined, (text) => said.push(text));
	expect(said.join("")).toMatch(/^0\n1\n/);
	expect(said.join("")).toMatch(/19999\n$/);
	expect(said.length).toBeLessThan(200);
});

test("a function that was defined anew is not called under its old definition", async () => {
	await kernel.run("def greet(name):\n    return f'hello {name}'");
	const describe = async () => {
		const found = await kernel.host.python.describeFunction("greet", noSignal);
		return "definition" in found ? found.definition : found.reason;
	};
	const call = (definition: string) =>
		kernel.host.python.callFunction("greet", { name: "Ada" }, definition, {
			signal: noSignal,
			onWaiting: () => {},
			onOutput: () => {},
		});
	const first = await describe();
	expect(await describe()).toBe(first);
	expect(contentText((await call(first)).content)).toBe("hello Ada\n");
	const others = [
		"def greet(name):\n    return f'bye {name}'",
		"greet.__code__ = (lambda name: 1).__code__",
		"def greet(name, tone='warm'):\n    return tone",
		"greet.__defaults__ = ('cold',)",
		"def make(n):\n    def greet(name):\n        return n\n    return greet\ngreet = make(1)",
		"greet = make(2)",
		"class Greet:\n    def __call__(self, name):\n        return 1\ngreet = Greet()",
		"greet = Greet()",
		"Greet.__call__ = lambda self, name: 2",
		"import functools\ngreet = functools.partial(print, 1)",
	];
	const seen = new Set([first]);
	for (const code of others) {
		await kernel.run(code);
		const now = await describe();
		expect(seen, code).not.toContain(now);
		seen.add(now);
	}
	const refused = await call(first);
	expect(refused.isError).toBe(true);
	expect(contentText(refused.content)).toContain("greet was defined anew after this call was allowed");
});
