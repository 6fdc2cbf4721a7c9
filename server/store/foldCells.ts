import type { CellItem, Output, SessionEvent } from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { changeItem, findItem, itemRow } from "./items.ts";

type Event<Kind extends SessionEvent["kind"]> = Extract<SessionEvent, { kind: Kind }>;

/** A stored stream row takes more text until it is this long: appending stays cheap, reading too. */
const fullRowChars = 8192;

export const startCell = (db: Database, session: number, seq: number, event: Event<"cellStarted">): void => {
	const { cellId, kernelId, code, by, byName, executionCount, quoted } = event;
	const head = { kind: "cell", seq, cellId, kernelId, code, by, byName, executionCount, quoted } as const;
	insertCell(db, session, { ...head, status: "running", payloads: [] });
};

const insertCell = (db: Database, session: number, item: Omit<CellItem, "outputs">): number => {
	const isRunning = item.status === "running";
	return db.insert(
		"INSERT INTO items (session, seq, kind, item_id, state, start_seq, end_seq, json) VALUES (?, ?, 'cell', ?, ?, ?, ?, ?)",
		session,
		item.seq,
		item.cellId,
		isRunning ? "running" : "finished",
		item.seq,
		isRunning ? null : item.seq,
		JSON.stringify(item),
	);
};

/** What belongs to no cell makes one without code. */
export const addLateOutput = (
	db: Database,
	session: number,
	seq: number,
	{ cellId, kernelId, executionCount, output }: Event<"lateOutput">,
): void => {
	const head = { kind: "cell", seq, cellId, kernelId, code: "", by: null, executionCount } as const;
	const item =
		itemRow(db, session, "cell", cellId) ?? insertCell(db, session, { ...head, status: "ok", payloads: [] });
	addToItem(db, session, seq, item, output);
};

export const finishCell = (
	db: Database,
	session: number,
	seq: number,
	event: Event<"cellFinished">,
): void => {
	const item = findItem(db, session, "cell", event.cellId);
	changeItem<CellItem>(db, item, (cell) => ({
		status: event.status,
		executionCount: event.executionCount ?? cell.executionCount,
		payloads: event.payloads,
	}));
	db.run("UPDATE items SET state = 'finished', end_seq = ? WHERE id = ?", seq, item);
};

export const addOutput = (db: Database, session: number, seq: number, event: Event<"cellOutput">): void => {
	addToItem(db, session, seq, findItem(db, session, "cell", event.cellId), event.output);
};

/** Adds an output as a notebook shows it: clears and display updates are carried out, streams joined. */
const addToItem = (db: Database, session: number, seq: number, item: number, output: Output): void => {
	if (output.kind === "updateDisplayData") {
		const shown: Output = { ...output, kind: "displayData" };
		db.run(
			"UPDATE outputs SET json = ? WHERE session = ? AND kind = 'displayData' AND name = ?",
			JSON.stringify(shown),
			session,
			output.displayId,
		);
		return;
	}
	if (output.kind === "clearOutput") {
		if (output.wait) db.run("UPDATE items SET clear_pending = 1 WHERE id = ?", item);
		else clear(db, item);
		return;
	}
	if (db.run("UPDATE items SET clear_pending = 0 WHERE id = ? AND clear_pending = 1", item)) clear(db, item);
	if (output.kind === "stream") {
		addText(db, session, seq, item, output);
		return;
	}
	const json = JSON.stringify(output);
	if (output.kind === "omitted" && growOmitted(db, session, item, output.blobId, json)) return;
	db.run(
		"INSERT INTO outputs (item, seq, session, kind, name, json) VALUES (?, ?, ?, ?, ?, ?)",
		item,
		seq,
		session,
		output.kind,
		outputName(output),
		json,
	);
};

const outputName = (output: Output): string | null => {
	if (output.kind === "displayData") return output.displayId ?? null;
	if (output.kind === "omitted") return output.blobId;
	return null;
};

const addText = (
	db: Database,
	session: number,
	seq: number,
	item: number,
	output: Extract<Output, { kind: "stream" }>,
): void => {
	if (output.text === "") return;
	const escaped = JSON.stringify(output.text).slice(1, -1);
	const last = db.get<{ seq: number; name: string | null; chars: number | null }>(
		"SELECT seq, name, CASE kind WHEN 'stream' THEN length(json) END AS chars FROM outputs WHERE item = ? ORDER BY seq DESC LIMIT 1",
		item,
	);
	if (last && last.chars !== null && last.name === output.name && last.chars < fullRowChars) {
		db.run("UPDATE outputs SET json = json || ? WHERE item = ? AND seq = ?", escaped, item, last.seq);
		return;
	}
	db.run(
		"INSERT INTO outputs (item, seq, session, kind, name, json) VALUES (?, ?, ?, 'stream', ?, ?)",
		item,
		seq,
		session,
		output.name,
		escaped,
	);
};

/** A cell tells again how much it left out: the later count replaces the earlier one. */
const growOmitted = (
	db: Database,
	session: number,
	item: number,
	blobId: string | null,
	json: string,
): boolean =>
	blobId !== null &&
	db.run(
		"UPDATE outputs SET json = ? WHERE item = ? AND session = ? AND kind = 'omitted' AND name = ?",
		json,
		item,
		session,
		blobId,
	) > 0;

const clear = (db: Database, item: number): void => {
	db.run("DELETE FROM outputs WHERE item = ?", item);
};
