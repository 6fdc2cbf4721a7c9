import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ModelServer, startModelServer } from "../support/modelServer/modelServer.ts";
import { endPrograms, runBatch, startTerminal } from "../support/pty.ts";

let models: ModelServer;
beforeAll(async () => {
	models = await startModelServer();
});
afterAll(async () => {
	endPrograms();
	await models.close();
});

const run = (args: readonly string[], input = "") =>
	runBatch(args, { input, env: { ...models.environment } });

test("-c runs cells and prompts in order and prints plain text", async () => {
	const result = await run(["-c", "x = 20", "-c", "print(x); x + 1", "-c", ".@@say The **answer**@@"]);
	expect(result).toEqual({ code: 0, stdout: "20\nOut[2]: 21\nThe **answer**\n", stderr: "" });
});

test("a failed cell ends the batch with 1 and its traceback on stderr", async () => {
	const { code, stdout, stderr } = await run(["-c", "1/0", "-c", "print('not reached')"]);
	expect(code).toBe(1);
	expect(stdout).toBe("");
	expect(stderr).toContain("ZeroDivisionError: division by zero");
	expect(stderr).not.toContain("\x1b");
});

const notebook = (source: string): string => {
	const cell = { cell_type: "code", id: "a", source, metadata: {}, outputs: [], execution_count: null };
	return JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 });
};

const files: Readonly<Record<string, string>> = {
	"fails.py": "print('on')\n1/0\n",
	"unfinished.py": "print(",
	"leaves.py": "import sys; sys.exit(5)",
	"minus.py": "import sys; sys.exit(-1)",
	"says.py": "import sys; sys.exit('it says why')",
	"good.py": "import sys; print(sys.argv[1:]); sys.exit(0)",
	"fails.ipynb": notebook("1/0"),
};

// How it is run, what it ends with, what it says.
test.each<[args: readonly string[], input: string, code: number, says: RegExp]>([
	[["fails.py"], "", 1, /^on\n[\s\S]*ZeroDivisionError: division by zero\n$/],
	[["unfinished.py"], "", 1, /SyntaxError/],
	[["leaves.py"], "", 5, /^$/],
	[["minus.py"], "", 255, /^$/],
	[["says.py"], "", 1, /^it says why\n$/],
	[["good.py", "-c", "x"], "", 0, /^\['-c', 'x'\]\n$/],
	[["-m", "fails"], "", 1, /ZeroDivisionError: division by zero\n$/],
	[["-m", "leaves"], "", 5, /^$/],
	[["-m", "nosuch"], "", 1, /'nosuch' is not a valid modulename/],
	[["fails.ipynb"], "", 1, /ZeroDivisionError/],
	[["--load", "fails.ipynb", "--run", "-c", "'not reached'"], "", 1, /^(?![\s\S]*not reached)/],
	[["-c", "%run fails.py\nprint('the rest of the cell')"], "", 1, /the rest of the cell/],
	[["-c", "import sys; sys.exit(4)", "-c", "'not reached'"], "", 4, /^$/],
	[["-c", "import sys; sys.exit(True)"], "", 1, /^$/],
	[[], "%run leaves.py\n", 5, /^$/],
	[[], "1/0\n.not reached\n", 1, /ZeroDivisionError/],
	[["mcp"], "", 2, /^ipyai: There is no file mcp to run, and no command of that name: see ipyai --help\.\n$/],
	[["./nosuch.py"], "", 2, /^ipyai: There is no file \.\/nosuch\.py\.\n$/],
	[["--run"], "", 2, /^ipyai: --run runs the cells of a notebook/],
])("ipyai %j with %j on standard input ends with %i", async (args, input, code, says) => {
	for (const [name, text] of Object.entries(files)) writeFileSync(join(process.env.HOME!, name), text);
	const result = await run(args, input);
	expect(result.code).toBe(code);
	expect(result.stdout + result.stderr).toMatch(says);
});

test("what a batch leaves to a terminal is told, and is no success", async () => {
	const { code, stderr } = await run(["-c", "%edit fails.py", "-c", "'not reached'"]);
	expect([code, stderr]).toEqual([1, "%edit needs a terminal.\n"]);
});

test("a batch may detach: its kernel stays, and the way back is told", async () => {
	const { code, stderr } = await run(["-c", "kept = 7", "-c", "%ipyai detach"]);
	const [, number] = /^To resume: ipyai -r (\d+)\n$/.exec(stderr)!;
	expect(code).toBe(0);
	expect((await run(["-r", number!, "-c", "print(kept)"])).stdout).toContain("7\n");
});

test("a failed prompt ends the batch with 1 and says why", async () => {
	const { code, stderr } = await run(["-c", ".@@error 401@@"]);
	expect(code).toBe(1);
	expect(stderr).toContain("401");
});

test("an approval that nobody can answer is refused as such, with 3", async () => {
	const prompt = `.@@tool pyrun {"code":"6*7"}@@@@then@@@@say done@@`;
	const refused = await run(["-c", prompt]);
	expect(refused.code).toBe(3);
	expect(refused.stderr).toContain("--permissions");
	const allowed = await run(["--permissions", "yolo", "-c", prompt]);
	expect(allowed.code).toBe(0);
	expect(allowed.stdout).toContain("🔧 pyrun(code='6*7') => 42");
});

test("input from a pipe is a script with prompts in it", async () => {
	const script = "def f():\n    return 6\n\nprint(f())\n.@@say And you?@@\n\nprint(f() * 7)\n";
	const { code, stdout } = await run([], script);
	expect([code, stdout]).toEqual([0, "6\nAnd you?\n42\n"]);
});

test("input() without a person is an error, not a hang", async () => {
	const { code, stderr } = await run(["-c", "input('x')"]);
	expect(code).toBe(1);
	expect(stderr).toMatch(/StdinNotImplementedError|EOFError/);
});

test("a wrong flag ends with 2 and names the right one", async () => {
	const { code, stderr } = await run(["--permisions", "x"]);
	expect([code, stderr]).toEqual([2, "ipyai: Unknown option --permisions. Did you mean --permissions?\n"]);
});

test("--plain asks and answers line by line", async () => {
	const program = startTerminal(["--plain"], { env: { ...models.environment } });
	await program.until(/In \[1\]:$/m);
	program.send("for i in range(2):\r");
	await program.until(/\.\.\.:$/m);
	program.send("    print('line', i)\r");
	await program.until(/print.*\n.*\.\.\.:$/m);
	program.send("\r");
	await program.until(/^line 1$/m);
	program.send(`.@@tool pyrun {"code":"6*7"}@@@@then@@@@say done@@\r`);
	await program.until(/\[y\]es.*\?$/m);
	program.send("y\r");
	await program.until(/=> 42\s+done/);
	program.send("exit\r");
	await program.until(/To resume: ipyai -r \d+$/);
	expect(await program.exited).toBe(0);
});
