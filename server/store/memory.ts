import type { Database } from "./database.ts";
import { sessionNumber } from "./sessionNumber.ts";
import type { KernelRow, PartialItem, RememberedRequest, Store } from "./store.ts";

/** Of each session's answers to requests, so many are kept: a client repeats soon or never. */
const keptRequests = 1000;

/** What is remembered beside the log: growing items, answered requests, kernels, facts. */
export const createMemory = (
	db: Database,
): Pick<
	Store,
	| "savePartial"
	| "partial"
	| "recallRequest"
	| "rememberRequest"
	| "saveKernel"
	| "kernels"
	| "getFact"
	| "setFact"
> => ({
	savePartial: (sessionId, turnId, items) =>
		db.write(() => {
			const session = sessionNumber(db, sessionId);
			db.run("DELETE FROM partials WHERE session = ? AND turn_id = ?", session, turnId);
			for (const [place, item] of items.entries())
				db.run(
					"INSERT INTO partials (session, turn_id, place, item_id, json) VALUES (?, ?, ?, ?, ?)",
					session,
					turnId,
					place,
					item.itemId,
					JSON.stringify(item),
				);
		}),
	partial: (sessionId, turnId) =>
		db
			.all<{ json: string }>(
				"SELECT json FROM partials WHERE session = ? AND turn_id = ? ORDER BY place",
				sessionNumber(db, sessionId),
				turnId,
			)
			.map(({ json }) => JSON.parse(json) as PartialItem),

	recallRequest: (sessionId, requestId) => {
		const row = db.get<{ method: string; result: string }>(
			"SELECT method, result FROM requests WHERE session_id = ? AND request_id = ?",
			sessionId,
			requestId,
		);
		return row && { method: row.method, result: JSON.parse(row.result) };
	},
	rememberRequest: (sessionId, request, result) => rememberRequest(db, sessionId, request, result),

	saveKernel: (row) => {
		db.run(
			"INSERT OR REPLACE INTO kernels (kernel_id, session_id, launch, start_time, instance_id, alive, heard) VALUES (?, ?, ?, ?, ?, ?, coalesce((SELECT heard FROM kernels WHERE kernel_id = ?), ?))",
			row.kernelId,
			row.sessionId,
			JSON.stringify(row.launch),
			row.startTime,
			row.instanceId,
			row.alive ? 1 : 0,
			row.kernelId,
			row.heard,
		);
	},
	kernels: ({ sessionId, alive }) =>
		db
			.all<Record<string, string | number | null>>(
				"SELECT * FROM kernels WHERE session_id = coalesce(?, session_id) AND alive = coalesce(?, alive) ORDER BY rowid",
				sessionId ?? null,
				alive === undefined ? null : Number(alive),
			)
			.map(
				(row) =>
					({
						kernelId: row.kernel_id,
						sessionId: row.session_id,
						launch: JSON.parse(String(row.launch)),
						startTime: row.start_time,
						instanceId: row.instance_id,
						alive: row.alive === 1,
						heard: row.heard,
					}) as KernelRow,
			),

	getFact: (key) => db.get<{ value: string }>("SELECT value FROM facts WHERE key = ?", key)?.value ?? null,
	setFact: (key, value) => {
		db.run(
			"INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
			key,
			value,
		);
	},
});

/** Stores the answer to a request; part of the caller's transaction when there is one. */
export const rememberRequest = (
	db: Database,
	sessionId: string,
	{ requestId, method }: RememberedRequest,
	result: unknown,
): void =>
	db.write(() => {
		const id = db.insert(
			"INSERT INTO requests (session_id, request_id, method, result) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET method = excluded.method, result = excluded.result",
			sessionId,
			requestId,
			method,
			JSON.stringify(result ?? null),
		);
		if (id % 100 !== 0) return;
		db.run(
			"DELETE FROM requests WHERE session_id = ? AND id <= (SELECT id FROM requests WHERE session_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
			sessionId,
			sessionId,
			keptRequests,
		);
	});
