import type { CellItem, SessionEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { type ItemRow, readOutputs } from "./items.ts";
import { sessionNumber } from "./sessionNumber.ts";
import type { ContextCell, Store } from "./store.ts";

/** Cells for prompts. What lies between two render points is read from the log, whose places are exact. */
export const createContextCells = (
	db: Database,
): Pick<Store, "contextCells" | "countCells" | "recentCells"> => ({
	contextCells: (sessionId, afterSeq, toSeq, limit) =>
		db.read(() => {
			const session = sessionNumber(db, sessionId);
			const newestFrom = limit === undefined ? 0 : firstOfNewest(db, session, afterSeq, toSeq, limit);
			const cells = new Map<string, Growing>();
			const rows = db.all<{ seq: number; json: string }>(
				"SELECT seq, json FROM events WHERE session = ? AND seq > ? AND seq <= ? AND kind IN ('cellStarted', 'cellOutput', 'cellFinished', 'lateOutput') ORDER BY seq",
				session,
				// A cell from before this place that still runs may have output since.
				newestFrom > 0 && !runsOn(db, session, afterSeq) ? newestFrom - 1 : afterSeq,
				toSeq,
			);
			for (const { seq, json } of rows) {
				const event = JSON.parse(json) as CellEvent;
				let cell = cells.get(event.cellId);
				if (!cell) {
					cell = readGrowing(db, session, event.cellId, afterSeq, toSeq);
					cells.set(event.cellId, cell);
				}
				if ("output" in event) cell.outputs.push({ seq, output: event.output });
			}
			return [...cells.values()]
				.filter(({ startSeq }) => startSeq <= afterSeq || startSeq >= newestFrom)
				.sort((a, b) => a.startSeq - b.startSeq)
				.map(({ startSeq: _, ...cell }) => cell);
		}),

	countCells: (sessionId, afterSeq, toSeq) =>
		db.get<{ cells: number }>(
			"SELECT count(*) AS cells FROM items WHERE session = ? AND seq > ? AND seq <= ? AND kind = 'cell'",
			sessionNumber(db, sessionId),
			afterSeq,
			toSeq,
		)!.cells,

	recentCells: (sessionId, limit) =>
		db.read(() =>
			db
				.all<ItemRow>(
					"SELECT id, kind, json FROM items WHERE session = ? AND kind = 'cell' AND state = 'finished' ORDER BY seq DESC LIMIT ?",
					sessionNumber(db, sessionId),
					limit,
				)
				.reverse()
				.map(({ id, json }): ContextCell => {
					const { cellId, kernelId, code, executionCount, status, quoted } = JSON.parse(json) as CellItem;
					const outputs = readOutputs(db, id);
					return { cellId, kernelId, code, executionCount, outputs, status, quoted, told: null };
				}),
		),
});

/** Where the oldest of the newest `limit` cells starts; 0 when there are no more than `limit`. */
const firstOfNewest = (
	db: Database,
	session: number,
	afterSeq: number,
	toSeq: number,
	limit: number,
): number => {
	const starts = db.all<{ seq: number }>(
		"SELECT seq FROM items WHERE session = ? AND seq > ? AND seq <= ? AND kind = 'cell' ORDER BY seq DESC LIMIT ?",
		session,
		afterSeq,
		toSeq,
		limit + 1,
	);
	if (starts.length <= limit) return 0;
	return starts[limit - 1]?.seq ?? toSeq + 1;
};

/** Whether a cell that started at or before this place had not ended there. */
const runsOn = (db: Database, session: number, seq: number): boolean =>
	db.get(
		"SELECT 1 FROM items WHERE session = ? AND kind = 'cell' AND seq <= ? AND (end_seq IS NULL OR end_seq > ?) LIMIT 1",
		session,
		seq,
		seq,
	) !== undefined;

type CellEvent = Extract<
	SessionEvent,
	{ kind: "cellStarted" | "cellOutput" | "cellFinished" | "lateOutput" }
>;

type Growing = Omit<ContextCell, "outputs"> & {
	readonly startSeq: number;
	readonly outputs: ContextCell["outputs"][number][];
};

const readGrowing = (
	db: Database,
	session: number,
	cellId: string,
	afterSeq: number,
	toSeq: number,
): Growing => {
	const row = db.get<{ seq: number; end_seq: number | null; json: string }>(
		"SELECT seq, end_seq, json FROM items WHERE session = ? AND kind = 'cell' AND item_id = ?",
		session,
		cellId,
	) as { seq: number; end_seq: number | null; json: string };
	const { kernelId, code, executionCount, status, quoted } = JSON.parse(row.json) as CellItem;
	return {
		startSeq: row.seq,
		cellId,
		kernelId,
		code,
		executionCount,
		outputs: [],
		status: row.end_seq !== null && row.end_seq <= toSeq ? status : "running",
		quoted,
		told:
			row.seq > afterSeq ? null : row.end_seq !== null && row.end_seq <= afterSeq ? "finished" : "running",
	};
};
