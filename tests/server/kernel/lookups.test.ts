import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ref } from "../../../server/sessions/python/host.ts";
import { noSignal, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel({ lookupTimeoutMs: 20_000 });
});
afterAll(() => kernel.dispose());

const resolve = (...expressions: string[]) =>
	kernel.host.resolveRefs(
		expressions.map((expression): Ref => ({ kind: "variable", expression })),
		noSignal,
	);
const shell = async (command: string) =>
	(await kernel.host.resolveRefs([{ kind: "shell", command }], noSignal))[0];

const whileRunning = async <T>(work: () => Promise<T>): Promise<T> => {
	const cell = kernel.start("print('on')\nimport time\nwhile True: time.sleep(0.001)");
	await until(() => cell.outputs.length > 0);
	try {
		return await work();
	} finally {
		await kernel.host.interrupt();
		await cell.done;
	}
};

test("what we bring leaves no name in the user's namespace", async () => {
	const { text } = await kernel.run("sorted(name for name in globals() if not name.startswith('_'))");
	expect(text).toBe("['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']\n");
	const hidden = await kernel.run(
		"sorted(name for name in globals() if name.startswith('_') and not name.strip('_i').isdigit())",
	);
	expect(hidden.text).not.toMatch(/ai|live|boot|SOURCES/);
});

test("facts come from IPython", async () => {
	const facts = await kernel.host.ready;
	expect(facts.banner).toMatch(/^Python 3\.\d+\.\d+, IPython \d/);
	expect(facts.historySession).toBeGreaterThan(0);
	expect(facts.historyFile).toMatch(/history\.sqlite$/);
	expect(facts.nextExecutionCount).toBe(1);
});

test("a loop of Python does not keep look-ups from being answered", async () => {
	const cell = kernel.start("print('on')\nwhile True: pass");
	await until(() => cell.outputs.length > 0);
	expect((await kernel.host.variables("np", noSignal)).length).toBe(0);
	await kernel.host.interrupt();
	expect((await cell.done).status).toBe("interrupted");
});

test("completion while a cell runs", async () => {
	await kernel.run("some_long_name = 1");
	const { start, end, matches } = await whileRunning(() => kernel.host.complete("some_lo", 7, noSignal));
	expect([start, end]).toEqual([0, 7]);
	expect(matches.map(({ text }) => text)).toContain("some_long_name");
});

test("positions behind an emoji count code points", async () => {
	await kernel.run("some_long_name = 1");
	const { start, end } = await kernel.host.complete("'😀'; some_lo", 12, noSignal);
	expect([start, end]).toEqual([5, 12]);
});

test("inspect and isComplete", async () => {
	expect(await kernel.host.inspect("len", 3, 0, noSignal)).toContain("number of items");
	expect(await kernel.host.inspect("no_such", 7, 0, noSignal)).toBeNull();
	expect(await kernel.host.isComplete("for i in x:", noSignal)).toEqual({
		status: "incomplete",
		indent: "    ",
	});
	expect((await kernel.host.isComplete("1", noSignal)).status).toBe("complete");
	expect((await kernel.host.isComplete("1 +* 2", noSignal)).status).toBe("invalid");
});

test("variables are told without running the user's code", async () => {
	await kernel.run(`
class Loud:
    def __repr__(self): raise SystemExit('called')
    @property
    def shape(self): raise SystemExit('called')
import numpy as np, pandas as pd
loud, n, words = Loud(), 42, ['a'] * 100; nested = {'k': [1, 2], 'l': loud}
grid = np.zeros((3, 4)); frame = pd.DataFrame({'day': [1, 2], 'rate': [.5, .25]})
def area(w, h=loud): return w * h`);
	const told = Object.fromEntries(
		(await kernel.host.variables(null, noSignal)).map(({ name, type, summary }) => [
			name,
			`${type} | ${summary}`,
		]),
	);
	expect(told).toMatchObject({
		loud: "Loud | Loud",
		n: "int | 42",
		words: "list | list of 100: 'a', 'a', 'a', 'a', 'a', 'a', ...",
		nested: "dict | dict of 2: 'k': list of 2, 'l': Loud",
		grid: "numpy.ndarray | array 3×4, float64",
		area: "function | area(w, h)",
		np: "module | numpy",
	});
	expect(told.frame).toMatch(/DataFrame \| DataFrame 2×2: day, rate$/);
	expect((await kernel.host.variables("GRI", noSignal)).map(({ name }) => name)).toEqual(["grid"]);
});

test("notes are cells of one string literal", async () => {
	const sources = [
		"'a note'",
		'"""long\nnote"""  # why',
		"f'{1}'",
		"b'x'",
		"'a' + 'b'",
		"print(1)",
		"('in' ' parts')",
		"%time",
		"'x'; 1",
		"# said first\n'note'",
	];
	expect(await kernel.host.noteValues(sources, noSignal)).toEqual([
		"a note",
		"long\nnote",
		null,
		null,
		null,
		null,
		"in parts",
		null,
		null,
		"note",
	]);
});

test("references: names, dots, indices, calls", async () => {
	await kernel.run("d = {'k': [10, 20]}; text = 'plain'; double = lambda x: 2 * x");
	expect(await resolve("text", "d['k'][1]", "d.keys", "double(x=21)", "nope", "d['x']", "1 +")).toMatchObject(
		[
			{ kind: "variable", expression: "text", type: "str", text: "plain" },
			{ text: "20", type: "int" },
			{ type: "builtin_function_or_method" },
			{ text: "42" },
			{ kind: "missing", ref: { kind: "variable", expression: "nope" }, reason: "is not defined" },
			{ kind: "missing", reason: "failed with KeyError: 'x'" },
			{ kind: "missing", reason: "is not an expression" },
		],
	);
});

test("a huge value is cut and says so", async () => {
	await kernel.run("huge = 'x' * 1_000_000; many = list(range(1_000_000))");
	const [huge, many] = await resolve("huge", "many");
	expect(huge?.kind === "variable" && huge.text).toMatch(/characters cut/);
	expect(many?.kind === "variable" && many.text).toMatch(/998000 more\]$/);
});

test("names resolve while a cell runs", async () => {
	await kernel.run("seen = 5");
	expect(await whileRunning(() => resolve("seen"))).toMatchObject([{ text: "5" }]);
});

test("shell references give both streams and the exit code", async () => {
	expect(await shell("echo out; echo err >&2; exit 3")).toEqual({
		kind: "shell",
		command: "echo out; echo err >&2; exit 3",
		stdout: "out\n",
		stderr: "err\n",
		exitCode: 3,
	});
});

test("shell references are independent of what runs, and read nothing", async () => {
	expect(await whileRunning(() => shell("cat; echo done"))).toMatchObject({ stdout: "done\n", exitCode: 0 });
});

test("a cancelled shell reference ends its command", async () => {
	const cancel = new AbortController();
	const marker = `sleep 987.${process.pid}`;
	const pending = kernel.host.resolveRefs([{ kind: "shell", command: marker }], cancel.signal);
	const running = async () =>
		(await shell(`pgrep -f '[s]leep 987.${process.pid}' || true`)) as { stdout: string };
	await until(async () => (await running()).stdout !== "");
	cancel.abort(new Error("stop"));
	await expect(pending).rejects.toThrow("stop");
	await until(async () => (await running()).stdout === "");
});

test("an object that cannot tell itself is told with its error", async () => {
	await kernel.run(`class Raising(ValueError):
    def __repr__(self): raise self
    __str__ = __repr__
class Leaving:
    def __repr__(self): raise SystemExit(3)
class Plain:
    def __repr__(self): return 1 / 0
raising, leaving, plain = Raising(), Leaving(), Plain()
several = [1, plain]`);
	expect(await resolve("plain", "several", "leaving", "raising", "several[1]")).toMatchObject([
		{ kind: "variable", type: "Plain", text: "[its text failed with ZeroDivisionError: division by zero]" },
		{ kind: "variable", type: "list", text: "[its text failed with ZeroDivisionError: division by zero]" },
		{ kind: "variable", type: "Leaving", text: "[its text failed with SystemExit: 3]" },
		{
			kind: "variable",
			type: "Raising",
			text: "[its text failed with Raising: (its text failed with Raising)]",
		},
		{ kind: "variable", type: "Plain", text: "[its text failed with ZeroDivisionError: division by zero]" },
	]);
});

test("texts that never end are given up, and end: many of them hold nobody up", async () => {
	await kernel.run(`import threading
def endless():
    class Endless:
        def __repr__(self):
            while True: pass
    return Endless()
class Stubborn:
    def __repr__(self):
        while True:
            try: x = 1
            except BaseException: pass
for n in range(9): globals()[f"endless{n}"] = endless()
stubborn, seen = Stubborn(), 5
def at_work(): return sum(thread.name.startswith("subshell-") for thread in threading.enumerate())`);
	const { host } = kernel.attach({ lookupTimeoutMs: 3000 });
	await host.variables(null, noSignal);
	const names = [...Array.from({ length: 9 }, (_, n) => `endless${n}`), "stubborn"];
	const found = await host.resolveRefs(
		names.map((expression) => ({ kind: "variable", expression })),
		noSignal,
	);
	for (const each of found)
		expect(each).toMatchObject({ kind: "variable", text: "[its text took too long]" });
	const [seen] = await host.resolveRefs([{ kind: "variable", expression: "seen" }], noSignal);
	expect(seen).toMatchObject({ text: "5" });
	// The two that are left are those of this host and the other.
	await until(async () => (await kernel.run("at_work() <= 2")).text === "True\n");
});

test("a look-up that was cancelled comes back too", async () => {
	const cancel = new AbortController();
	const pending = kernel.host.resolveRefs([{ kind: "variable", expression: "endless0" }], cancel.signal);
	await until(async () => (await kernel.run("at_work() > 1")).text === "True\n");
	cancel.abort(new Error("stop"));
	await expect(pending).rejects.toThrow("stop");
	await until(async () => (await kernel.run("at_work() <= 2")).text === "True\n");
});

test("characters that JSON cannot carry are written as escapes, and what follows is heard", async () => {
	await kernel.run("globals()['odd\\ud800name'] = 'a\\udfffb'");
	const variables = await kernel.host.variables("odd", noSignal);
	expect(variables).toMatchObject([{ name: "odd\\ud800name", summary: "'a\\udfffb'" }]);
	expect((await kernel.run("raise ValueError('a\\ud800b')")).text).toBe("ValueError: a\\ud800b\n");
	expect((await kernel.run("print('a\\ud800b')")).text).toBe("a\\ud800b\n");
	expect((await kernel.run("import sys; print('a\\ud800b', file=sys.stderr)")).text).toBe("a\\ud800b\n");
	expect((await kernel.run("from IPython.display import Markdown; Markdown('a\\ud800b')")).status).toBe("ok");
	expect((await kernel.run("input('a\\ud800b')", "yes")).text).toBe("'yes'\n");
	expect(await resolve("globals()['odd\\ud800name']")).toMatchObject([{ text: "a\\udfffb" }]);
});

test("look-ups take no payload from a running cell", async () => {
	const cell = kernel.start(
		"get_ipython().set_next_input('kept')\nprint('on')\nimport time; time.sleep(0.3)",
	);
	await until(() => cell.outputs.length > 0);
	await kernel.host.variables(null, noSignal);
	await kernel.host.resolveRefs([{ kind: "shell", command: "true" }], noSignal);
	expect((await cell.done).payloads).toEqual([{ kind: "setNextInput", text: "kept", replace: false }]);
});

test("input() still works after look-ups beside it", async () => {
	const cell = kernel.start("print('on')\nimport time; time.sleep(0.2)\ninput('go? ')");
	await until(() => cell.outputs.length > 0);
	await kernel.host.variables(null, noSignal);
	await until(async () => {
		try {
			kernel.host.answerInput("yes");
			return true;
		} catch {
			return false;
		}
	});
	expect((await cell.done).text).toBe("on\n'yes'\n");
});
