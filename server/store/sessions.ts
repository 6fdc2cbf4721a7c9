import type { ListSessionsParams, ListSessionsResult, SessionSummary } from "../../protocol/index.ts";
import { copyMark } from "./copyMark.ts";
import type { Database } from "./database.ts";
import { sessionNumber } from "./sessionNumber.ts";
import { type Owner, type SessionRow, type Store, StoreError } from "./store.ts";

/** Session rows: finding, listing, owning. */
export const createSessions = (
	db: Database,
	gitRoot: (cwd: string) => string | null,
): Pick<
	Store,
	| "session"
	| "findSessions"
	| "listSessions"
	| "historySessions"
	| "claimSession"
	| "releaseSessions"
	| "markClosed"
	| "markOpen"
> => {
	const folderOf = (cwd: string): string => {
		if (db.get("SELECT 1 FROM sessions WHERE cwd = ? LIMIT 1", cwd)) return cwd;
		return gitRoot(cwd) ?? cwd;
	};
	const rows = (tail: string, ...values: (string | number | null)[]): SessionRow[] =>
		db.all<Row>(`${selectRow} ${tail}`, ...values).map(toSessionRow);

	return {
		session: (sessionId) => rows("WHERE s.session_id = ?", sessionId)[0] ?? null,

		findSessions: ({ sessionId, historySession, cwd }, limit) => {
			if (sessionId !== undefined) {
				if (sessionId === "") return [];
				const end = `${sessionId}\u{10ffff}`;
				return rows(
					"WHERE s.session_id >= ? AND s.session_id < ? ORDER BY s.session_id = ? DESC, s.updated_at DESC, s.id DESC LIMIT ?",
					sessionId,
					end,
					sessionId,
					limit,
				);
			}
			if (historySession !== undefined) {
				const folder = cwd === undefined ? null : folderOf(cwd);
				return rows(
					`WHERE s.history_session = ? AND ${isWhole} ORDER BY s.cwd IS ? DESC, s.history_file IS (${folderHistoryFile}) DESC, s.updated_at DESC, s.id DESC LIMIT ?`,
					historySession,
					folder,
					folder,
					limit,
				);
			}
			// An empty session, opened and left, does not hide the one before it.
			if (cwd === undefined)
				return rows(`WHERE ${isWhole} ORDER BY ${used} DESC, s.updated_at DESC, s.id DESC LIMIT ?`, limit);
			return rows(
				`WHERE s.cwd = ? AND ${isWhole} ORDER BY ${used} DESC, s.updated_at DESC, s.id DESC LIMIT ?`,
				folderOf(cwd),
				limit,
			);
		},

		listSessions: (params, open) => listSessions(db, params, open ?? null, folderOf),

		historySessions: (historyFile) =>
			db
				.all<{ number: number }>(
					"SELECT DISTINCT history_session AS number FROM sessions WHERE history_session IS NOT NULL AND history_file = ?",
					historyFile,
				)
				.map(({ number }) => number),

		claimSession: (sessionId, owner, isAlive) => {
			// Compare and swap, so that asking the system about a process happens outside of the write lock.
			for (;;) {
				const current = readOwner(db, sessionId);
				if (current && current.instanceId !== owner.instanceId && isAlive(current)) return current;
				const taken = db.run(
					"UPDATE sessions SET owner_instance = ?, owner_pid = ?, owner_start = ? WHERE session_id = ? AND owner_instance IS ?",
					owner.instanceId,
					owner.pid,
					owner.startTime,
					sessionId,
					current?.instanceId ?? null,
				);
				if (taken) return owner;
			}
		},

		releaseSessions: (instanceId) => {
			db.run(
				"UPDATE sessions SET owner_instance = NULL, owner_pid = NULL, owner_start = NULL WHERE owner_instance = ?",
				instanceId,
			);
		},

		markClosed: (sessionId) => {
			db.run("UPDATE sessions SET closed = 1 WHERE id = ?", sessionNumber(db, sessionId));
		},
		markOpen: (sessionId) => {
			db.run("UPDATE sessions SET closed = 0 WHERE id = ?", sessionNumber(db, sessionId));
		},
	};
};

/** Copies that are under way or were left in the middle are nobody's business. */
const isWhole = `NOT EXISTS (SELECT 1 FROM facts WHERE key = '${copyMark}' || s.session_id)`;

const listSessions = (
	db: Database,
	{ cwd, search, limit = 100, cursor }: ListSessionsParams,
	open: readonly string[] | null,
	folderOf: (cwd: string) => string,
): ListSessionsResult => {
	const conditions: string[] = [isWhole];
	const values: (string | number)[] = [];
	const where = (condition: string, ...bound: (string | number)[]) => {
		conditions.push(condition);
		values.push(...bound);
	};
	if (cwd !== undefined) where("s.cwd = ?", folderOf(cwd));
	if (cursor !== undefined) where("(s.updated_at, s.id) < (?, ?)", ...parseCursor(cursor));
	if (search) {
		const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
		where(
			"(s.title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM items i WHERE i.session = s.id AND i.kind = 'turn' AND i.state <> 'removed' AND i.prompt LIKE ? ESCAPE '\\'))",
			pattern,
			pattern,
		);
	}
	if (open !== null)
		where(
			`(${used} OR s.title IS NOT NULL OR ${isLive} OR s.session_id IN (SELECT value FROM json_each(?)))`,
			JSON.stringify(open),
		);
	const filter = `WHERE ${conditions.join(" AND ")}`;
	const rows = db.all<Row>(
		`${selectRow} ${filter} ORDER BY s.updated_at DESC, s.id DESC LIMIT ?`,
		...values,
		limit + 1,
	);
	const page = rows.slice(0, limit);
	const last = page.at(-1);
	return {
		sessions: page.map(toSummary),
		nextCursor: rows.length > limit && last ? `${last.updated_at}.${last.id}` : null,
	};
};

/** Whether a text can be a place in the list of sessions. */
export const isListCursor = (text: string): boolean => cursorForm.test(text);

const cursorForm = /^(\d{1,15})\.(\d{1,15})$/;

const parseCursor = (cursor: string): [number, number] => {
	const match = cursorForm.exec(cursor);
	if (!match)
		throw new StoreError(`No such place in the list of sessions: "${cursor}". Start without a cursor.`);
	return [Number(match[1]), Number(match[2])];
};

type Row = {
	readonly id: number;
	readonly session_id: string;
	readonly cwd: string;
	readonly title: string | null;
	readonly created_at: number;
	readonly updated_at: number;
	readonly cells: number;
	readonly turns: number;
	readonly last_prompt: string | null;
	readonly backend: string | null;
	readonly settings: string | null;
	readonly history_session: number | null;
	readonly history_file: string | null;
	readonly head_seq: number;
	readonly reset_seq: number;
	readonly render_point: number;
	readonly last_turn: string | null;
	readonly next_execution_count: number;
	readonly closed: number;
	readonly live: number;
	readonly forked_from: string | null;
};

const isLive = "EXISTS (SELECT 1 FROM kernels k WHERE k.session_id = s.session_id AND k.alive = 1)";

/** A fork says so in its first event. */
const forkedFrom =
	"(SELECT json_extract(e.json, '$.forkedFrom.sessionId') FROM events e WHERE e.session = s.id AND e.seq = 1)";

const selectRow = `SELECT s.*, ${isLive} AS live, ${forkedFrom} AS forked_from FROM sessions s`;

const used = "(s.cells + s.turns > 0)";

const folderHistoryFile =
	"SELECT f.history_file FROM sessions f WHERE f.cwd = ? AND f.history_file IS NOT NULL ORDER BY f.updated_at DESC LIMIT 1";

const toSummary = (row: Row): SessionSummary => ({
	sessionId: row.session_id,
	title: row.title,
	cwd: row.cwd,
	createdAt: row.created_at,
	updatedAt: row.updated_at,
	cells: row.cells,
	turns: row.turns,
	lastPrompt: row.last_prompt,
	backend: row.backend,
	historySession: row.history_session,
	historyFile: row.history_file,
	forkedFrom: row.forked_from,
	state: row.live ? "live" : row.closed ? "closed" : "lost",
});

const toSessionRow = (row: Row): SessionRow => ({
	...toSummary(row),
	settings: row.settings === null ? null : JSON.parse(row.settings),
	headSeq: row.head_seq,
	resetSeq: row.reset_seq,
	renderPoint: row.render_point,
	lastTurn: row.last_turn,
	nextExecutionCount: row.next_execution_count,
});

const readOwner = (db: Database, sessionId: string): Owner | null => {
	const row = db.get<{ owner_instance: string | null; owner_pid: number; owner_start: string }>(
		"SELECT owner_instance, owner_pid, owner_start FROM sessions WHERE session_id = ?",
		sessionId,
	);
	if (!row) throw new StoreError(`No session ${sessionId} in ${db.file}.`);
	if (row.owner_instance === null) return null;
	return { instanceId: row.owner_instance, pid: row.owner_pid, startTime: row.owner_start };
};
