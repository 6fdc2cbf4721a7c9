/**
 * Takes what happened elsewhere into a session's log: cells that were run before and prompts that were answered
 * before. The usual events, one transaction each; the canonical transcript gets what any backend needs.
 */

import { textOf } from "../../../ground/text/contentText.ts";
import type { AnswerPart, Content, Output, SessionEvent } from "../../../protocol/index.ts";
import { importedKernelId } from "../../context/contextCell.ts";
import type { AssistantItem, Entry, ToolResult } from "../../context/transcript.ts";
import type { NotebookItem, NotebookPart, NotebookPrompt } from "../../notebooks/notebookItem.ts";
import { capOutput, defaultOutputCap, noOutput, omittedOutput } from "../../store/outputCap.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";

/** So much more than a cell of ours keeps, so that what we wrote always comes back whole. */
const importCap = { ...defaultOutputCap, maxTextChars: defaultOutputCap.maxTextChars + 1000 };

export type ImportedCell = Extract<NotebookItem, { kind: "code" }> & { readonly id: string };

/** A cell with its outputs as they were; it is not run. */
export const importCell = (
	log: SessionLog,
	cell: ImportedCell,
	by: string | null,
	kernelId: string = importedKernelId,
): void => {
	const { id: cellId, code, executionCount } = cell;
	const { outputs, blobText, blobId } = cap(cell.outputs);
	if (blobText !== "") log.store.appendBlob(log.sessionId, blobId, blobText);
	const failed = cell.outputs.some(({ kind }) => kind === "error");
	log.append([
		{ kind: "cellStarted", cellId, kernelId, code, by, executionCount, quoted: true },
		...outputs.map((output): SessionEvent => ({ kind: "cellOutput", cellId, output })),
		{ kind: "cellFinished", cellId, status: failed ? "error" : "ok", executionCount, payloads: [] },
	]);
};

const cap = (all: readonly Output[]): { outputs: Output[]; blobText: string; blobId: string } => {
	const blobId = newId();
	let totals = noOutput;
	let blobText = "";
	const outputs: Output[] = [];
	/** What was left out stands where it began. */
	let omittedAt: number | null = null;
	for (const output of all) {
		const capped = capOutput(totals, output, importCap);
		totals = capped.totals;
		blobText += capped.blobText;
		outputs.push(...capped.outputs);
		if (blobText !== "") omittedAt ??= outputs.length;
	}
	const omitted = omittedOutput(totals, blobId, importCap);
	if (omitted) outputs.splice(omittedAt ?? outputs.length, 0, omitted);
	return { outputs, blobText, blobId };
};

export type ImportedTurn = NotebookPrompt & {
	readonly id: string;
	/** What the model was sent. */
	readonly rendered: readonly Content[];
	readonly backend: string;
	readonly model: string;
	readonly parentId: string | null;
};

/** A prompt with its answer. No model is asked; the next prompt continues after it. */
export const importTurn = (log: SessionLog, turn: ImportedTurn, by: string | null): void => {
	const { id: turnId, content, executionCount, rendered, stopReason } = turn;
	const parts = turn.parts.map(withIds);
	const events: SessionEvent[] = [
		{ kind: "promptAccepted", turnId, content: [...content], source: sourceOf(content), by },
		...(executionCount === null ? [] : [{ kind: "promptNumbered" as const, turnId, executionCount }]),
		{
			kind: "turnStarted",
			turnId,
			parentId: turn.parentId,
			backend: turn.backend,
			model: turn.model,
			rendered: [...rendered],
			renderPoint: log.headSeq,
			warnings: [],
		},
		...parts.flatMap((part) => partEvents(turnId, part)),
		{ kind: "turnFinished", turnId, stopReason, usage: null, error: turn.error },
	];
	if (turn.hidden) events.push({ kind: "turnHidden", turnId, hidden: true });
	log.append(events, {
		turnId,
		entries: toEntries(rendered, parts, ["cancelled", "failed"].includes(stopReason)),
	});
};

const withIds = (part: NotebookPart): AnswerPart => {
	if (part.kind === "toolCall") return { ...part, callId: newId() };
	return part.kind === "steer" || part.kind === "changes" ? part : { ...part, itemId: newId() };
};

const partEvents = (turnId: string, part: AnswerPart): SessionEvent[] => {
	switch (part.kind) {
		case "text":
		case "thinking":
			return [{ kind: part.kind, turnId, itemId: part.itemId, text: part.text }];
		case "toolCall": {
			const { callId, name, args, executor, result } = part;
			const call: SessionEvent = { kind: "toolCall", turnId, callId, name, args, executor };
			return result ? [call, { kind: "toolResult", turnId, callId, ...result }] : [call];
		}
		case "steer":
			return [{ kind: "steered", turnId, content: part.content }];
		case "changes":
			return [{ kind: "turnChanges", turnId, changes: part.changes }];
	}
};

/** A turn's steps for the canonical transcript: responses, each with the results of its calls after it. */
export const toEntries = (
	rendered: readonly Content[],
	parts: readonly AnswerPart[],
	partial: boolean,
): Entry[] => {
	const entries: Entry[] = [{ role: "user", content: rendered }];
	let items: AssistantItem[] = [];
	let results: ToolResult[] = [];
	const endResponse = (mark: { partial?: true } = {}) => {
		if (items.length > 0) entries.push({ role: "assistant", items, ...mark });
		if (results.length > 0) entries.push({ role: "tool", results });
		items = [];
		results = [];
	};
	for (const part of parts) {
		if (part.kind === "changes") continue;
		if (part.kind === "steer") {
			endResponse();
			entries.push({ role: "user", content: part.content });
			continue;
		}
		if (part.kind === "toolCall") {
			const { callId, name, args, executor, result } = part;
			items.push({ kind: "toolCall", callId, name, args, executor });
			results.push({ callId, ...(result ?? noResult) });
			continue;
		}
		if (results.length > 0) endResponse();
		items.push({ kind: part.kind, text: part.text });
	}
	endResponse(partial ? { partial } : {});
	return entries;
};

const noResult = {
	content: [{ kind: "text" as const, text: "No result: the turn was interrupted." }],
	isError: true,
};

const sourceOf = (content: readonly Content[]): string => `.${textOf(content)}`;
