import type { AnswerPart, CellItem, SessionEvent, TurnItem } from "../../protocol/index.ts";
import type { Folded } from "../context/summaries.ts";
import type { Entry } from "../context/transcript.ts";
import type { Database } from "./database.ts";
import { type ItemRow, itemRow, readCellOutput, readItem, readTurn } from "./items.ts";
import { sessionNumber } from "./sessionNumber.ts";
import type { Store } from "./store.ts";

/** Stops a page of the transcript early, so that a few cells with huge outputs do not make a huge message. */
const maxPageChars = 8_000_000;

/** Of the newest turns, so that a session in which nothing was changed is not read to its beginning. */
const maxTurnsLookedThrough = 500;

/** Reading the folds: what was said and run. */
export const createTranscripts = (
	db: Database,
): Pick<
	Store,
	| "transcript"
	| "itemsAfter"
	| "hasItem"
	| "cellOutput"
	| "hasBlob"
	| "turn"
	| "turnStart"
	| "changes"
	| "queue"
	| "queuedTurns"
	| "conversation"
	| "unfinished"
> => ({
	transcript: (sessionId, before, limit) =>
		db.read(() => {
			const session = sessionNumber(db, sessionId);
			const rows = db.all<ItemRow & { seq: number }>(
				"SELECT id, seq, kind, json FROM items WHERE session = ? AND seq < ? AND state <> 'removed' ORDER BY seq DESC LIMIT ?",
				session,
				before ?? Number.MAX_SAFE_INTEGER,
				limit + 1,
			);
			const taken = onePage(db, rows.slice(0, limit));
			return {
				items: taken.reverse().map((row) => readItem(db, row)),
				hasEarlier: rows.length > taken.length,
			};
		}),

	itemsAfter: (sessionId, after, limit) =>
		db.read(() => {
			const rows = db.all<ItemRow>(
				"SELECT id, kind, json FROM items WHERE session = ? AND seq > ? AND state <> 'removed' ORDER BY seq LIMIT ?",
				sessionNumber(db, sessionId),
				after,
				limit,
			);
			return onePage(db, rows).map((row) => readItem(db, row));
		}),

	hasItem: (sessionId, itemId) =>
		db.get(
			"SELECT 1 FROM items WHERE session = ? AND kind IN ('cell', 'turn') AND item_id = ?",
			sessionNumber(db, sessionId),
			itemId,
		) !== undefined,

	cellOutput: (sessionId, cellId) =>
		db.read(() => {
			const item = itemRow(db, sessionNumber(db, sessionId), "cell", cellId);
			return item === null ? null : readCellOutput(db, item);
		}),

	hasBlob: (sessionId, blobId) =>
		db.get(
			"SELECT 1 FROM outputs WHERE session = ? AND kind = 'omitted' AND name = ?",
			sessionNumber(db, sessionId),
			blobId,
		) !== undefined,

	turn: (sessionId, turnId) =>
		db.read(() => {
			const row = db.get<ItemRow>(
				"SELECT id, kind, json FROM items WHERE session = ? AND kind = 'turn' AND item_id = ?",
				sessionNumber(db, sessionId),
				turnId,
			);
			return row ? readTurn(db, row) : null;
		}),

	turnStart: (sessionId, turnId) => {
		const row = db.get<{ json: string }>(
			"SELECT e.json FROM items i JOIN events e ON e.session = i.session AND e.seq = i.start_seq WHERE i.session = ? AND i.kind = 'turn' AND i.item_id = ?",
			sessionNumber(db, sessionId),
			turnId,
		);
		return row ? (JSON.parse(row.json) as Extract<SessionEvent, { kind: "turnStarted" }>) : null;
	},

	changes: (sessionId, limit) =>
		db
			.all<{ turn: string; part: string }>(
				"SELECT i.json AS turn, p.json AS part FROM (SELECT id, seq, json FROM items WHERE session = ? AND kind = 'turn' ORDER BY seq DESC LIMIT ?) i JOIN parts p ON p.item = i.id WHERE p.kind = 'changes' ORDER BY i.seq DESC LIMIT ?",
				sessionNumber(db, sessionId),
				maxTurnsLookedThrough,
				limit,
			)
			.map(({ turn, part }) => {
				const { turnId, executionCount } = JSON.parse(turn) as TurnItem;
				const { changes } = JSON.parse(part) as Extract<AnswerPart, { kind: "changes" }>;
				return { turnId, executionCount, changes };
			}),

	queuedTurns: (sessionId) =>
		db
			.all<{ item_id: string }>(
				"SELECT item_id FROM items WHERE session = ? AND state = 'queued' ORDER BY seq",
				sessionNumber(db, sessionId),
			)
			.map(({ item_id }) => item_id),

	queue: (sessionId) =>
		db
			.all<{ json: string }>(
				"SELECT json FROM items WHERE session = ? AND state = 'queued' ORDER BY seq",
				sessionNumber(db, sessionId),
			)
			// Nothing was answered yet.
			.map(({ json }): TurnItem => ({ ...(JSON.parse(json) as TurnItem), parts: [] })),

	conversation: (sessionId) =>
		db.read(() => {
			const session = sessionNumber(db, sessionId);
			const fold = foldOf(db, session);
			// A turn belongs to the conversation in which it started: what it still adds after a reset is left out too.
			const rows = db.all<{ turn_id: string; json: string }>(
				`SELECT e.turn_id, e.json FROM entries e
				JOIN sessions s ON s.id = e.session
				JOIN items i ON i.session = e.session AND i.kind = 'turn' AND i.item_id = e.turn_id
				WHERE e.session = ? AND i.hidden = 0 AND i.start_seq > max(s.reset_seq, ?) ORDER BY i.start_seq, e.id`,
				session,
				fold?.through ?? 0,
			);
			const turns: { turnId: string; entries: Entry[] }[] = [];
			for (const { turn_id: turnId, json } of rows) {
				if (turns.at(-1)?.turnId !== turnId) turns.push({ turnId, entries: [] });
				turns.at(-1)!.entries.push(JSON.parse(json) as Entry);
			}
			return { folded: fold?.folded ?? null, turns };
		}),

	unfinished: (sessionId) =>
		db.read(() => {
			const session = sessionNumber(db, sessionId);
			const open = db.all<{ kind: string; item_id: string; json: string }>(
				"SELECT kind, item_id, json FROM items WHERE session = ? AND state IN ('queued', 'running') ORDER BY seq",
				session,
			);
			const ofKind = (kind: string) => open.filter((row) => row.kind === kind);
			const approvals = db.all<{ approval_id: string }>(
				"SELECT approval_id FROM approvals WHERE session = ? ORDER BY seq",
				session,
			);
			return {
				cells: ofKind("cell").map(({ json }) => {
					const { cellId, kernelId } = JSON.parse(json) as CellItem;
					return { cellId, kernelId };
				}),
				turns: ofKind("turn").map((row) => row.item_id),
				approvals: approvals.map((row) => row.approval_id),
			};
		}),
});

/**
 * The newest summary of the conversation, and where the last turn that it stands for began. `null` when there is
 * none, or when one of its turns was hidden or shown again since: then it says what it should not, or too little.
 */
const foldOf = (db: Database, session: number): { folded: Folded; through: number } | null => {
	const row = db.get<{ seq: number; json: string; through: number }>(
		`SELECT e.seq, e.json, i.start_seq AS through FROM events e
		JOIN sessions s ON s.id = e.session
		JOIN items i ON i.session = e.session AND i.kind = 'turn' AND i.item_id = json_extract(e.json, '$.folded.throughTurnId')
		WHERE e.session = ? AND e.kind = 'epochStarted' AND e.seq > s.reset_seq ORDER BY e.seq DESC LIMIT 1`,
		session,
	);
	if (row === undefined) return null;
	const changed = db.get(
		`SELECT 1 FROM events e
		JOIN items i ON i.session = e.session AND i.kind = 'turn' AND i.item_id = json_extract(e.json, '$.turnId')
		WHERE e.session = ? AND e.seq > ? AND e.kind = 'turnHidden' AND i.start_seq <= ? LIMIT 1`,
		session,
		row.seq,
		row.through,
	);
	if (changed !== undefined) return null;
	const { folded } = JSON.parse(row.json) as { folded: Folded };
	return { folded, through: row.through };
};

/** The rows from the first on that make no huge message. */
const onePage = <Row extends ItemRow>(db: Database, rows: readonly Row[]): Row[] => {
	const taken: Row[] = [];
	let chars = 0;
	for (const row of rows) {
		chars += row.json.length + grownChars(db, row.id);
		if (taken.length > 0 && chars > maxPageChars) break;
		taken.push(row);
	}
	return taken;
};

const grownChars = (db: Database, item: number): number =>
	db.get<{ chars: number }>(
		`SELECT (SELECT coalesce(sum(octet_length(json)), 0) FROM outputs WHERE item = ?)
		+ (SELECT coalesce(sum(octet_length(json) + coalesce(octet_length(result), 0)), 0) FROM parts WHERE item = ?) AS chars`,
		item,
		item,
	)?.chars ?? 0;
