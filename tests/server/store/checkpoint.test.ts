import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Database } from "../../../server/store/database.ts";
import { testFolder } from "../../support/store.ts";

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
