import {
	chmodSync,
	chownSync,
	mkdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import SQLite from "better-sqlite3";
import { expect, test } from "vitest";
import { openStore } from "../../../server/store/openStore.ts";
import { migrations, schemaVersion } from "../../../server/store/schema.ts";
import { StoreError } from "../../../server/store/store.ts";
import { cellStarted, created, owner, print, testFolder, testStore } from "../../support/store.ts";

const open = (file: string) => () => openStore(file).close();

test("makes folder and file, closed to others", () => {
	const folder = join(testFolder(), "a/b");
	const store = testStore({ folder });
	store.createSession("s", "/work", owner, [created()]);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	for (const name of ["ipyai.sqlite", "ipyai.sqlite-wal"])
		expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
});

test("closes what stood open to others", () => {
	const folder = testFolder();
	openStore(join(folder, "db")).close();
	chmodSync(folder, 0o755);
	chmodSync(join(folder, "db"), 0o644);
	openStore(join(folder, "db")).close();
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(statSync(join(folder, "db")).mode & 0o777).toBe(0o600);
});

test("keeps everything over a restart", () => {
	const folder = testFolder();
	const first = openStore(join(folder, "db"));
	first.createSession("s", "/work", owner, [created(), cellStarted("c", "1")]);
	first.close();
	const again = openStore(join(folder, "db"));
	expect(again.session("s")).toMatchObject({ cells: 1, headSeq: 2 });
	again.close();
});

test("refuses links, other kinds and other owners", () => {
	const folder = testFolder();
	symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
	expect(open(join(folder, "link"))).toThrow(/symbolic link/);
	mkdirSync(join(folder, "real"));
	symlinkSync(join(folder, "real"), join(folder, "linked"));
	expect(open(join(folder, "linked/db"))).toThrow(/symbolic link/);
	mkdirSync(join(folder, "folder"));
	expect(open(join(folder, "folder"))).toThrow(/not a file/);
	if (process.getuid?.() !== 0) return;
	writeFileSync(join(folder, "theirs"), "");
	chownSync(join(folder, "theirs"), 12345, 12345);
	expect(open(join(folder, "theirs"))).toThrow(/belongs to user 12345/);
});

test("leaves another program's database as it is", () => {
	const file = join(testFolder(), "db");
	const foreign = new SQLite(file);
	foreign.exec("CREATE TABLE history (line)");
	foreign.close();
	chmodSync(file, 0o644);
	const before = readFileSync(file);
	expect(open(file)).toThrow(/another program/);
	expect(readFileSync(file).equals(before)).toBe(true);
	expect(statSync(file).mode & 0o777).toBe(0o644);
});

test("refuses what a newer version wrote", () => {
	const file = join(testFolder(), "db");
	openStore(file).close();
	const db = new SQLite(file);
	db.pragma(`user_version = ${schemaVersion + 1}`);
	db.close();
	expect(open(file)).toThrow(/newer version/);
});

test("kernels that were stored before their kinds were told keep what was known of them", () => {
	const file = join(testFolder(), "db");
	openStore(file).close();
	const db = new SQLite(file);
	db.exec("DROP TABLE kernels");
	for (const statement of migrations[0]!.split(";")) if (/kernels/.test(statement)) db.exec(statement);
	const insert = db.prepare(
		"INSERT INTO kernels VALUES (?, 's', '/run/k.json', ?, ?, '/bin/python', 'server', 1)",
	);
	insert.run("ours", 7, "t");
	insert.run("theirs", null, null);
	db.pragma("user_version = 2");
	db.close();
	const store = openStore(file);
	const common = { connectionFile: "/run/k.json", label: "/bin/python" };
	expect(store.kernels({}).map(({ launch, startTime }) => ({ launch, startTime }))).toEqual([
		{ launch: { kind: "started", pid: 7, ...common }, startTime: "t" },
		{ launch: { kind: "existing", ...common }, startTime: null },
	]);
	store.close();
});

test("refuses what is no database", () => {
	const file = join(testFolder(), "db");
	writeFileSync(file, "some text that is not a database, and quite long too".repeat(50));
	expect(open(file)).toThrow(/not a database.*move it away/);
});

test("reports a truncated database", () => {
	const file = join(testFolder(), "db");
	const store = openStore(file);
	store.createSession("s", "/work", owner, [
		created(),
		cellStarted("c", "1"),
		print("c", "x".repeat(100_000)),
	]);
	store.close();
	truncateSync(file, 5000);
	expect(open(file)).toThrow(/damaged|malformed/);
});

test("a full disk refuses the whole step and nothing else", () => {
	const folder = testFolder();
	const store = testStore({ folder, maxPages: 60 });
	store.createSession("s", "/work", owner, [created(), cellStarted("c", "1")]);
	const fill = () => {
		for (;;) store.append("s", [print("c", "x".repeat(2000)), print("c", "y".repeat(2000))]);
	};
	expect(fill).toThrow(StoreError);
	expect(fill).toThrow(/full/);
	const { headSeq } = store.session("s")!;
	expect(headSeq % 2, "both events of a step or none").toBe(0);
	expect(store.eventsAfter("s", 0, 10_000)).toHaveLength(headSeq);
	const shown = store.transcript("s", null, 9);
	const roomy = testStore({ folder });
	roomy.rebuildFolds("s");
	expect(roomy.transcript("s", null, 9)).toEqual(shown);
});

test("says which process state to look at when the file stays locked", () => {
	const folder = testFolder();
	const store = testStore({ folder, busyTimeoutMs: 0 });
	store.createSession("s", "/work", owner, [created()]);
	const other = new SQLite(join(folder, "ipyai.sqlite"));
	other.exec("BEGIN IMMEDIATE");
	expect(() => store.append("s", [cellStarted("c", "1")])).toThrow(/locked/);
	expect(store.session("s"), "reading goes on").toMatchObject({ headSeq: 1 });
	other.exec("ROLLBACK");
	other.close();
	store.append("s", [cellStarted("c", "1")]);
});
