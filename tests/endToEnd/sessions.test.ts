import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ModelServer, startModelServer } from "../support/modelServer/modelServer.ts";
import { endPrograms, runBatch, startTerminal, type TerminalProgram } from "../support/pty.ts";

// Each of these starts several programs, one after another.
vi.setConfig({ testTimeout: 90_000 });

let models: ModelServer;
beforeAll(async () => {
	models = await startModelServer();
});
afterAll(async () => {
	endPrograms();
	await models.close();
});

const enter = "\r";
const esc = "\x1b";
const down = "\x1b[B";
const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);

/** A folder of its own, so that sessions of other tests are not in its lists. */
let folders = 0;
const folder = (): string => {
	const path = join(process.env.HOME!, `project-${++folders}`);
	mkdirSync(path);
	return path;
};
const start = (cwd: string, ...args: string[]): TerminalProgram =>
	startTerminal(args, { cwd, env: { ...models.environment } });
/** Leaves and answers the session's name. */
const leave = async (program: TerminalProgram, how = "exit"): Promise<string> => {
	program.send(`${how}${enter}`);
	expect(await program.exited).toBe(0);
	const text = await program.until(/To resume: ipyai -r \S+$/);
	return /-r (\S+)$/.exec(text)![1]!;
};
/** A session of cells, each of which shows its value, and of prompts, each with an answer in its marks. */
const session = async (cwd: string, ...inputs: string[]): Promise<string> => {
	const program = start(cwd);
	await program.until(/In \[1\]:$/m);
	for (const [index, input] of inputs.entries()) {
		program.send(`${input}${enter}`);
		const answer = /^\.@@say (.*)@@$/.exec(input)?.[1];
		await program.until(
			answer === undefined
				? new RegExp(`Out\\[${index + 1}\\]: .*\n\nIn \\[`)
				: new RegExp(`^${answer}\n\nIn \\[`, "m"),
		);
	}
	return leave(program);
};

test("%ipyai is a cell like any other, and answers while a cell runs", async () => {
	const program = start(folder());
	await program.until(/In \[1\]:/);
	program.send(`x = 2; x${enter}`);
	await program.until(/Out\[1\]: 2/);
	program.send(`%ipyai think h${enter}`);
	// The result is shown a moment before its cell has ended: until then commands run beside it, without a number.
	const answer = await program.until(/think = h\n\nIn \[[23]\]:$/m);
	if (/In \[2\]:$/m.test(answer)) program.send(`%ipyai think h${enter}`);
	await program.until(/In \[2\]: %ipyai think h\nthink = h\n\nIn \[3\]:$/m);
	program.send(`import time; print("going"); time.sleep(60)${enter}`);
	await program.until(/^going/m);
	program.send(`%ipyai think l${enter}`);
	await program.until(/^think = l$/m);
	program.send(ctrl("c"));
	await program.until(/KeyboardInterrupt/);
	program.send(`%ipyai modle x${enter}`);
	await program.until(/Did you mean %ipyai model\?/);
	await leave(program);
});

test("-r lets choose among several, shows how each ended, and Escape begins a new one", async () => {
	const cwd = folder();
	const first = await session(cwd, "apple = 1; apple", ".@@say About apples@@");
	await session(cwd, "pear = 2; pear");
	const program = start(cwd, "-r");
	await program.until(/Resume which session\?[\s\S]*> [\s\S]*AI|In \[1\]: pear = 2; pear/);
	program.send(down);
	await program.until(/In \[1\]: apple = 1; apple\n\s+AI \[2\]: .*\n\s+About apples/);
	program.send(enter);
	const text = await program.until(/In \[3\]:$/m);
	expect(text).toContain("apple = 1");
	expect(text).not.toContain("Resume which session?");
	expect(await leave(program)).toBe(first);

	const fresh = start(cwd, "-r");
	await fresh.until(/Resume which session\?/);
	fresh.send(esc);
	const shown = await fresh.until(/In \[1\]:$/m);
	expect(shown).not.toMatch(/No session|apple|pear/);
	fresh.send(`"new"${enter}`);
	await fresh.until(/Out\[1\]: 'new'/);
	await leave(fresh);
});

test("-r with one session resumes without asking, with none says so and begins", async () => {
	const cwd = folder();
	const none = start(cwd, "-r");
	expect(await none.until(/In \[1\]:$/m)).toContain(
		"No sessions found for this directory: a new one begins.",
	);
	none.send(`plum = 3; plum${enter}`);
	await none.until(/Out\[1\]: 3/);
	const name = await leave(none);
	const program = start(cwd, "-r");
	await program.until(/In \[1\]: plum = 3; plum[\s\S]*In \[2\]:$/m);
	expect(await leave(program)).toBe(name);
});

test("after a resume the cells run again on request, up to the first that fails", async () => {
	const cwd = folder();
	const name = await session(cwd, "a = 20; a", "b = a + 1; b", "c = 3; c");
	const program = start(cwd, "-r", name);
	await program.until(/All variables are gone: Alt-r or %ipyai rerun[\s\S]*In \[4\]:$/m);
	program.send(`%ipyai rerun 2${enter}`);
	await program.until(/Ran 2 cells again\.[\s\S]*In \[6\]:$/m);
	program.send(`b${enter}`);
	await program.until(/Out\[6\]: 21/);
	program.send(`${esc}r`);
	await program.until(/Ran 3 cells again\./);
	await leave(program);
});

test("--sessions lists, and %ipyai resume goes over to another session", async () => {
	const cwd = folder();
	expect((await runBatch(["--sessions"], { cwd, env: models.environment })).stdout).toBe(
		"No sessions found for this directory.\n",
	);
	const first = await session(cwd, "fig = 4; fig");
	const listed = await runBatch(["--sessions"], { cwd, env: models.environment });
	expect(listed.stdout).toMatch(new RegExp(`^ +ID .*\\n +${first} .*closed$`, "m"));
	const program = start(cwd);
	await program.until(/In \[1\]:/);
	program.send(`here = 5; here${enter}`);
	await program.until(/Out\[1\]: 5/);
	program.send(`%ipyai resume ${first}${enter}`);
	const gone = /To resume: ipyai -r (\d+)\n[\s\S]*In \[1\]: fig = 4; fig[\s\S]*In \[2\]:$/m;
	const second = gone.exec(await program.until(gone))![1]!;
	// The kernel that was left still lives.
	// What is typed behind the command is for the session it goes to.
	program.send(`%ipyai resume ${second}${enter}here + 1${enter}here + 2${enter}here + `);
	await program.until(
		/here = 5; here[\s\S]*here \+ 1\nOut\[\d\]: 6[\s\S]*Out\[\d\]: 7[\s\S]*In \[\d\]: here \+$/m,
	);
	program.send(`30${enter}`);
	await program.until(/Out\[\d\]: 35/);
	// For this one, when there is no such session.
	program.send(`%ipyai resume 99999${enter}here + 3${enter}`);
	await program.until(/Out\[\d\]: 8/);
	program.send(`%ipyai restart${enter}"here" in globals()${enter}`);
	await program.until(/Out\[\d\]: False/);
	await leave(program);
});

test("two terminals on one session: both see all, approvals close in both, exit of one keeps the kernel", async () => {
	const cwd = folder();
	const owner = start(cwd);
	await owner.until(/In \[1\]:/);
	owner.send(`shared = 41; shared${enter}`);
	await owner.until(/Out\[1\]: 41/);
	const guest = start(cwd, "--join");
	await guest.until(/In \[1\]: shared = 41; shared[\s\S]*In \[2\]:$/m);
	const observer = start(cwd, "--observe");
	await observer.until(/In \[1\]: shared = 41; shared/);
	guest.send(`shared + 1${enter}`);
	await owner.until(/Out\[2\]: 42/);
	await observer.until(/Out\[2\]: 42/);
	observer.send(`shared = 0${enter}`);
	await observer.until(/An observer may only watch/);
	owner.send(`.@@tool pyrun {"code":"shared"}@@@@then@@@@say done@@${enter}`);
	await owner.until(/\[y\]es/);
	await guest.until(/\[y\]es/);
	guest.send(`${esc}y`);
	await guest.until(/^done$/m);
	await owner.until(/^done$/m);
	expect(owner.screen()).not.toContain("[y]es");
	observer.send(`exit${enter}`);
	expect(await observer.exited).toBe(0);
	await leave(owner);
	expect(owner.text()).toContain("Others work in this session: its kernel stays.");
	guest.send(`shared${enter}`);
	await guest.until(/Out\[\d\]: 41/);
	await leave(guest);
	const gone = await runBatch(["--join", "-c", "1"], { cwd, env: models.environment });
	expect([gone.code, gone.stderr]).toEqual([
		1,
		"ipyai: No session runs in this folder. ipyai --sessions all names those elsewhere; --join ID joins one.\n",
	]);
});

test("what is typed with exit behind it still runs before the program leaves", async () => {
	const program = start(folder());
	program.send(`first = 1${enter}first + 1${enter}exit${enter}`);
	expect(await program.exited).toBe(0);
	await program.until(/Out\[2\]: 2[\s\S]*To resume: ipyai -r \d+$/);
});

test("Python learns a new size of the terminal", async () => {
	const program = start(folder());
	await program.until(/In \[1\]:/);
	program.resize(61, 30);
	program.send(`"up"${enter}`);
	await program.until(/Out\[1\]: 'up'/);
	program.send(`import shutil; shutil.get_terminal_size().columns${enter}`);
	await program.until(/Out\[2\]: 61/);
	await leave(program);
});

test("prompt mode: by flag, by key, by command; what was asked is no code of the next prompt", async () => {
	const program = start(folder(), "-p");
	await program.until(/Pr \[1\]:/);
	program.send(`@@say first answer@@${enter}`);
	await program.until(/^first answer$/m);
	program.send(`;kept = 6${enter}`);
	await program.until(/Pr \[3\]:$/m);
	program.send(`@@say second answer@@${enter}`);
	await program.until(/^second answer$/m);
	const sent = models.requests.at(-1)!.raw;
	expect(sent).toContain("<code>kept = 6</code>");
	expect(sent).not.toMatch(/<code>[^<]*@@say/);
	program.send(`${esc}p`);
	await program.until(/In \[4\]:$/m);
	program.send(`%ipyai prompt${enter}`);
	await program.until(/Prompt mode ON[\s\S]*Pr \[5\]:$/m);
	await leave(program, ";exit");
});

test("a session of the Python program is listed, shown and continued under its number", async () => {
	const cwd = folder();
	const profile = join(cwd, "ipython/profile_default");
	mkdirSync(profile, { recursive: true });
	const history = join(profile, "history.sqlite");
	copyFileSync(join(import.meta.dirname, "../fixtures/ipyai-0.0.9/history.sqlite"), history);
	const db = new Database(history);
	db.prepare("UPDATE sessions SET remark = ?").run(JSON.stringify({ cwd, backend: "claude-api" }));
	db.close();
	const env = { ...models.environment, IPYTHONDIR: join(cwd, "ipython") };
	expect((await runBatch(["--sessions"], { cwd, env })).stdout).toMatch(/^ +1 .*show code/m);
	const program = startTerminal(["-r", "1"], { cwd, env });
	await program.until(/In \[3\]: squares = [\s\S]*The list holds 0, 1, 4, 9 and 16\.[\s\S]*In \[10\]:$/m);
	program.send(`%ipyai rerun 3${enter}`);
	await program.until(/Ran 2 cells again\./);
	program.send(`.@@say and on@@${enter}`);
	await program.until(/^and on$/m);
	expect(models.requests.at(-1)!.raw).toContain("what is in $`squares`?");
	expect(await leave(program)).toBe("1");
});
