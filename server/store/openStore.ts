import { dirname, join } from "node:path";
import { gitRoot } from "../../ground/paths/gitRoot.ts";
import {
	closeToOthers,
	ensureOwnFile,
	ensurePrivateFolder,
	isOwnFile,
} from "../../ground/paths/privateFiles.mjs";
import { createBlobs } from "./blobs.ts";
import { createContextCells } from "./contextCells.ts";
import { createCopies } from "./copies.ts";
import { Database } from "./database.ts";
import { createEventLog } from "./eventLog.ts";
import { rebuildFolds } from "./fold.ts";
import { createHeads } from "./heads.ts";
import { keepDamagedLog } from "./logDamage.ts";
import { createMemory } from "./memory.ts";
import { applicationId, migrations, schemaVersion } from "./schema.ts";
import { createSessions } from "./sessions.ts";
import { type Store, StoreError } from "./store.ts";
import { createTranscripts } from "./transcripts.ts";

export type StoreOptions = {
	/** Milliseconds since the epoch, for the events' times. */
	readonly now?: () => number;
	readonly gitRoot?: (cwd: string) => string | null;
	/** How long to wait for another process's write. */
	readonly busyTimeoutMs?: number;
	/** Limits the file, in pages of 4 kB: what a full disk does. */
	readonly maxPages?: number;
};

/** The store with what only upkeep and tests need. */
export type OpenedStore = Store & {
	/** Makes a session's folds anew from its log. */
	rebuildFolds(sessionId: string): void;
	/** What a person should know of the database as it was found: something of theirs is lost. */
	readonly damage: string | null;
};

/**
 * Opens the database at `file`, making it and its folder when absent; blobs live beside it. Throws `StoreError`
 * for a file that is not ours, is damaged, cannot be written, or was made by a newer version, `PrivatePathError` for a
 * folder or file of somebody else.
 */
export const openStore = (file: string, options: StoreOptions = {}): OpenedStore => {
	ensurePrivateFolder(dirname(file));
	ensureOwnFile(file);
	// SQLite makes them with the mode of the database.
	for (const suffix of ["-wal", "-shm", "-journal"]) isOwnFile(file + suffix);
	const damage = keepDamagedLog(file);
	const busyTimeoutMs = options.busyTimeoutMs ?? 5000;
	const db = new Database(file, busyTimeoutMs);
	try {
		prepare(db, busyTimeoutMs, options.maxPages);
	} catch (error) {
		db.close();
		throw error;
	}
	return {
		...createEventLog(db, options.now ?? Date.now),
		...createTranscripts(db),
		...createHeads(db),
		...createContextCells(db),
		...createSessions(db, options.gitRoot ?? gitRoot),
		...createMemory(db),
		...createBlobs(join(dirname(file), "blobs"), options.now ?? Date.now),
		...createCopies(db, join(dirname(file), "blobs"), options.now ?? Date.now),
		damage,
		rebuildFolds: (sessionId) => rebuildFolds(db, sessionId),
		close: () => db.close(),
	};
};

const prepare = (db: Database, busyTimeoutMs: number, maxPages: number | undefined): void => {
	// Before anything is written: another program's database must stay as it is.
	const isNew = checkOurs(db);
	closeToOthers(db.file);
	switchToWal(db, busyTimeoutMs);
	db.pragma("synchronous = NORMAL");
	if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`);
	if (!isNew && version(db) === schemaVersion) return;
	db.write(() => {
		for (const migration of migrations.slice(version(db))) db.exec(migration);
		db.pragma(`application_id = ${applicationId}`);
		db.pragma(`user_version = ${schemaVersion}`);
	});
};

/** SQLite does not wait for this lock by itself: servers that start together meet here. */
const switchToWal = (db: Database, timeoutMs: number): void => {
	const pauseMs = 5;
	for (let waitedMs = 0; ; waitedMs += pauseMs) {
		try {
			if (db.pragma("journal_mode") !== "wal") db.pragma("journal_mode = WAL");
			return;
		} catch (error) {
			const busy = String(((error as Error).cause as { code?: unknown } | undefined)?.code).startsWith(
				"SQLITE_BUSY",
			);
			if (!busy || waitedMs >= timeoutMs) throw error;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
		}
	}
};

const version = (db: Database): number => Number(db.pragma("user_version"));

/** True when the file is empty. One state is looked at, as another process may be making it just now. */
const checkOurs = (db: Database): boolean => {
	const { id, found, schema } = db.read(() => ({
		id: Number(db.pragma("application_id")),
		found: version(db),
		schema: Number(db.pragma("schema_version")),
	}));
	if (id === 0 && found === 0 && schema === 0) return true;
	if (id !== applicationId)
		throw new StoreError(`${db.file} belongs to another program: move it away and start again.`);
	if (found < 0 || found > schemaVersion)
		throw new StoreError(
			`${db.file} was written by a newer version (schema ${found}, this one knows ${schemaVersion}): update this program.`,
		);
	return false;
};
