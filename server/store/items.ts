import type {
	AnswerPart,
	CellItem,
	OmittedOutput,
	Output,
	TranscriptItem,
	TurnItem,
} from "../../protocol/index.ts";
import type { Database } from "./database.ts";
import { defaultOutputCap, noOutput } from "./outputCap.ts";
import { type CellOutput, StoreError } from "./store.ts";

/** The row of a cell or turn. Throws when an event names one that the log has not begun. */
export const findItem = (db: Database, session: number, kind: "cell" | "turn", itemId: string): number => {
	const row = itemRow(db, session, kind, itemId);
	if (row === null)
		throw new StoreError(`An event names ${kind} ${itemId}, which its session does not have.`);
	return row;
};

export const itemRow = (
	db: Database,
	session: number,
	kind: "cell" | "turn",
	itemId: string,
): number | null =>
	db.get<{ id: number }>(
		"SELECT id FROM items WHERE session = ? AND kind = ? AND item_id = ?",
		session,
		kind,
		itemId,
	)?.id ?? null;

export const changeItem = <Item extends TranscriptItem>(
	db: Database,
	id: number,
	change: (item: Item) => Partial<Item>,
): void => {
	const { json } = db.get<{ json: string }>("SELECT json FROM items WHERE id = ?", id) as { json: string };
	const item = JSON.parse(json) as Item;
	db.run("UPDATE items SET json = ? WHERE id = ?", JSON.stringify({ ...item, ...change(item) }), id);
};

export type ItemRow = { readonly id: number; readonly kind: "cell" | "turn"; readonly json: string };

export const readItem = (db: Database, row: ItemRow): TranscriptItem =>
	row.kind === "cell" ? readCell(db, row) : readTurn(db, row);

export const readCell = (db: Database, { id, json }: ItemRow): CellItem => ({
	...(JSON.parse(json) as CellItem),
	outputs: readOutputs(db, id).map(({ output }) => output),
});

export const readTurn = (db: Database, { id, json }: ItemRow): TurnItem => ({
	...(JSON.parse(json) as TurnItem),
	parts: readParts(db, id),
});

type OutputRow = {
	readonly seq: number;
	readonly kind: string;
	readonly name: string | null;
	readonly json: string;
};

/** A cell's outputs in order, neighbouring chunks of one stream joined; `seq` is that of the first chunk. */
export const readOutputs = (db: Database, item: number): { seq: number; output: Output }[] => {
	const rows = db.all<OutputRow>(
		"SELECT seq, kind, name, json FROM outputs WHERE item = ? ORDER BY seq",
		item,
	);
	const outputs: { seq: number; output: Output }[] = [];
	for (let at = 0; at < rows.length; ) {
		const first = rows[at++] as OutputRow;
		if (first.kind !== "stream") {
			outputs.push({ seq: first.seq, output: JSON.parse(first.json) as Output });
			continue;
		}
		const chunks = [first.json];
		while (rows[at]?.kind === "stream" && rows[at]?.name === first.name) chunks.push(rows[at++]!.json);
		outputs.push({
			seq: first.seq,
			output: {
				kind: "stream",
				name: first.name as "stdout" | "stderr",
				text: JSON.parse(`"${chunks.join("")}"`) as string,
			},
		});
	}
	return outputs;
};

/** How much of a cell's output there is, about. */
export const readCellOutput = (db: Database, item: number): CellOutput => {
	const { json } = db.get<{ json: string }>("SELECT json FROM items WHERE id = ?", item)!;
	const { executionCount } = JSON.parse(json) as CellItem;
	const sizes = db.all<{ kind: string; chars: number }>(
		"SELECT kind, sum(length(json)) AS chars FROM outputs WHERE item = ? GROUP BY kind",
		item,
	);
	const charsOf = (kind: Output["kind"]) => sizes.find((size) => size.kind === kind)?.chars ?? 0;
	const row = db.get<{ json: string }>("SELECT json FROM outputs WHERE item = ? AND kind = 'omitted'", item);
	const { chars, blobId, tail = [] } = row ? (JSON.parse(row.json) as OmittedOutput) : noOmitted;
	const cutChars = chars + tail.reduce((sum, { text }) => sum + text.length, 0);
	return {
		executionCount,
		blobId,
		totals: {
			...noOutput,
			textChars: cutChars > 0 ? defaultOutputCap.maxTextChars : charsOf("stream"),
			imageChars: charsOf("displayData"),
			valueChars: charsOf("executeResult"),
			errorChars: charsOf("error"),
			cutChars,
			tail,
			blobChars: cutChars,
			loggedChars: sizes.reduce((sum, size) => sum + size.chars, 0),
		},
	};
};

const noOmitted: Omit<OmittedOutput, "kind"> = { chars: 0, blobId: null };

const readParts = (db: Database, item: number): AnswerPart[] =>
	db
		.all<{ kind: string; json: string; result: string | null }>(
			"SELECT kind, json, result FROM parts WHERE item = ? ORDER BY seq",
			item,
		)
		.map(({ kind, json, result }) =>
			kind === "toolCall"
				? { ...JSON.parse(json), result: result === null ? null : JSON.parse(result) }
				: JSON.parse(json),
		);
