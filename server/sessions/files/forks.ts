/** Forks: a session that shares another's past. The events are the same, with the same places and times. */
import { setImmediate as pause } from "node:timers/promises";
import type { SessionEvent, StoredEvent } from "../../../protocol/index.ts";
import type { Owner, Store } from "../../store/store.ts";

const pageSize = 500;

/** Kernels and people were the other session's; its settings come along. */
const stays = new Set<SessionEvent["kind"]>([
	"kernelAttached",
	"kernelDetached",
	"participantJoined",
	"participantLeft",
]);

/** Copies the log of `from` up to `through` into a new session, a half one still. What had not ended ends there. */
export const copySession = async (
	store: Store,
	owner: Owner,
	from: string,
	through: number,
	sessionId: string,
): Promise<void> => {
	const { cwd } = store.session(from)!;
	const forkedFrom = { sessionId: from, seq: through };
	store.beginCopy(sessionId, cwd, owner);
	const turns = new Set<string>();
	for (let after = 0; ; ) {
		const page = store.eventPage(from, after, through, pageSize);
		if (page.length === 0) break;
		after = page.at(-1)!.seq;
		const kept = page
			.filter(({ event }) => !stays.has(event.kind))
			.map(
				({ seq, at, event }): StoredEvent => ({
					seq,
					at,
					event: event.kind === "sessionCreated" ? { ...event, forkedFrom } : event,
				}),
			);
		for (const { event } of kept) if (event.kind === "turnStarted") turns.add(event.turnId);
		store.insertEvents(sessionId, kept);
		await pause();
	}
	await copyEntries(store, from, sessionId, turns);
	endOpen(store, sessionId);
};

const copyEntries = async (
	store: Store,
	from: string,
	to: string,
	turns: ReadonlySet<string>,
): Promise<void> => {
	for (let after = 0; ; ) {
		const page = store.turnEntries(from, after, pageSize);
		if (page.length === 0) return;
		after = page.at(-1)!.id;
		store.insertEntries(
			to,
			page.filter(({ turnId }) => turns.has(turnId)),
		);
		await pause();
	}
};

/** Ends in a copied log what its original had still open. */
export const endOpen = (store: Store, sessionId: string): void => {
	const { cells, turns, approvals } = store.unfinished(sessionId);
	const queued = new Set(store.queuedTurns(sessionId));
	const events: SessionEvent[] = [];
	for (const approvalId of approvals)
		events.push({ kind: "approvalAnswered", approvalId, outcome: "cancelled", by: null, message: null });
	for (const { cellId } of cells)
		events.push({ kind: "cellFinished", cellId, status: "lost", executionCount: null, payloads: [] });
	for (const turnId of turns)
		events.push(
			queued.has(turnId)
				? { kind: "promptRemoved", turnId }
				: { kind: "turnFinished", turnId, stopReason: "cancelled", usage: null, error: null },
		);
	if (events.length > 0) store.append(sessionId, events);
};
