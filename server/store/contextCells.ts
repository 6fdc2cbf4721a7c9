import type { CellItem, SessionEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { type ItemRow, readOutputs } from "./items.ts";
import { sessionNumber } from "./sessionNumber.ts";
import type { ContextCell, Store } from "./store.ts";

/** Cells for prompts. What lies between two render points is read from the log, whose places are exact. */
export const createContextCells = (db: Database): Pick<Store, "contextCells" | "recentCells"> => ({
	contextCells: (sessionId, afterSeq, toSeq) =>
		db.read(() => {
			const session = sessionNumber(db, sessionId);
			const cells = new Map<string, Growing>();
			const rows = db.all<{ seq: number; json: string }>(
				"SELECT seq, json FROM events WHERE session = ? AND seq > ? AND seq <= ? AND kind IN ('cellStarted', 'cellOutput', 'cellFinished') ORDER BY seq",
				session,
				afterSeq,
				toSeq,
			);
			for (const { seq, json } of rows) {
				const event = JSON.parse(json) as CellEvent;
				let cell = cells.get(event.cellId);
				if (!cell) {
					cell = readGrowing(db, session, event.cellId, afterSeq, toSeq);
					cells.set(event.cellId, cell);
				}
				if (event.kind === "cellOutput") cell.outputs.push({ seq, output: event.output });
			}
			return [...cells.values()]
				.sort((a, b) => a.startSeq - b.startSeq)
				.map(({ startSeq: _, ...cell }) => cell);
		}),

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
					const { cellId, kernelId, code, executionCount } = JSON.parse(json) as CellItem;
					const outputs = readOutputs(db, id);
					return { cellId, kernelId, code, executionCount, outputs, finished: true, remainder: false };
				}),
		),
});

type CellEvent = Extract<SessionEvent, { kind: "cellStarted" | "cellOutput" | "cellFinished" }>;

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
	const { kernelId, code, executionCount } = JSON.parse(row.json) as CellItem;
	return {
		startSeq: row.seq,
		cellId,
		kernelId,
		code,
		executionCount,
		outputs: [],
		finished: row.end_seq !== null && row.end_seq <= toSeq,
		remainder: row.seq <= afterSeq,
	};
};
