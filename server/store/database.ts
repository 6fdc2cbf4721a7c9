import { statSync } from "node:fs";
import SQLite from "better-sqlite3";
import { StoreError } from "./store.ts";

type Value = string | number | null;

/**
 * When nothing was committed for a moment, the log is written into the database and emptied, so that a copy of the
 * one file is a copy of all: a large log soon, a small one a little later, as the disk takes some milliseconds which a
 * prompt would wait for. SQLite itself does so in a commit when it grows much larger.
 */
const restMs = 500;
const longRestMs = 3000;
const largeLogBytes = 4 * 1024 * 1024;
const largestLogPages = 10_000;

/**
 * A connection with cached statements and immediate transactions. Every failure is a `StoreError` that names the
 * file, and leaves nothing half written.
 */
export class Database {
	readonly file: string;
	readonly #connection: SQLite.Database;
	readonly #statements = new Map<string, SQLite.Statement>();
	readonly #busyTimeoutMs: number;
	#atRest: NodeJS.Timeout | null = null;

	constructor(file: string, busyTimeoutMs: number) {
		this.file = file;
		this.#busyTimeoutMs = busyTimeoutMs;
		this.#connection = this.#guard(() => new SQLite(file, { timeout: busyTimeoutMs }));
		this.pragma(`wal_autocheckpoint = ${largestLogPages}`);
		// A log that begins anew leaves nothing behind that could be taken for its end.
		this.pragma("journal_size_limit = 0");
	}

	all<Row>(sql: string, ...values: Value[]): Row[] {
		return this.#guard(() => this.#statement(sql).all(...values)) as Row[];
	}

	get<Row>(sql: string, ...values: Value[]): Row | undefined {
		return this.#guard(() => this.#statement(sql).get(...values)) as Row | undefined;
	}

	/** Returns how many rows changed. */
	run(sql: string, ...values: Value[]): number {
		return this.#guard(() => this.#statement(sql).run(...values)).changes;
	}

	/** Like `run`, for a new row: returns its row id. */
	insert(sql: string, ...values: Value[]): number {
		return Number(this.#guard(() => this.#statement(sql).run(...values)).lastInsertRowid);
	}

	exec(sql: string): void {
		this.#guard(() => this.#connection.exec(sql));
	}

	pragma(text: string): unknown {
		return this.#guard(() => this.#connection.pragma(text, { simple: true }));
	}

	/** Runs `work` all or nothing. The write lock is taken first, so that what `work` reads stays true. */
	write<Result>(work: () => Result): Result {
		if (this.#connection.inTransaction) return work();
		this.run("BEGIN IMMEDIATE");
		try {
			const result = work();
			this.run("COMMIT");
			this.#checkpointAtRest();
			return result;
		} catch (error) {
			// A full disk makes SQLite roll back by itself.
			if (this.#connection.inTransaction) this.run("ROLLBACK");
			throw error;
		}
	}

	/** Runs `read` against one state of the database. */
	read<Result>(read: () => Result): Result {
		if (this.#connection.inTransaction) return read();
		this.run("BEGIN");
		try {
			return read();
		} catch (error) {
			throw toStoreError(this.file, error);
		} finally {
			if (this.#connection.inTransaction) this.run("COMMIT");
		}
	}

	close(): void {
		clearTimeout(this.#atRest ?? undefined);
		this.#statements.clear();
		this.#connection.close();
	}

	#checkpointAtRest(): void {
		clearTimeout(this.#atRest ?? undefined);
		this.#waitForRest(restMs);
	}

	#checkpoint(restedMs: number): void {
		this.#atRest = null;
		try {
			const { size } = statSync(`${this.file}-wal`);
			if (size === 0) return;
			if (size < largeLogBytes && restedMs < longRestMs) {
				this.#waitForRest(longRestMs);
				return;
			}
			// Another process that reads or writes just now is not waited for.
			this.#connection.pragma("busy_timeout = 0");
			this.#connection.pragma("wal_checkpoint(TRUNCATE)");
		} catch {
			// It stays in the log, where it is read as well, until the next time.
		} finally {
			this.#connection.pragma(`busy_timeout = ${this.#busyTimeoutMs}`);
		}
	}

	#waitForRest(ms: number): void {
		this.#atRest = setTimeout(() => this.#checkpoint(ms), ms).unref();
	}

	#statement(sql: string): SQLite.Statement {
		let statement = this.#statements.get(sql);
		if (!statement) {
			statement = this.#connection.prepare(sql);
			this.#statements.set(sql, statement);
		}
		return statement;
	}

	#guard<Result>(work: () => Result): Result {
		try {
			return work();
		} catch (cause) {
			throw toStoreError(this.file, cause);
		}
	}
}

/** What SQLite reports becomes a `StoreError`; anything else is a fault of ours and passes as it is. */
export const toStoreError = (file: string, cause: unknown): unknown => {
	// Every text of ours was written as JSON.
	if (cause instanceof SyntaxError)
		return new StoreError(`Database ${file}: a record cannot be read (${cause.message}). ${damaged}`, {
			cause,
		});
	if (!(cause instanceof SQLite.SqliteError)) return cause;
	const advice = advices.find(([prefix]) => cause.code.startsWith(prefix))?.[1];
	return new StoreError(
		`Database ${file}: ${cause.message}. ${advice ?? "Try again; the log may say more."}`,
		{ cause, refused: true },
	);
};

const damaged = "It is damaged: move it away and start again, or restore a copy.";

const advices: readonly (readonly [string, string])[] = [
	["SQLITE_FULL", "The disk or a quota is full: free some space; nothing of this step was written."],
	["SQLITE_READONLY", "The file cannot be written: check its owner and permissions."],
	["SQLITE_PERM", "The file cannot be written: check its owner and permissions."],
	["SQLITE_CANTOPEN", "Check that its folder exists and belongs to you."],
	["SQLITE_BUSY", "Another process keeps it locked: end that process or try again."],
	["SQLITE_NOTADB", "It is not a database of this program: move it away and start again."],
	["SQLITE_CORRUPT", damaged],
	["SQLITE_IOERR", "The disk failed: check its health and its free space."],
	["SQLITE_CONSTRAINT", "The event does not fit what is stored."],
];
