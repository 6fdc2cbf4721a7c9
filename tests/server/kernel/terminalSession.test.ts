/** What libraries and IPython itself find in a session that a terminal began. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostCompletions } from "../../../server/sessions/python/host.ts";
import { type CellRun, noSignal, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

const folder = mkdtempSync(join(tmpdir(), "ipyai-terminal-"));
let kernel: RunningKernel;
beforeAll(async () => {
	mkdirSync(join(folder, "profile_default/startup"), { recursive: true });
	writeFileSync(
		join(folder, "profile_default/ipython_config.py"),
		"c = get_config()\nc.TerminalInteractiveShell.xmode = 'Minimal'\nc.TerminalInteractiveShell.confirm_exit = False\n",
	);
	writeFileSync(join(folder, "profile_default/startup/00.py"), "import pandas as pd\n");
	kernel = await startTestKernel({
		size: { columns: 110, rows: 30 },
		env: { IPYTHONDIR: folder, TERM: "xterm-256color" },
	});
});
afterAll(async () => {
	await kernel.dispose();
	rmSync(folder, { recursive: true, force: true });
});

/** Answers one `input()` after the other. */
const answer = async (...answers: readonly string[]): Promise<void> => {
	for (const line of answers)
		await until(() => {
			try {
				kernel.host.answerInput(line);
				return true;
			} catch {
				return false; // it has not asked yet
			}
		});
};

/** Asks until whoever reads the next line is there. */
const inAsking = async (complete: () => Promise<HostCompletions>): Promise<HostCompletions> => {
	let found = await complete();
	await until(async () => {
		if (found.matches.length === 0) found = await complete();
		return found.matches.length > 0;
	});
	return found;
};

const lines = ({ text }: CellRun): string[] => text.trimEnd().split("\n");
const widest = (run: CellRun): number => Math.max(...lines(run).map((line) => [...line].length));

test("frames are as wide as the window, also pandas that a startup file imported, and follow it", async () => {
	await kernel.run("wide = pd.DataFrame({f'column{n}': [1.5, 2.5] for n in range(30)})");
	const at110 = await kernel.run("wide");
	expect(widest(at110)).toBeGreaterThan(95);
	expect(widest(at110)).toBeLessThanOrEqual(110);
	expect(at110.text).toContain(" ... ");
	kernel.host.resize(60, 20);
	const at60 = await kernel.run("wide");
	expect(widest(at60)).toBeGreaterThan(40);
	expect(widest(at60)).toBeLessThanOrEqual(60);
	expect(at60.text).not.toContain("\\\n");
	kernel.host.resize(110, 30);
});

test("rich prints to a terminal of this width, and its progress is drawn", async () => {
	const told = await kernel.run(
		"from rich.console import Console\nc = Console(); print(c.width, c.is_terminal, c.is_jupyter)",
	);
	expect(told.text).toBe("110 True False\n");
	const drawn = await kernel.run("from rich.progress import track\nfor _ in track(range(2)): pass");
	expect(drawn.text).toMatch(/100%/);
	expect(drawn.outputs.every(({ kind }) => kind === "stream")).toBe(true);
	expect(drawn.text).not.toContain("ipywidgets");
});

test("tqdm fills the line and asks for no widgets, even where they are installed", async () => {
	await kernel.run("import sys, types; sys.modules['ipywidgets'] = types.ModuleType('ipywidgets')");
	const drawn = await kernel.run("from tqdm.auto import tqdm\nfor _ in tqdm(range(2)): pass");
	expect(drawn.outputs.every(({ kind }) => kind === "stream")).toBe(true);
	const last = drawn.text.split(/[\r\n]/).findLast((line) => line.includes("100%"))!;
	expect([...last].length).toBeGreaterThan(100);
	expect([...last].length).toBeLessThan(110);
	await kernel.run("del sys.modules['ipywidgets']");
	expect((await kernel.run("'ipykernel.zmqshell' in sys.modules")).text).toBe("True\n");
});

test("it is asked as others ask: by class, by the kernel, by the streams and their size", async () => {
	const asked = await kernel.run(`import os, sys, types
shell = get_ipython()
library = types.ModuleType("library")
exec("def sees_kernel(shell): return hasattr(shell, 'kernel')", library.__dict__)
print(type(shell).__name__, "zmq" in str(type(shell)).lower(), "terminal" in shell.__module__, "IPKernelApp" in shell.config)
print(library.sees_kernel(shell), hasattr(shell, "kernel"))
print(sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size(), os.get_terminal_size(sys.stderr.fileno()).lines)
print(os.environ["TERM"], os.environ["POLARS_TABLE_WIDTH"])`);
	expect(lines(asked)).toEqual([
		"TerminalInteractiveShell False True False",
		"False True",
		"True True os.terminal_size(columns=110, lines=30) 30",
		"xterm-256color 110",
	]);
});

test("a traceback marks the expression that failed, in a cell and in what cells defined", async () => {
	await kernel.run("%xmode Context");
	await kernel.run("def total(order):\n    return len(order.prices) + 1");
	const { outputs } = await kernel.run("total(3)");
	const error = outputs.find((output) => output.kind === "error")!;
	const marked = [...error.traceback.join("\n").matchAll(/(?:\x1b\[30;43m[^\x1b]*\x1b\[39;49m)+/g)].map(
		([text]) => text.replace(/\x1b\[[\d;]*m/g, ""),
	);
	expect(marked).toEqual(["total(3)", "order.prices"]);
	expect(error.traceback.join("\n")).toMatch(/Cell.*In\[\d+\]/);
	await kernel.run("%xmode Minimal");
});

test("a line that IPython rewrites is shown once", async () => {
	await kernel.run("%autocall 1");
	expect((await kernel.run("len [1, 2]")).text).toBe("------> len([1, 2])\n2\n");
	expect((await kernel.run("len [1, 2]")).text).toBe("------> len([1, 2])\n2\n");
	await kernel.run("%autocall 0");
	expect((await kernel.run("len [1, 2]")).status).toBe("error");
});

test("options of IPython's terminal are read from its configuration and set; those without effect say so", async () => {
	const minimal = (await kernel.run("1 / 0")).outputs.find((output) => output.kind === "error")!;
	expect(minimal.traceback.join("\n").replace(/\x1b\[[\d;]*m/g, "")).toBe(
		"ZeroDivisionError: division by zero\n",
	);
	expect((await kernel.run("%config TerminalInteractiveShell.confirm_exit")).text).toBe("False\n");
	expect((await kernel.run("%config TerminalInteractiveShell.editing_mode")).text).toBe("'emacs'\n");
	const set = await kernel.run("%config TerminalInteractiveShell.editing_mode = 'vi'");
	expect(set.text).toContain("TerminalInteractiveShell.editing_mode has no effect here");
	expect((await kernel.run("%config TerminalInteractiveShell.editing_mode")).text).toBe("'vi'\n");
	await kernel.run("%config TerminalInteractiveShell.ast_node_interactivity = 'all'");
	expect((await kernel.run("1\n2")).text).toBe("1\n2\n");
	await kernel.run("%config TerminalInteractiveShell.ast_node_interactivity = 'last_expr'");
});

test("%paste says that there is no clipboard, %cpaste asks for lines", async () => {
	const pasted = await kernel.run("%paste");
	expect(pasted.text).toContain("Paste with the key of your terminal, or use %cpaste.");
	expect(pasted.text).not.toContain("Traceback");
	const cell = kernel.start("%cpaste -q");
	await answer(">>> typed = 6", ">>> typed * 7", "--");
	expect((await cell.done).text).toContain("42");
});

test("embed() opens a shell in the names where it stands, and this one is as before", async () => {
	const cell = kernel.start("from IPython import embed\ndef inner():\n    secret = 41\n    embed()\ninner()");
	const { matches } = await inAsking(() => kernel.host.completeInput("secr", 4, noSignal));
	expect(matches.map(({ text }) => text)).toContain("secret");
	await answer("secret + 1", "exit");
	expect((await cell.done).text).toContain("42");
	expect((await kernel.run("type(get_ipython()).__module__")).text).toBe("'ipyai.terminal'\n");
});

test("at a debugger's prompt the names of its frame are completed, and interact opens IPython there", async () => {
	const cell = kernel.start(
		"def inner(secret_order):\n    breakpoint()\n    return secret_order\ninner([40, 2])",
	);
	const complete = (text: string) => kernel.host.completeInput(text, text.length, noSignal);
	const { start, end, matches } = await inAsking(() => complete("p secret_o"));
	expect([start, end]).toEqual([2, 10]);
	expect(matches.map(({ text }) => text)).toContain("secret_order");
	const methods = await complete("secret_order.app");
	expect(methods.matches.map(({ text }) => text.replace(/^.*\./, ""))).toContain("append");
	expect((await complete("unt")).matches.map(({ text }) => text)).toContain("until");
	await answer("interact", "sum(secret_order)", "exit", "c");
	const { text, status } = await cell.done;
	expect([status, text]).toEqual(["ok", expect.stringContaining("42")]);
	expect((await complete("secret_o")).matches).toEqual([]);
});

test("where a client shows HTML, libraries find a notebook, as wide as the window", async () => {
	const notebook = await startTestKernel({ shows: "html", size: { columns: 70, rows: 30 } });
	try {
		notebook.host.resize(70, 30);
		const told = await notebook.run(
			"from rich.console import Console\nc = Console(); print(type(get_ipython()).__name__, c.is_jupyter, c.width)",
		);
		expect(told.text).toBe("ZMQInteractiveShell True 70\n");
	} finally {
		await notebook.dispose();
	}
});

test("where output goes to a pipe there is no screen", async () => {
	const piped = await startTestKernel();
	try {
		const told = await piped.run("import sys; print(type(get_ipython()).__name__, sys.stdout.isatty())");
		expect(told.text).toBe("TerminalInteractiveShell False\n");
		piped.host.resize(90, 30);
		expect((await piped.run("import sys; sys.stdout.isatty()")).text).toBe("True\n");
	} finally {
		await piped.dispose();
	}
});
