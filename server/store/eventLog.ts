import type { SessionEvent, StoredEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { foldEvent } from "./fold.ts";
import { findItem } from "./items.ts";
import { rememberRequest } from "./memory.ts";
import { loadSessionFold, saveSessionFold } from "./sessionFold.ts";
import type { Along, Owner, Store, TurnEntries } from "./store.ts";

/** What is missed is replayed up to here; of more than this a snapshot is told, page by page. */
const maxReplayBytes = 8_000_000;

/** Appending to the log and reading it back. */
export const createEventLog = (
	db: Database,
	now: () => number,
): Pick<Store, "createSession" | "append" | "eventsAfter"> => {
	const append = (
		sessionId: string,
		events: readonly SessionEvent[],
		entries?: TurnEntries,
		{ answer, heard }: Along = {},
	): StoredEvent[] =>
		db.write(() => {
			const fold = loadSessionFold(db, sessionId);
			const at = now();
			const stored = events.map((event, index) => ({ seq: fold.head_seq + 1 + index, at, event }));
			for (const one of stored) {
				db.run(
					"INSERT INTO events (session, seq, kind, at, json) VALUES (?, ?, ?, ?, ?)",
					fold.id,
					one.seq,
					one.event.kind,
					at,
					JSON.stringify(one.event),
				);
				foldEvent(db, fold, one);
			}
			if (entries) addEntries(db, fold.id, entries);
			saveSessionFold(db, fold);
			if (heard) db.run("UPDATE kernels SET heard = ? WHERE kernel_id = ?", heard[1], heard[0]);
			if (answer) rememberRequest(db, sessionId, answer, answer.result(stored[0]?.seq ?? fold.head_seq));
			return stored;
		});

	return {
		append,
		createSession: (sessionId, cwd, owner, events) =>
			db.write(() => {
				insertSession(db, sessionId, cwd, owner, now());
				return append(sessionId, events);
			}),
		eventsAfter: (sessionId, since, limit) =>
			db.read(() => {
				const { id, head_seq: head } = loadSessionFold(db, sessionId);
				if (since > head || head - since > limit) return null;
				const { bytes } = db.get<{ bytes: number | null }>(
					"SELECT sum(octet_length(json)) AS bytes FROM events WHERE session = ? AND seq > ?",
					id,
					since,
				)!;
				if ((bytes ?? 0) > maxReplayBytes) return null;
				return db
					.all<{ seq: number; at: number; json: string }>(
						"SELECT seq, at, json FROM events WHERE session = ? AND seq > ? ORDER BY seq",
						id,
						since,
					)
					.map(({ seq, at, json }) => ({ seq, at, event: JSON.parse(json) }));
			}),
	};
};

/** A session without events. */
export const insertSession = (
	db: Database,
	sessionId: string,
	cwd: string,
	owner: Owner,
	at: number,
): void => {
	db.run(
		"INSERT INTO sessions (session_id, cwd, created_at, updated_at, owner_instance, owner_pid, owner_start) VALUES (?, ?, ?, ?, ?, ?, ?)",
		sessionId,
		cwd,
		at,
		at,
		owner.instanceId,
		owner.pid,
		owner.startTime,
	);
};

const addEntries = (db: Database, session: number, { turnId, entries }: TurnEntries): void => {
	findItem(db, session, "turn", turnId);
	for (const entry of entries)
		db.run(
			"INSERT INTO entries (session, turn_id, json) VALUES (?, ?, ?)",
			session,
			turnId,
			JSON.stringify(entry),
		);
};
