/** Names that lead out of the project, however they are written: nothing behind them is read or written unasked. */
import { execFileSync } from "node:child_process";
import {
	linkSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PermissionMode } from "../../../protocol/index.ts";
import { Approvals } from "../../../server/tools/approvals.ts";
import { Door } from "../../../server/tools/call.ts";
import { Terminals } from "../../../server/tools/commands/terminals.ts";
import { Undo } from "../../../server/tools/edits/undo.ts";
import { Grants } from "../../../server/tools/grants.ts";
import { placeOf } from "../../../server/tools/places.ts";
import { bash } from "../../../server/tools/sources/bash.ts";
import { editFile, viewFile } from "../../../server/tools/sources/files.ts";
import { startTerminal } from "../../../server/tools/sources/terminals.ts";

const secret = "hunter2-beyond";
let home: string;
let project: string;
let terminals: Terminals;
beforeAll(() => {
	home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-beyond-")));
	project = join(home, "p");
	mkdirSync(join(project, "a/b"), { recursive: true });
	execFileSync("git", ["init", "-q", project]);
	mkdirSync(join(home, "p-beside"));
	for (const file of ["beyond.txt", "p-beside/beyond.txt", ".netrc"]) writeFileSync(join(home, file), secret);
	writeFileSync(join(project, ".env"), secret);
	symlinkSync(join(home, "beyond.txt"), join(project, "link"));
	symlinkSync("../beyond.txt", join(project, "link-relative"));
	symlinkSync("link", join(project, "link-of-link"));
	symlinkSync(home, join(project, "up"));
	symlinkSync("..", join(project, "dots"));
	symlinkSync("/", join(project, "root"));
	symlinkSync("/proc/self/cwd/..", join(project, "process"));
	symlinkSync(".env", join(project, "innocent"));
	linkSync(join(project, ".env"), join(project, ".env.local"));
	terminals = new Terminals(() => {});
});
afterAll(async () => {
	await terminals.dispose();
	rmSync(home, { recursive: true, force: true });
});

/** `HOME` and `PROJECT` are folders, `HOMENAME` and `NAME` their last parts, `ROOT` what leads to them from the root. */
const names = `
../beyond.txt
./../beyond.txt
a/../../beyond.txt
a/b/../../../beyond.txt
a/./../b/../../beyond.txt
a/b/../.././../beyond.txt
nowhere/../../beyond.txt
..//beyond.txt
.././beyond.txt
../NAME/../beyond.txt
../p-beside/beyond.txt
../p-beside/../beyond.txt
PROJECT/../beyond.txt
PROJECT-beside/beyond.txt
PROJECT/../p-beside/beyond.txt
PROJECT/a/../../beyond.txt
HOME/beyond.txt
HOME//beyond.txt
HOME/./beyond.txt
//ROOT/beyond.txt
///ROOT/beyond.txt
/./ROOT/beyond.txt
/../ROOT/beyond.txt
/../../ROOT/beyond.txt
/proc/self/root/ROOT/beyond.txt
/proc/1/root/ROOT/beyond.txt
/proc/self/cwd/../beyond.txt
/proc/thread-self/cwd/../beyond.txt
/dev/fd/../root/ROOT/beyond.txt
/dev/../ROOT/beyond.txt
/tmp/../ROOT/beyond.txt
~/beyond.txt
~/./beyond.txt
~/NAME/../beyond.txt
~/../HOMENAME/beyond.txt
~/.netrc
~/p-beside/beyond.txt
link
./link
a/../link
a/b/../../link
link-relative
link-of-link
up/beyond.txt
up/NAME/../beyond.txt
up/p-beside/beyond.txt
up/NAME/up/beyond.txt
up/NAME/link
up/.netrc
dots/beyond.txt
dots/NAME/../beyond.txt
dots/NAME/dots/beyond.txt
dots/NAME/up/beyond.txt
dots/.netrc
root/ROOT/beyond.txt
root/ROOT/NAME/../beyond.txt
root/proc/self/cwd/../beyond.txt
root/../ROOT/beyond.txt
process/beyond.txt
process/NAME/../beyond.txt
a/../up/beyond.txt
a/../dots/beyond.txt
a/../root/ROOT/beyond.txt
a/../link-of-link
.env
./.env
a/../.env
a/b/../../.env
innocent
./innocent
up/NAME/.env
dots/NAME/.env
root/ROOT/NAME/.env
PROJECT/.env
PROJECT//.env
PROJECT/a/../.env
~/NAME/.env
~/NAME/a/../.env
.env.local
/proc/self/cwd/.env
PROJECT/innocent
up/NAME/innocent
../NAME/.env
../NAME/innocent
`
	.trim()
	.split("\n");

const written = (name: string): string =>
	name
		.replaceAll("HOMENAME", basename(home))
		.replaceAll("PROJECT", project)
		.replaceAll("HOME", home)
		.replaceAll("ROOT", home.slice(1))
		.replaceAll("NAME", basename(project));

const { signal } = new AbortController();
const doorIn = (mode: PermissionMode): Door => {
	const log = { add: () => {}, settle: () => {}, hint: () => {} };
	const place = () => placeOf(project, project, { HOME: home });
	const commands = {
		place: async () => place(),
		environment: () => ({ HOME: home, PATH: process.env.PATH! }),
	};
	const tools = [
		viewFile(commands),
		editFile(commands, new Undo()),
		bash(commands),
		startTerminal(commands, terminals),
	];
	return new Door({
		log,
		approvals: new Approvals({ log, canAsk: () => false, newId: () => "a" }),
		grants: new Grants(),
		rules: () => [],
		mode: () => mode,
		place,
		redact: (text) => text,
		tools: () => tools,
	});
};

const quoted = (name: string): string => `'${name.replaceAll("'", `'\\''`)}'`;
const shown = (name: string): string => (name.startsWith("~/") ? `~/${quoted(name.slice(2))}` : quoted(name));
const calls: Readonly<
	Record<string, (name: string) => readonly [tool: string, args: Record<string, unknown>]>
> = {
	"the view of a file": (path) => ["lnhashview_file", { path }],
	"an edit": (path) => ["exhash_file", { path, cmds: ["%s/hunter2/changed/"] }],
	"a preview of an edit": (path) => ["exhash_file", { path, cmds: ["%p"], inplace: false }],
	"a command's operand": (path) => ["bash", { cmd: `cat ${shown(path)}` }],
	"a command's option": (path) => ["bash", { cmd: `grep -rn -f ${shown(path)} a` }],
	"what a command reads": (path) => ["bash", { cmd: `wc -c < ${shown(path)}` }],
	"what a command writes": (path) => ["bash", { cmd: `echo changed > ${shown(path)}` }],
	"a command in a terminal": (path) => ["start_bgterm", { cmd: `cat ${shown(path)}` }],
	"the folder of a terminal": (path) => [
		"start_bgterm",
		{ cmd: "cat beyond.txt .env", cwd: join(path, "..") },
	],
};

/** The names that a way comes through by, with what it told. */
const reachedBy = async (way: string, mode: PermissionMode): Promise<string[]> => {
	const door = doorIn(mode);
	const reached: string[] = [];
	for (const name of names) {
		const [tool, args] = calls[way]!(written(name));
		const call = { kind: "toolCall", callId: "c", name: tool, args, executor: "server" } as const;
		const { content } = await door.call("t", call, signal);
		const told = JSON.stringify(content);
		// What counts characters would tell these.
		if (told.includes(secret) || told.includes(String(secret.length))) reached.push(`${name}: ${told}`);
	}
	return reached;
};

describe.each(["auto", "plan"] as const)("in mode %s", (mode) => {
	test.each(Object.keys(calls))(`%s: ${names.length} names lead nowhere`, async (way) => {
		expect(await reachedBy(way, mode)).toEqual([]);
		for (const file of [join(home, "beyond.txt"), join(home, ".netrc"), join(project, ".env")])
			expect(readFileSync(file, "utf8")).toBe(secret);
	});
});

test("these names do lead there, for who may go", async () => {
	expect((await reachedBy("the view of a file", "yolo")).length).toBeGreaterThan(names.length * 0.8);
});
