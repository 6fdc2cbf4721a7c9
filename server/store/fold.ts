import type { StoredEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { addLateOutput, addOutput, finishCell, startCell } from "./foldCells.ts";
import {
	acceptPrompt,
	addPart,
	addToolResult,
	editPrompt,
	finishTurn,
	hideTurn,
	numberPrompt,
	removePrompt,
	startTurn,
} from "./foldTurns.ts";
import {
	emptySessionFold,
	foldSession,
	loadSessionFold,
	type SessionFold,
	saveSessionFold,
} from "./sessionFold.ts";

/** Applies one event to every fold. The one place that appending and rebuilding share. */
export const foldEvent = (db: Database, fold: SessionFold, stored: StoredEvent): void => {
	foldItems(db, fold.id, stored);
	foldSession(db, fold, stored);
};

/** Makes a session's folds anew from its log. */
export const rebuildFolds = (db: Database, sessionId: string): void =>
	db.write(() => {
		const fold = emptySessionFold(loadSessionFold(db, sessionId));
		for (const table of ["outputs", "parts"])
			db.run(`DELETE FROM ${table} WHERE item IN (SELECT id FROM items WHERE session = ?)`, fold.id);
		for (const table of ["items", "approvals"]) db.run(`DELETE FROM ${table} WHERE session = ?`, fold.id);
		const rows = db.all<{ seq: number; at: number; json: string }>(
			"SELECT seq, at, json FROM events WHERE session = ? ORDER BY seq",
			fold.id,
		);
		for (const { seq, at, json } of rows) foldEvent(db, fold, { seq, at, event: JSON.parse(json) });
		saveSessionFold(db, fold);
	});

const foldItems = (db: Database, session: number, { seq, event }: StoredEvent): void => {
	switch (event.kind) {
		case "cellStarted":
			startCell(db, session, seq, event);
			return;
		case "cellOutput":
			addOutput(db, session, seq, event);
			return;
		case "lateOutput":
			addLateOutput(db, session, seq, event);
			return;
		case "cellFinished":
			finishCell(db, session, seq, event);
			return;
		case "promptAccepted":
			acceptPrompt(db, session, seq, event);
			return;
		case "promptEdited":
			editPrompt(db, session, event);
			return;
		case "promptRemoved":
			removePrompt(db, session, seq, event);
			return;
		case "promptNumbered":
			numberPrompt(db, session, event);
			return;
		case "turnStarted":
			startTurn(db, session, seq, event);
			return;
		case "text":
		case "thinking":
		case "toolCall":
		case "steered":
		case "turnChanges":
			addPart(db, session, seq, event);
			return;
		case "toolResult":
			addToolResult(db, session, event);
			return;
		case "turnFinished":
			finishTurn(db, session, seq, event);
			return;
		case "turnHidden":
			hideTurn(db, session, event);
			return;
		case "approvalAsked":
			db.run(
				"INSERT INTO approvals (session, approval_id, seq) VALUES (?, ?, ?)",
				session,
				event.approvalId,
				seq,
			);
			return;
		case "approvalAnswered":
			db.run("DELETE FROM approvals WHERE session = ? AND approval_id = ?", session, event.approvalId);
			return;
		case "sessionCreated":
		case "sessionRenamed":
		case "settingsChanged":
		case "participantJoined":
		case "participantLeft":
		case "kernelAttached":
		case "kernelDetached":
		case "conversationReset":
		case "epochStarted":
			return;
		default:
			event satisfies never;
	}
};
