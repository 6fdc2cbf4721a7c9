import type { SessionEvent } from "../../../protocol/index.ts";
import type { Entry } from "../../context/transcript.ts";
import type { SessionLog } from "../log.ts";

/** Ends the turns and approvals that a killed server left, from what it had stored; what waited still waits. */
export const endLeftTurns = (log: SessionLog): void => {
	const { store } = log;
	const { turns, approvals } = store.unfinished(log.sessionId);
	const waiting = new Set(store.queuedTurns(log.sessionId));
	const answered = approvals.map((approvalId): SessionEvent => {
		return { kind: "approvalAnswered", approvalId, outcome: "cancelled", by: null, message: null };
	});
	if (answered.length > 0) log.append(answered);
	for (const turnId of turns) {
		if (waiting.has(turnId)) continue;
		const items = store.partial(log.sessionId, turnId);
		const entry: Entry = {
			role: "assistant",
			partial: true,
			items: items.map(({ kind, text }) => ({ kind, text })),
		};
		const finished: SessionEvent = {
			kind: "turnFinished",
			turnId,
			stopReason: "failed",
			usage: null,
			error: "The server stopped during this turn; what had arrived is kept. Ask again to go on.",
		};
		log.append(
			[...items.map(({ kind, itemId, text }): SessionEvent => ({ kind, turnId, itemId, text })), finished],
			items.length > 0 ? { turnId, entries: [entry] } : undefined,
		);
	}
};
