import {
	copyFileSync,
	existsSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import SQLite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { lostFrames } from "../../../server/store/logDamage.ts";
import { openStore } from "../../../server/store/openStore.ts";
import { createRandom, scaled } from "../../support/random.ts";
import { startTestServer } from "../../support/server.ts";
import { nextRequestId } from "../../support/sessionWithKernel.ts";
import { created, owner, testFolder } from "../../support/store.ts";

/** A database whose sessions are in its log, as a killed process leaves it. */
const killedStore = (sessions = 5): string => {
	const file = join(testFolder(), "live", "db");
	const store = openStore(file);
	for (let count = 0; count < sessions; count++)
		store.createSession(`s${count}`, "/work", owner, [created()]);
	const copy = join(testFolder(), "db");
	for (const suffix of ["", "-wal"]) copyFileSync(file + suffix, copy + suffix);
	store.close();
	return copy;
};
const opened = (file: string) => {
	const store = openStore(file);
	onTestFinished(() => store.close());
	return store;
};
const flip = (file: string, at: number): void => {
	const bytes = readFileSync(file);
	bytes[at]! ^= 1 << (at % 8);
	writeFileSync(file, bytes);
};

test("a log that is whole, or ends in the middle of a write, is no damage", () => {
	const file = killedStore();
	const log = readFileSync(`${file}-wal`);
	for (let length = 0; length <= log.length; length += 997)
		expect(lostFrames(log.subarray(0, length))).toBe(0);
	const store = opened(file);
	expect([store.damage, store.listSessions({}).sessions.length]).toEqual([null, 5]);
	expect(readdirSync(dirname(file)).filter((name) => name.includes("damaged"))).toEqual([]);
});

test("one flipped bit anywhere in a log is noticed", () => {
	const file = killedStore(3);
	const log = readFileSync(`${file}-wal`);
	const random = createRandom(7);
	const places = [0, 9, 16, 24, 31, 32, 36, 40, 48, 55, 56, log.length - 1, log.length - 4090];
	for (let count = 0; count < scaled(150); count++) places.push(random.int(log.length));
	for (const at of places) {
		const bytes = Buffer.from(log);
		bytes[at]! ^= 1 << random.int(8);
		expect([at, lostFrames(bytes) > 0]).toEqual([at, true]);
	}
});

test("what an earlier log left behind it is no damage", () => {
	const file = join(testFolder(), "db");
	const db = new SQLite(file);
	db.pragma("journal_mode = WAL");
	db.exec("CREATE TABLE texts (text TEXT)");
	for (let count = 0; count < 50; count++) db.exec(`INSERT INTO texts VALUES (hex(randomblob(2000)))`);
	db.pragma("wal_checkpoint(RESTART)");
	db.exec("INSERT INTO texts VALUES ('x')");
	const log = readFileSync(`${file}-wal`);
	db.close();
	expect([log.length > 100_000, lostFrames(log)]).toEqual([true, 0]);
});

test("what SQLite leaves out is told, and the log is kept beside it, closed to others", () => {
	const file = killedStore();
	const size = statSync(`${file}-wal`).size;
	flip(`${file}-wal`, Math.floor(size / 2));
	const damaged = readFileSync(`${file}-wal`);
	const store = opened(file);
	expect(store.listSessions({}).sessions.length).toBeLessThan(5);
	expect(store.damage).toMatch(
		/^The log of the database was damaged: \d+ of its last pages could not be read/,
	);
	const kept = `${file}-wal.damaged-1`;
	expect(store.damage).toContain(kept);
	expect(readFileSync(kept).equals(damaged)).toBe(true);
	expect(statSync(kept).mode & 0o777).toBe(0o600);
	// It goes on as any other.
	store.createSession("later", "/work", owner, [created()]);
	store.close();
	expect(opened(file).damage).toBe(null);
});

test("the first person to come is told, once", async () => {
	const file = killedStore();
	copyFileSync(file, join(dirname(file), "ipyai.sqlite"));
	copyFileSync(`${file}-wal`, join(dirname(file), "ipyai.sqlite-wal"));
	flip(join(dirname(file), "ipyai.sqlite-wal"), 5000);
	const server = await startTestServer({ folder: dirname(file) });
	const client = await server.connect();
	for (let count = 0; count < 2; count++)
		await client.request("session/new", { requestId: nextRequestId(), cwd: "/", kernel: null, settings: {} });
	const told = client.updates.flatMap((update) =>
		update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
	);
	expect(told.filter((text) => text.includes("was damaged"))).toHaveLength(1);
	expect(existsSync(join(dirname(file), "ipyai.sqlite-wal.damaged-1"))).toBe(true);
});

test("a log of zeros, as a power cut leaves it, is no damage", () => {
	const file = killedStore();
	truncateSync(`${file}-wal`, 0);
	truncateSync(`${file}-wal`, 40_000);
	expect(opened(file).damage).toBe(null);
});
