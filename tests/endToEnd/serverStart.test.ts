/** A server that cannot start: every client shows the sentence that says why, and no stack. */
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../server/store/openStore.ts";
import { schemaVersion } from "../../server/store/schema.ts";
import { until } from "../support/kernel.ts";
import { startLspEditor } from "../support/lspEditor.ts";
import { isRoot, otherUid } from "../support/otherUser.ts";
import { newPerson, type Person } from "../support/person.ts";
import { endPrograms, runBatch, startTerminal } from "../support/pty.ts";

afterAll(endPrograms);

const databaseOf = ({ environment }: Person): string => {
	const folder = join(environment.XDG_STATE_HOME!, "ipyai");
	mkdirSync(folder, { recursive: true });
	return join(folder, "ipyai.sqlite");
};
const changed = (person: Person, sql: string): void => {
	const database = databaseOf(person);
	openStore(database).close();
	const db = new Database(database);
	db.exec(sql);
	db.close();
};
const smallDisk = (path: string, size: string): void => {
	mkdirSync(path, { recursive: true });
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path], { stdio: "pipe" });
	onTestFinished(() => void execFileSync("umount", ["-l", path]));
};

type Case = readonly [name: string, break_: (person: Person) => void, sentence: RegExp];
const cases: readonly Case[] = [
	[
		"a database that is damaged",
		(person) => writeFileSync(databaseOf(person), `SQLite format 3\0${"x".repeat(5000)}`),
		/ipyai\.sqlite: .*move it away and start again/,
	],
	[
		"a file that is no database",
		(person) => writeFileSync(databaseOf(person), "a text of somebody's\n".repeat(500)),
		/ipyai\.sqlite: file is not a database\. It is not a database of this program: move it away/,
	],
	[
		"another program's database",
		(person) => changed(person, "PRAGMA application_id = 7"),
		/ipyai\.sqlite belongs to another program: move it away/,
	],
	[
		"a newer database",
		(person) => changed(person, `PRAGMA user_version = ${schemaVersion + 1}`),
		/was written by a newer version .*: update this program/,
	],
	[
		"a link in the database's place",
		(person) => symlinkSync("/dev/null", databaseOf(person)),
		/is a symbolic link/,
	],
	[
		"a folder in the database's place",
		(person) => mkdirSync(databaseOf(person)),
		/ipyai\.sqlite is not a file/,
	],
	[
		"a pipe in the place of its journal",
		(person) => execFileSync("mkfifo", [`${databaseOf(person)}-wal`]),
		/ipyai\.sqlite-wal is not a file/,
	],
	[
		"a pipe in the log's place",
		(person) => execFileSync("mkfifo", [join(dirname(databaseOf(person)), "server.log")]),
		/server\.log is not a file: move it away/,
	],
	[
		"a lock that is something else",
		(person) => {
			mkdirSync(dirname(person.socket), { recursive: true });
			writeFileSync(
				`${person.socket}.lock`,
				"no database at all, and longer than a header of one".repeat(20),
			);
		},
		/\.sock\.lock: file is not a database\. .*move it away/,
	],
	[
		"a folder in the socket's place",
		(person) => mkdirSync(person.socket, { recursive: true }),
		/\.sock is not a socket: move it away/,
	],
];

const forRoot: readonly Case[] = [
	[
		"a database of another user's",
		(person) => {
			writeFileSync(databaseOf(person), "");
			chownSync(databaseOf(person), otherUid, otherUid);
		},
		/ipyai\.sqlite belongs to user 65534, not to you/,
	],
	[
		"a full disk",
		(person) => {
			smallDisk(dirname(databaseOf(person)), "16k");
			writeFileSync(join(dirname(databaseOf(person)), "other"), "x".repeat(12 * 1024));
		},
		/(disk or a quota is full|no space left)/,
	],
];

test.each([...cases, ...(isRoot ? forRoot : [])])("%s", async (_, break_, sentence) => {
	const person = newPerson();
	break_(person);
	const { code, stderr } = await runBatch(["--sessions"], { env: person.environment });
	expect(stderr).toMatch(sentence);
	expect([code, stderr.trim().split("\n").length]).toEqual([1, 1]);
	await expect(startLspEditor(person)).rejects.toThrow(sentence);
});

test("the screen shows it as well, and an editor whose server is its own", async () => {
	const person = newPerson();
	writeFileSync(databaseOf(person), "a text of somebody's\n".repeat(500));
	const screen = await startTerminal([], { env: person.environment, columns: 250 }).until(/not a database/);
	expect(screen).not.toContain("    at ");
	const editor = await startLspEditor(person, { args: ["--no-share"] });
	await until(() => editor.messages.length > 0);
	expect(editor.messages[0]).toMatch(
		/^The ipyai server could not start: Database .*ipyai\.sqlite: file is not/,
	);
});
