/** Writes a session as a notebook file. */
import { setImmediate as pause } from "node:timers/promises";
import { textOf } from "../../../ground/text/contentText.ts";
import { wholeCut } from "../../../ground/text/wholeCharacters.ts";
import type { Output, SaveNotebookResult, TranscriptItem, TurnItem } from "../../../protocol/index.ts";
import type { NotebookItem, NotebookPart, NotebookPrompt } from "../../notebooks/notebookItem.ts";
import { notebookCellText, notebookHead, notebookTail, toNotebookCell } from "../../notebooks/toNotebook.ts";
import { keepAll, redactValues } from "../../redaction/redaction.ts";
import type { Store } from "../../store/store.ts";
import { startupNotebook } from "../python/startup.ts";
import type { Session } from "../session.ts";
import { writeWhole } from "./notebookFiles.ts";
import { rememberOurs } from "./notebooks.ts";

const pageItems = 50;

/**
 * Writes the session's cells and the prompts since the last reset, without secrets. Where no path is named it becomes
 * the notebook that sessions begin with: that one runs as it is, so it is the person's alone and keeps what it holds.
 */
export const saveNotebook = async (session: Session, named: string | null): Promise<SaveNotebookResult> => {
	const path = named ?? startupNotebook(session.environment);
	const redact = named === null ? keepAll : session.redaction();
	let cells = 0;
	let prompts = 0;
	let withheld = 0;
	const { store, sessionId } = session.log;
	const resetSeq = store.session(sessionId)?.resetSeq ?? 0;
	const pieces = async function* () {
		yield notebookHead;
		let line = 0;
		for (let after = 0; ; ) {
			const items = store.itemsAfter(sessionId, after, pageItems);
			if (items.length === 0) break;
			after = items.at(-1)!.seq;
			const told = items.flatMap((item) => toItem(item, store, sessionId, resetSeq) ?? []);
			const page = await redactValues(told, redact);
			withheld += page.withheld;
			for (const item of page.values) {
				const written = toNotebookCell(item, line);
				if (!written) continue;
				line = written.line;
				yield notebookCellText(written.cell, cells + prompts);
				if (item.kind === "code") cells++;
				else prompts++;
			}
			await pause();
		}
		yield notebookTail(cells + prompts);
	};
	const hash = await writeWhole(path, pieces(), named === null ? "private" : "shared");
	rememberOurs(store, hash, path);
	return { path, cells, prompts, withheld };
};

const toItem = (
	item: TranscriptItem,
	store: Store,
	sessionId: string,
	resetSeq: number,
): (NotebookItem & { id: string }) | null => {
	if (item.kind === "cell") {
		const { cellId: id, code, executionCount } = item;
		const outputs = item.outputs.flatMap((output) => withCutText(output, store));
		return { kind: "code", id, code, executionCount, outputs, isNote: false };
	}
	if (item.state !== "finished" || item.seq < resetSeq) return null;
	return { ...toPrompt(item), fullPrompt: sentText(store, sessionId, item.turnId) };
};

/** What was too long for the log lies in a file; what is not there any more, or would make a huge cell, is counted. */
const withCutText = (output: Output, store: Store): Output[] => {
	if (output.kind !== "omitted" || output.blobId === null || output.chars === 0) return [output];
	const { text = "", totalChars = 0 } = store.readBlob(output.blobId, 0, maxCutChars) ?? {};
	const isWhole = text.length === totalChars && totalChars >= output.chars;
	const middle = text.slice(0, wholeCut(text, output.chars));
	return [
		...(text === "" ? [] : [{ kind: "stream", name: "stdout", text: isWhole ? text : middle } as const]),
		...(isWhole ? [] : [{ ...output, chars: output.chars - middle.length }]),
	];
};

const maxCutChars = 16_000_000;

const toPrompt = (turn: TurnItem): NotebookPrompt & { id: string } => ({
	kind: "prompt",
	id: turn.turnId,
	content: turn.content,
	executionCount: turn.executionCount,
	fullPrompt: null,
	backend: turn.backend,
	model: turn.model,
	parts: turn.parts.map((part): NotebookPart => {
		if (part.kind === "steer" || part.kind === "changes") return part;
		if (part.kind !== "toolCall") return { kind: part.kind, text: part.text };
		const { kind, name, args, executor, result } = part;
		return { kind, name, args, executor, result };
	}),
	stopReason: turn.stopReason ?? "endTurn",
	error: turn.error,
	hidden: turn.hidden,
});

const sentText = (store: Store, sessionId: string, turnId: string): string | null => {
	const start = store.turnStart(sessionId, turnId);
	return start && textOf(start.rendered);
};
