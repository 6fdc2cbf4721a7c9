import type { Database } from "./database.ts";
import { StoreError } from "./store.ts";

/** The row number that other tables use for a session. Throws when there is no such session. */
export const sessionNumber = (db: Database, sessionId: string): number => {
	const row = db.get<{ id: number }>("SELECT id FROM sessions WHERE session_id = ?", sessionId);
	if (!row) throw new StoreError(`No session ${sessionId} in ${db.file}.`);
	return row.id;
};
