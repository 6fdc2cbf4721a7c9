import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { SessionEvent, StoredEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { promptText } from "./promptText.ts";
import { StoreError } from "./store.ts";

/** The part of a session's row that follows from its log; the column names are the table's. */
export type SessionFold = {
	readonly id: number;
	readonly session_id: string;
	cwd: string;
	title: string | null;
	created_at: number;
	updated_at: number;
	cells: number;
	turns: number;
	last_prompt: string | null;
	backend: string | null;
	settings: string | null;
	history_session: number | null;
	history_file: string | null;
	head_seq: number;
	reset_seq: number;
	render_point: number;
	last_turn: string | null;
	next_execution_count: number;
};

const columns = [
	"cwd",
	"title",
	"created_at",
	"updated_at",
	"cells",
	"turns",
	"last_prompt",
	"backend",
	"settings",
	"history_session",
	"history_file",
	"head_seq",
	"reset_seq",
	"render_point",
	"last_turn",
	"next_execution_count",
] as const satisfies readonly (keyof SessionFold)[];

const selectFold = `SELECT id, session_id, ${columns.join(", ")} FROM sessions WHERE session_id = ?`;
const updateFold = `UPDATE sessions SET ${columns.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`;

/** Reads the fold for changing it inside a transaction. Throws when there is no such session. */
export const loadSessionFold = (db: Database, sessionId: string): SessionFold => {
	const fold = db.get<SessionFold>(selectFold, sessionId);
	if (!fold) throw new StoreError(`No session ${sessionId} in ${db.file}.`);
	return fold;
};

export const saveSessionFold = (db: Database, fold: SessionFold): void => {
	db.run(updateFold, ...columns.map((name) => fold[name]), fold.id);
};

/** What the fold is before the first event. */
export const emptySessionFold = (fold: SessionFold): SessionFold => ({
	...fold,
	title: null,
	cells: 0,
	turns: 0,
	last_prompt: null,
	backend: null,
	settings: null,
	history_session: null,
	history_file: null,
	head_seq: 0,
	reset_seq: 0,
	render_point: 0,
	last_turn: null,
	next_execution_count: 1,
});

/** Applies one event to the session's own row. Items are folded before, so that prompts can be looked up. */
export const foldSession = (db: Database, fold: SessionFold, { seq, at, event }: StoredEvent): void => {
	if (fold.head_seq === 0) fold.created_at = at;
	fold.head_seq = seq;
	fold.updated_at = at;
	switch (event.kind) {
		case "sessionCreated":
			fold.cwd = event.cwd;
			fold.title = event.title;
			return;
		case "sessionRenamed":
			fold.title = event.title;
			return;
		case "settingsChanged":
			fold.settings = JSON.stringify(event.settings);
			fold.backend = event.settings.backend;
			return;
		case "kernelAttached":
			fold.next_execution_count = event.nextExecutionCount;
			if (event.historySession === null) return;
			fold.history_session = event.historySession;
			fold.history_file = event.historyFile;
			return;
		case "cellStarted":
			fold.cells += 1;
			takeNumber(fold, event.executionCount);
			return;
		case "cellFinished":
		case "promptNumbered":
			takeNumber(fold, event.executionCount);
			return;
		case "promptAccepted":
			fold.turns += 1;
			fold.last_prompt = promptText(event.content, maxLastPrompt);
			return;
		case "promptEdited":
			fold.last_prompt = lastPrompt(db, fold.id);
			return;
		case "promptRemoved":
			fold.turns -= 1;
			fold.last_prompt = lastPrompt(db, fold.id);
			return;
		case "turnStarted":
			fold.backend = event.backend;
			fold.last_turn = event.turnId;
			fold.render_point = Math.max(event.renderPoint, fold.reset_seq);
			return;
		case "conversationReset":
			fold.reset_seq = seq;
			fold.render_point = seq;
			fold.last_turn = null;
			return;
		default:
			event satisfies Untold;
	}
};

/** Events that say nothing about the session's row. */
type Untold = Extract<
	SessionEvent,
	{
		kind:
			| "participantJoined"
			| "participantLeft"
			| "kernelDetached"
			| "cellOutput"
			| "lateOutput"
			| "text"
			| "thinking"
			| "toolCall"
			| "toolResult"
			| "steered"
			| "turnChanges"
			| "turnFinished"
			| "turnHidden"
			| "epochStarted"
			| "approvalAsked"
			| "approvalAnswered";
	}
>;

const maxLastPrompt = 500;

const takeNumber = (fold: SessionFold, executionCount: number | null): void => {
	if (executionCount !== null)
		fold.next_execution_count = Math.max(fold.next_execution_count, executionCount + 1);
};

const lastPrompt = (db: Database, session: number): string | null =>
	shortPrompt(
		db.get<{ prompt: string }>(
			"SELECT prompt FROM items WHERE session = ? AND kind = 'turn' AND state <> 'removed' ORDER BY seq DESC LIMIT 1",
			session,
		),
	);

const shortPrompt = (row: { readonly prompt: string } | undefined): string | null =>
	row === undefined ? null : headOf(row.prompt, maxLastPrompt);
