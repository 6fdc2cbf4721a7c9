import type { AnswerPart, SessionEvent, TurnItem } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { changeItem, findItem } from "./items.ts";
import { promptText } from "./promptText.ts";
import { StoreError } from "./store.ts";

type Event<Kind extends SessionEvent["kind"]> = Extract<SessionEvent, { kind: Kind }>;

/** So much of a prompt can be searched. */
const maxSearchedChars = 4000;

export const acceptPrompt = (
	db: Database,
	session: number,
	seq: number,
	event: Event<"promptAccepted">,
): void => {
	const { turnId, content, source, by, byName } = event;
	const item: Omit<TurnItem, "parts"> = {
		kind: "turn",
		seq,
		turnId,
		parentId: null,
		content,
		source,
		by,
		byName,
		executionCount: null,
		state: "queued",
		backend: null,
		model: null,
		stopReason: null,
		usage: null,
		error: null,
		hidden: false,
	};
	db.run(
		"INSERT INTO items (session, seq, kind, item_id, state, prompt, json) VALUES (?, ?, 'turn', ?, 'queued', ?, ?)",
		session,
		seq,
		turnId,
		promptText(content, maxSearchedChars),
		JSON.stringify(item),
	);
};

export const editPrompt = (
	db: Database,
	session: number,
	{ turnId, content, source }: Event<"promptEdited">,
): void => {
	const item = findItem(db, session, "turn", turnId);
	changeItem<TurnItem>(db, item, () => ({ content, ...(source !== undefined && { source }) }));
	db.run("UPDATE items SET prompt = ? WHERE id = ?", promptText(content, maxSearchedChars), item);
};

export const removePrompt = (
	db: Database,
	session: number,
	seq: number,
	{ turnId }: Event<"promptRemoved">,
): void => {
	const item = findItem(db, session, "turn", turnId);
	changeItem<TurnItem>(db, item, () => ({ state: "removed" }));
	db.run("UPDATE items SET state = 'removed', end_seq = ? WHERE id = ?", seq, item);
};

export const numberPrompt = (
	db: Database,
	session: number,
	{ turnId, executionCount }: Event<"promptNumbered">,
): void => {
	changeItem<TurnItem>(db, findItem(db, session, "turn", turnId), () => ({ executionCount }));
};

export const startTurn = (db: Database, session: number, seq: number, event: Event<"turnStarted">): void => {
	const { turnId, parentId, backend, model } = event;
	const item = findItem(db, session, "turn", turnId);
	changeItem<TurnItem>(db, item, () => ({ state: "running", parentId, backend, model }));
	db.run("UPDATE items SET state = 'running', start_seq = ? WHERE id = ?", seq, item);
};

export const finishTurn = (
	db: Database,
	session: number,
	seq: number,
	event: Event<"turnFinished">,
): void => {
	const { turnId, stopReason, usage, error } = event;
	const item = findItem(db, session, "turn", turnId);
	changeItem<TurnItem>(db, item, () => ({ state: "finished", stopReason, usage, error }));
	db.run("UPDATE items SET state = 'finished', end_seq = ? WHERE id = ?", seq, item);
	db.run("DELETE FROM partials WHERE session = ? AND turn_id = ?", session, turnId);
};

export const hideTurn = (db: Database, session: number, { turnId, hidden }: Event<"turnHidden">): void => {
	const item = findItem(db, session, "turn", turnId);
	changeItem<TurnItem>(db, item, () => ({ hidden }));
	db.run("UPDATE items SET hidden = ? WHERE id = ?", hidden ? 1 : 0, item);
};

export const addPart = (
	db: Database,
	session: number,
	seq: number,
	event: Event<"text" | "thinking" | "toolCall" | "steered" | "turnChanges">,
): void => {
	const { turnId } = event;
	const part = toPart(event);
	const name = "itemId" in part ? part.itemId : "callId" in part ? part.callId : null;
	db.run(
		"INSERT INTO parts (item, seq, kind, name, json) VALUES (?, ?, ?, ?, ?)",
		findItem(db, session, "turn", turnId),
		seq,
		part.kind,
		name,
		JSON.stringify(part),
	);
	if ("itemId" in part)
		db.run(
			"DELETE FROM partials WHERE session = ? AND turn_id = ? AND item_id = ?",
			session,
			turnId,
			part.itemId,
		);
};

const toPart = (event: Event<"text" | "thinking" | "toolCall" | "steered" | "turnChanges">): AnswerPart => {
	switch (event.kind) {
		case "text":
		case "thinking":
			return { kind: event.kind, itemId: event.itemId, text: event.text };
		case "toolCall": {
			const { callId, name, args, executor } = event;
			return { kind: "toolCall", callId, name, args, executor, result: null };
		}
		case "steered":
			return { kind: "steer", content: event.content };
		case "turnChanges":
			return { kind: "changes", changes: event.changes };
	}
};

export const addToolResult = (db: Database, session: number, event: Event<"toolResult">): void => {
	const { turnId, callId, content, isError } = event;
	const changed = db.run(
		"UPDATE parts SET result = ? WHERE item = ? AND kind = 'toolCall' AND name = ?",
		JSON.stringify({ content, isError }),
		findItem(db, session, "turn", turnId),
		callId,
	);
	if (changed === 0)
		throw new StoreError(`A tool result names call ${callId}, which turn ${turnId} did not make.`);
};
