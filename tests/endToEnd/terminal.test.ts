import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/kernel.ts";
import { startLspEditor } from "../support/lspEditor.ts";
import { type ModelServer, startModelServer } from "../support/modelServer/modelServer.ts";
import {
	endPrograms,
	programEnvironment,
	serverPid,
	startTerminal,
	type TerminalProgram,
} from "../support/pty.ts";

let models: ModelServer;
beforeAll(async () => {
	models = await startModelServer();
});
afterAll(async () => {
	endPrograms();
	await models.close();
});

/** Starts it and waits until it takes keys. */
const start = async (...args: string[]): Promise<TerminalProgram> => {
	const program = startTerminal(args, { env: { ...models.environment } });
	await program.until(/In \[\d+\]:/);
	return program;
};
const enter = "\r";
const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);
const leave = async (program: TerminalProgram): Promise<string> => {
	program.send(`${ctrl("c")}exit${enter}`);
	const text = await program.until(/To resume: ipyai -r \S+$/);
	expect(await program.exited).toBe(0);
	return text;
};

test("what is typed before anything is up runs in order", async () => {
	const program = await start();
	program.send(`x = 40${enter}x + 2${enter}`);
	await program.until(/Out\[2\]: 42/);
	const text = await leave(program);
	expect(text).toMatch(/In \[1\]: x = 40\s+In \[2\]: x \+ 2\nOut\[2\]: 42\n/);
	expect(text).toMatch(/To resume: ipyai -r \d+$/);
});

test("a prompt is answered in Markdown and takes a number", async () => {
	const program = await start();
	program.send(`.@@say Some **bold** text@@${enter}`);
	await program.until(/^Some bold text$/m);
	await program.until(/In \[2\]:$/m);
	program.send(`1 + 1${enter}`);
	await program.until(/Out\[2\]: 2/);
	await leave(program);
});

test("Ctrl-C stops an answer and keeps what came; the next prompt works", async () => {
	const program = await start();
	program.send(`.@@slow@@@@say The beginning and the end@@${enter}`);
	await program.until(/^The beginning|^The/m);
	program.send(ctrl("c"));
	await program.until(/^Cancelled\.$/m);
	program.send(`.hello${enter}`);
	const text = await program.until(/You said: hello/);
	expect(text).toMatch(/\nThe.*\n\nCancelled\./);
	await leave(program);
});

test("a prompt during a running cell starts at once, and both show", async () => {
	const program = await start();
	program.send(`import time\rfor i in range(100): print("tick", i, flush=True); time.sleep(.1)\r\r`);
	await program.until(/tick 1/);
	program.send(`.@@say Answered meanwhile@@${enter}`);
	await program.until(/^Answered meanwhile$/m);
	// With its tokens the answer has ended, and Ctrl-C is for the cell.
	await program.until(/· In \[2\] goes on ·\ntick[\s\S]* \d+\/1M 0%/);
	program.send(ctrl("c"));
	await program.until(/KeyboardInterrupt/);
	await leave(program);
});

test("input() and getpass() ask in the input's place", async () => {
	const program = await start();
	program.send(`name = input("Your name? ")${enter}`);
	await program.until(/^Your name\?/m);
	program.send(`Ada${enter}name${enter}`);
	await program.until(/Out\[2\]: 'Ada'/);
	program.send(`import getpass; word = getpass.getpass("Word: ")${enter}`);
	await program.until(/^Word:/m);
	program.send(`secret${enter}`);
	await program.until(/In \[4\]:$/m);
	expect(program.text()).not.toContain("secret");
	program.send(`len(word)${enter}`);
	await program.until(/Out\[4\]: 6/);
	await leave(program);
});

test("a question that a program prints stands where it was asked, with its answer behind it", async () => {
	const program = await start();
	program.send(
		`!bash -c 'echo one; read -p "name? " x; echo "hi $x"; read -sp "word? " y; echo; echo \${#y}'${enter}`,
	);
	await program.until(/^name\?$[\s\S]*waits for your line/m);
	program.send(`Ada${enter}`);
	await program.until(/^word\?$[\s\S]*waits for your line/m);
	program.send(`secret${enter}`);
	await program.until(/^6$/m);
	expect(program.text()).toMatch(/\none\nname\? Ada\nhi Ada\nword\?\n+6\n/);
	program.send(`print("a", end=" "); b = input("b: ")${enter}`);
	await program.until(/b:$[\s\S]*waits for your line/m);
	program.send(`c${enter}`);
	await program.until(/^a b: c$/m);
	await leave(program);
});

test("an approval shows its code, and a refusal's reason reaches the model", async () => {
	const program = await start();
	const call = `@@tool pyrun {"code":"total = 6 * 7\\nprint(total)"}@@`;
	program.send(`.${call}@@then@@@@say done@@${enter}`);
	await program.until(/pyrun wants to run:[\s\S]*total = 6 \* 7\n {2}print\(total\)/);
	program.send("\x1bn");
	await program.until(/Reason for the model/);
	program.send(`not today${enter}`);
	await program.until(/^done$/m);
	// Told once, by the tool's own line.
	expect(program.text().match(/^🔧 pyrun.*\[error\]|denied/gmu)).toHaveLength(1);
	expect(models.requests.at(-1)!.raw).toContain("not today");
	program.send(`.${call}@@then@@@@say done again@@${enter}`);
	await program.until(/\[y\]es/);
	program.send("\x1by");
	await program.until(/🔧 pyrun\(.*=> 42/);
	await program.until(/^done again$/m);
	await leave(program);
});

test("Tab completes, Alt-. suggests, Right accepts", async () => {
	// Jedi reads for long when it has read nothing yet.
	const program = await start("--Completer.use_jedi=False");
	program.send(`globals()["sum" + "pass"], number_of_rows = 4, 3; "ready"${enter}`);
	await program.until(/Out\[1\]: 'ready'/);
	program.send("number_o\t");
	await program.until(/In \[2\]: number_of_rows$/m);
	program.send(" + sum\x1b.");
	await program.until(/In \[2\]: number_of_rows \+ sumpass/);
	program.send(`\x1b[C${enter}`);
	await program.until(/Out\[2\]: 7/);
	await leave(program);
});

test("the server is told of a suggestion that is shown and of each part that is accepted", async () => {
	const program = await start();
	const editor = await startLspEditor({ folder: process.env.HOME!, environment: programEnvironment() });
	const before = await editor.statistics();
	const since = async () => {
		const now = await editor.statistics();
		return [now.shown - before.shown, now.partiallyAccepted - before.partiallyAccepted].join(" ");
	};
	program.send(`globals()["zeta" + "pass"] = 1; "ready"${enter}`);
	await program.until(/Out\[1\]: 'ready'/);
	program.send("zeta");
	await program.until(/In \[2\]: zeta$/m);
	program.send("\x1b.");
	await program.until(/In \[2\]: zetapass {2}# from/);
	await until(async () => (await since()) === "1 0");
	program.send("\x1bf");
	await until(async () => (await since()) === "1 1");
	program.send("\x1b[C");
	await until(async () => (await since()) === "1 2");
	await leave(program);
});

test("blocks of the answer come into the input, the last one first when going back", async () => {
	const program = await start();
	program.send("\x1b[200~.@@say Use\n\n```python\nx = 1\n```\n\nor\n\n```py\ny = 2\n```@@\x1b[201~\r");
	await program.until(/^y = 2\n```\n+In \[2\]/m);
	program.send("\x1b[1;4A");
	await program.until(/In \[2\]: y = 2/);
	program.send(`${ctrl("c")}\x1bW`);
	await program.until(/In \[2\]: x = 1\n {3}\.\.\.: y = 2/);
	await leave(program);
});

test("a lost server is replaced, and the namespace is still there", async () => {
	const program = await start();
	program.send(`kept = "still here"; 1${enter}`);
	await program.until(/Out\[1\]: 1/);
	process.kill(serverPid(), "SIGKILL");
	await program.until(/The server is back; the session goes on\./);
	program.send(`kept${enter}`);
	await program.until(/Out\[2\]: 'still here'/);
	await leave(program);
});

test("a dead kernel is told at once, and one key starts another", async () => {
	const program = await start();
	program.send(`import os; os.kill(os.getpid(), 9)${enter}`);
	await program.until(/The kernel died[\s\S]*kept:\s+Ctrl-R or\s+%ipyai\s+restart/);
	program.send(ctrl("r"));
	await program.until(/New kernel: Python/);
	program.send(`6 * 7${enter}`);
	await program.until(/Out\[\d+\]: 42/);
	await leave(program);
});

test("detached, the session goes on with its variables and its transcript", async () => {
	const first = await start();
	first.send(`kept = 123; "kept"${enter}`);
	await first.until(/Out\[1\]: 'kept'/);
	first.send(`%ipyai detach${enter}`);
	const [, number] = /-r (\d+)$/.exec(await first.until(/To resume: ipyai -r \S+$/))!;
	const second = await start("-r", number!);
	await second.until(/In \[1\]: kept = 123; "kept"\nOut\[1\]: 'kept'\s+In \[2\]:$/m);
	second.send(`kept + 1${enter}`);
	await second.until(/Out\[2\]: 124/);
	await leave(second);
});

test("after exit the transcript is shown again, on a new kernel", async () => {
	const first = await start();
	first.send(`print("shown " + "again")${enter}`);
	await first.until(/^shown again$/m);
	first.send(`.@@say An answer@@${enter}`);
	await first.until(/^An answer$/m);
	const [, number] = /-r (\d+)$/.exec(await leave(first))!;
	const second = await start("-r", number!);
	const text = await second.until(/New kernel: Python/);
	expect(text).toMatch(/In \[1\]: print[\s\S]*\nshown again\n\nIn \[2\]: \.@@say An answer@@\nAn answer\n/);
	second.send(`print("number " + "three")${enter}`);
	await second.until(/In \[3\]: print[\s\S]*number three/);
	await leave(second);
});

test("a resize keeps what was said, on narrow screens too", async () => {
	const program = await start();
	program.send(`print("word " * 40)${enter}`);
	await program.until(/(word ){39}word/);
	program.resize(30, 12);
	program.send("x = 1");
	await program.until(/In \[2\]: x = 1/);
	program.resize(100, 30);
	program.send(`23${enter}x${enter}`);
	await program.until(/Out\[3\]: 123/);
	expect(program.text().match(/(word ){39}word/g)).toHaveLength(1);
	await leave(program);
});

test("leaving while a cell runs asks, and staying goes on", async () => {
	const program = await start();
	program.send(`import time; print("now"); time.sleep(60)${enter}`);
	await program.until(/^now$/m);
	program.send(`exit${enter}`);
	await program.until(/still runs: \[d\]etach/);
	program.send("s");
	program.send(ctrl("c"));
	await program.until(/KeyboardInterrupt/);
	await leave(program);
});

test("%ipyai is the shell's own, and never becomes a prompt", async () => {
	const program = await start();
	await program.until(/claude-api/);
	program.send(`%ipyai modle${enter}`);
	await program.until(/Unknown command: modle\. Did you mean %ipyai model\?/);
	program.send(`%ipyai think h${enter}`);
	await program.until(/^think = h$/m);
	await leave(program);
});
