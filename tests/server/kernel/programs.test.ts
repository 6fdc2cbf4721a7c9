/** Programs that `!` starts, and the keyboard behind them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Output } from "../../../protocol/index.ts";
import {
	cellRequest,
	contentText,
	noSignal,
	type RunningKernel,
	startTestKernel,
	textOf,
} from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
});
afterAll(() => kernel.dispose());

/** Runs a cell; each question takes the next answer, `^D` for the end of the input. Passwords are told as `*`. */
const type = async (code: string, ...answers: string[]): Promise<string> => {
	const { host } = kernel;
	const outputs: Output[] = [];
	let asked = "";
	const { status } = await host.execute(
		cellRequest(code, {
			onOutput: (output) => outputs.push(output),
			onInputRequest: ({ password }) => {
				asked += password ? "*" : "?";
				const answer = answers.shift() ?? "^D";
				host.answerInput(answer === "^D" ? "\x04" : answer);
			},
		}),
	);
	return `${asked} ${status === "ok" ? "" : `${status} `}${textOf(outputs)}`;
};

/** A line for bash, whatever shell the person's lines go to. */
const bash = (line: string) => `!bash -c '${line}'`;
const python = (code: string) => `!{__import__("sys").executable} -c '${code}'`;

test.each([
	["a program's own input()", python('print("got", input("q: "))'), ["ada"], "? q: got ada\n"],
	["lines until the end", "!cat", ["one", "two", "^D"], "??? one\ntwo\n"],
	[
		"rm that asks",
		"!touch /tmp/ipyai-$$; rm -i /tmp/ipyai-$$ 2>/dev/null; ls /tmp/ipyai-$$ 2>/dev/null; echo end",
		["y"],
		"? end\n",
	],
	["a line that is not echoed", bash('read -s x; echo "$x" | wc -c'), ["hunter2"], "* 8\n"],
	[
		"getpass of another Python",
		python('import getpass; print(len(getpass.getpass("pw: ")))'),
		["secret"],
		"* pw: \n6\n",
	],
	["one key", bash('read -n 1 x; echo " got $x"'), ["y"], "? y got y\n"],
	["two questions", '!read a; read b; echo "$b $a"', ["x", "y"], "?? y x\n"],
	["an empty answer", '!read a; echo "[$a]"', [""], "? []\n"],
	["text of any language", "!read a; echo $a", ["größe 😀"], "? größe 😀\n"],
	["sys.stdin", "import sys\nprint(sys.stdin.readline().upper(), end='')", ["ada"], "? ADA\n"],
	["lines of sys.stdin", "print([line for line in sys.stdin])", ["a", "b", "^D"], "??? ['a\\n', 'b\\n']\n"],
	["%%capture", "%%capture caught\n!read a; echo $a", ["x"], "? "],
	["what reads nothing", "!echo hi; echo there >&2", [], " hi\nthere\n"],
	["a pipe", "!echo hi | cat", [], " hi\n"],
	[
		"variables and expressions",
		"name = 'x y'\n!echo {name.upper()} $name $$HOME | sed s,$$HOME,home,",
		[],
		" X Y x y home\n",
	],
	["a terminal of the window's size", "!stty size; test -t 1 && echo terminal", [], " 24 80\nterminal\n"],
])("%s", async (_, code, answers, expected) => {
	expect(await type(code, ...answers)).toBe(expected);
});

test("exit codes are IPython's: a signal is negative", async () => {
	expect(await type("!exit 3\nprint(_exit_code)")).toBe(" 3\n");
	expect(await type("!kill -9 $$\nprint(_exit_code)")).toMatch(/-9\n$/);
	expect(await type("!sleep 5 &")).toContain("Background processes not supported.");
});

test("a program that stops waiting is not waited for", async () => {
	const { host } = kernel;
	const outputs: Output[] = [];
	await host.execute(
		cellRequest(bash('read -t 0.3 x; echo "over"'), {
			onOutput: (output) => outputs.push(output),
			onInputRequest: () => {}, // the person does not answer
		}),
	);
	expect(textOf(outputs)).toBe("over\n");
});

test("Ctrl-C ends the program, and a cell after it runs", async () => {
	const { host } = kernel;
	const outputs: Output[] = [];
	const cell = host.execute(
		cellRequest("!read x; sleep 60", {
			onOutput: (output) => outputs.push(output),
			onInputRequest: () => void host.interrupt(),
		}),
	);
	await cell;
	expect(await type("!echo on")).toBe(" on\n");
});

test("what runs beside the cells finds its input at the end", async () => {
	const code = "import sys\n!cat; echo end\nsys.stdin.readline()";
	const { content } = await kernel.host.python.runPython(code, {
		signal: noSignal,
		onWaiting: () => {},
		onOutput: () => {},
	});
	expect(contentText(content)).toBe("end\n''\n");
});
