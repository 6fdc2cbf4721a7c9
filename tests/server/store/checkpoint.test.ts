import { copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import SQLite from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { Database } from "../../../server/store/database.ts";
import { openStore } from "../../../server/store/openStore.ts";
import { created, owner, testFolder } from "../../support/store.ts";

test("what was committed goes into the database when it rests, and not while it is written", async () => {
	const file = join(testFolder(), "db");
	const db = new Database(file, 1000);
	onTestFinished(() => db.close());
	db.pragma("journal_mode = WAL");
	db.exec("CREATE TABLE texts (text TEXT)");
	const line = "x".repeat(1024 * 1024);
	for (let count = 0; count < 6; count++) db.write(() => db.run("INSERT INTO texts VALUES (?)", line));
	expect(statSync(file).size).toBeLessThan(line.length);
	await vi.waitUntil(() => statSync(file).size > 6 * line.length, 10_000);
	expect(db.all("SELECT text FROM texts")).toHaveLength(6);
});

test("at rest a copy of the one file is a copy of all", async () => {
	const folder = testFolder();
	const store = openStore(join(folder, "db"));
	onTestFinished(() => store.close());
	store.createSession("session", "/work", owner, [created()]);
	await vi.waitUntil(() => statSync(join(folder, "db-wal")).size === 0, 20_000);
	copyFileSync(join(folder, "db"), join(folder, "copy"));
	const copy = openStore(join(folder, "copy"));
	onTestFinished(() => copy.close());
	expect(copy.listSessions({}).sessions).toHaveLength(1);
});

test("who reads meanwhile is not waited for, and nothing is lost by it", () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const folder = testFolder();
	const store = openStore(join(folder, "db"), { busyTimeoutMs: 1_000_000 });
	const reader = new SQLite(join(folder, "db"), { readonly: true });
	onTestFinished(() => {
		reader.close();
		store.close();
	});
	const logSize = () => statSync(join(folder, "db-wal")).size;
	reader.exec("BEGIN");
	reader.prepare("SELECT count(*) FROM sessions").get();
	store.createSession("session", "/work", owner, [created()]);
	vi.advanceTimersByTime(10_000);
	expect(logSize()).toBeGreaterThan(0);
	reader.exec("COMMIT");
	store.createSession("other", "/work", owner, [created()]);
	vi.advanceTimersByTime(10_000);
	expect([logSize(), store.listSessions({}).sessions.length]).toEqual([0, 2]);
});
