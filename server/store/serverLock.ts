/**
 * Makes sure that one server serves a database: an exclusive SQLite lock, which the system releases when the
 * process ends, however it ends. A file with a pid in it would have to be guessed about.
 */
import BetterSqlite3 from "better-sqlite3";
import { ensureOwnFile } from "../../ground/paths/privateFiles.mjs";
import { toStoreError } from "./database.ts";

export type ServerLock = { release(): void };

/** `null` when another process holds it. Fails with `PrivatePathError` or `StoreError`. */
export const takeServerLock = (path: string): ServerLock | null => {
	ensureOwnFile(path);
	const db = new BetterSqlite3(path, { timeout: 0 });
	try {
		db.pragma("journal_mode = DELETE");
		db.exec("BEGIN EXCLUSIVE");
		return { release: () => db.close() };
	} catch (error) {
		db.close();
		if ((error as { code?: string }).code?.startsWith("SQLITE_BUSY")) return null;
		throw toStoreError(path, error);
	}
};
