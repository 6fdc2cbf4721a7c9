import type { SessionEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { sessionNumber } from "./sessionNumber.ts";
import type { CellHead, Store, TurnHead } from "./store.ts";

/** Reading cells and turns without what grows (outputs, parts): cheap also for a long session. */
export const createHeads = (db: Database): Pick<Store, "cellHeads" | "turnHeads" | "freshKernel"> => {
	const heads = <Head>(sessionId: string, kind: "cell" | "turn", after: number): Head[] =>
		db
			.all<{ json: string }>(
				"SELECT json FROM items WHERE session = ? AND kind = ? AND seq > ? AND state <> 'removed' ORDER BY seq",
				sessionNumber(db, sessionId),
				kind,
				after,
			)
			.map(({ json }) => JSON.parse(json) as Head);
	return {
		cellHeads: (sessionId, after) => heads<CellHead>(sessionId, "cell", after),
		turnHeads: (sessionId, after) => heads<TurnHead>(sessionId, "turn", after),
		freshKernel: (sessionId, after, through) => {
			const row = db.get<{ json: string }>(
				"SELECT json FROM events WHERE session = ? AND seq > ? AND seq <= ? AND kind = 'kernelAttached' ORDER BY seq DESC LIMIT 1",
				sessionNumber(db, sessionId),
				after,
				through,
			);
			if (!row) return null;
			const { kernelId, fresh } = JSON.parse(row.json) as Extract<SessionEvent, { kind: "kernelAttached" }>;
			return fresh ? kernelId : null;
		},
	};
};
