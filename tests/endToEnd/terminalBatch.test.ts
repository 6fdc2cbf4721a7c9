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

test("sys.exit ends the batch with its code", async () => {
	expect((await run(["-c", "import sys; sys.exit(4)"])).code).toBe(4);
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
	const { code, stderr } = await run(["--modle", "x"]);
	expect([code, stderr]).toEqual([2, "ipyai: Unknown option --modle. Did you mean --model?\n"]);
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
