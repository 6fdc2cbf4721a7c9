import type { SessionEvent, StoredEvent } from "../../protocol/index.ts";
import type { Entry } from "../context/transcript.ts";
import { deleteBlobs } from "./blobs.ts";
import { copyMark } from "./copyMark.ts";
import type { Database } from "./database.ts";
import { insertSession } from "./eventLog.ts";
import { foldEvent } from "./fold.ts";
import { loadSessionFold, saveSessionFold } from "./sessionFold.ts";
import { sessionNumber } from "./sessionNumber.ts";
import { type Store, StoreError } from "./store.ts";

/** Whole sessions: reading a log out, writing it in elsewhere, and taking a session away. */
export const createCopies = (
	db: Database,
	blobFolder: string,
	now: () => number,
): Pick<
	Store,
	| "beginCopy"
	| "endCopy"
	| "halfCopies"
	| "eventPage"
	| "turnEntries"
	| "insertEvents"
	| "insertEntries"
	| "turnEnd"
	| "deleteSession"
> => ({
	beginCopy: (sessionId, cwd, owner) =>
		db.write(() => {
			insertSession(db, sessionId, cwd, owner, now());
			db.run("INSERT INTO facts (key, value) VALUES (?, '')", copyMark + sessionId);
		}),

	endCopy: (sessionId) => {
		db.run("DELETE FROM facts WHERE key = ?", copyMark + sessionId);
	},

	halfCopies: () =>
		db
			.all<{ key: string }>(
				"SELECT key FROM facts WHERE key >= ? AND key < ?",
				copyMark,
				`${copyMark}\u{10ffff}`,
			)
			.map(({ key }) => key.slice(copyMark.length)),

	eventPage: (sessionId, after, through, limit) =>
		db
			.all<{ seq: number; at: number; json: string }>(
				"SELECT seq, at, json FROM events WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
				sessionNumber(db, sessionId),
				after,
				through,
				limit,
			)
			.map(({ seq, at, json }) => ({ seq, at, event: JSON.parse(json) as SessionEvent })),

	turnEntries: (sessionId, after, limit) =>
		db
			.all<{ id: number; turn_id: string; json: string }>(
				"SELECT id, turn_id, json FROM entries WHERE session = ? AND id > ? ORDER BY id LIMIT ?",
				sessionNumber(db, sessionId),
				after,
				limit,
			)
			.map(({ id, turn_id: turnId, json }) => ({ id, turnId, entry: JSON.parse(json) as Entry })),

	insertEvents: (sessionId, events) =>
		db.write(() => {
			const fold = loadSessionFold(db, sessionId);
			for (const stored of events) {
				if (stored.seq <= fold.head_seq)
					throw new StoreError(`Event ${stored.seq} comes after ${fold.head_seq}: the log is out of order.`);
				insertEvent(db, fold.id, stored);
				foldEvent(db, fold, stored);
			}
			saveSessionFold(db, fold);
		}),

	insertEntries: (sessionId, entries) =>
		db.write(() => {
			const session = sessionNumber(db, sessionId);
			for (const { turnId, entry } of entries)
				db.run(
					"INSERT INTO entries (session, turn_id, json) VALUES (?, ?, ?)",
					session,
					turnId,
					JSON.stringify(entry),
				);
		}),

	turnEnd: (sessionId, turnId) =>
		db.get<{ end_seq: number | null }>(
			"SELECT end_seq FROM items WHERE session = ? AND kind = 'turn' AND item_id = ? AND state = 'finished'",
			sessionNumber(db, sessionId),
			turnId,
		)?.end_seq ?? null,

	deleteSession: (sessionId) => {
		const unused = db.write(() => {
			const session = sessionNumber(db, sessionId);
			const blobs = db
				.all<{ name: string }>(
					"SELECT name FROM outputs WHERE session = ? AND kind = 'omitted' AND name IS NOT NULL",
					session,
				)
				.map(({ name }) => name);
			for (const table of ["outputs", "parts"])
				db.run(`DELETE FROM ${table} WHERE item IN (SELECT id FROM items WHERE session = ?)`, session);
			for (const table of ["approvals", "entries", "partials", "items", "events"])
				db.run(`DELETE FROM ${table} WHERE session = ?`, session);
			for (const table of ["requests", "kernels"])
				db.run(`DELETE FROM ${table} WHERE session_id = ?`, sessionId);
			db.run("DELETE FROM facts WHERE key = ?", copyMark + sessionId);
			db.run("DELETE FROM sessions WHERE id = ?", session);
			// A fork shows the output of its past: what it names stays.
			return blobs.filter(
				(name) =>
					db.get("SELECT 1 FROM outputs WHERE kind = 'omitted' AND name = ? LIMIT 1", name) === undefined,
			);
		});
		deleteBlobs(blobFolder, unused);
	},
});

const insertEvent = (db: Database, session: number, { seq, at, event }: StoredEvent): void => {
	db.run(
		"INSERT INTO events (session, seq, kind, at, json) VALUES (?, ?, ?, ?, ?)",
		session,
		seq,
		event.kind,
		at,
		JSON.stringify(event),
	);
};
