/**
 * A session as a notebook: nbformat 4.5 with the predecessors' metadata, so that they can load it. Equal items give
 * equal bytes, whatever kernel and day.
 */

import { noteValue } from "../../ground/python/noteLiteral.ts";
import { textOf } from "../../ground/text/contentText.ts";
import type { Content } from "../../protocol/index.ts";
import { toNotebookOutputs } from "../../protocol/notebookOutputs.ts";
import { isContextCode } from "../context/contextCell.ts";
import { answerText, parseAnswer } from "./answerText.ts";
import type { NotebookCell } from "./nbformat.ts";
import type { NotebookItem, NotebookPrompt } from "./notebookItem.ts";

export const separator = "\n\n##### 🤖Reply🤖<!-- SOLVEIT_SEPARATOR_7f3a9b2c -->\n\n";

const metadata = {
	ipyai_version: 1,
	solveit_ver: 2,
	solveit_dialog_mode: "standard",
	kernelspec: { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" },
	language_info: { file_extension: ".py", mimetype: "text/x-python", name: "python" },
};

/** The text before the first cell. */
export const notebookHead = '{\n  "cells": [';
/** The text after the last one. */
export const notebookTail = (cells: number): string =>
	`${cells > 0 ? "\n  " : ""}],\n  "metadata": ${indented(metadata, 2)},\n  "nbformat": 4,\n  "nbformat_minor": 5\n}\n`;

/** The text of one cell, `index` from 0. */
export const notebookCellText = (cell: NotebookCell, index: number): string =>
	`${index > 0 ? "," : ""}\n    ${indented(cell, 4)}`;

const indented = (value: unknown, spaces: number): string =>
	JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(spaces)}`);

export type NumberedCell = { readonly cell: NotebookCell; readonly line: number };

/**
 * One cell. `line` is its place among the predecessors' lines, above `lastLine`: its input number, or the next when
 * numbers are absent or began anew. `null` for what is no part of a notebook, such as our own magics.
 */
export const toNotebookCell = (
	item: NotebookItem & { id: string },
	lastLine: number,
): NumberedCell | null => {
	const number = item.executionCount;
	const line = number !== null && number > lastLine ? number : lastLine + 1;
	if (item.kind === "prompt") return { cell: toPromptCell(item, line), line };
	// What no cell is known to have printed.
	if (item.code === "" && item.outputs.length > 0) return { cell: toCodeCell(item, {}), line: lastLine };
	if (!isContextCode(item.code)) return null;
	const note = noteValue(item.code);
	if (note !== null) return { cell: toNoteCell(item.id, note, item.code, line), line };
	return { cell: toCodeCell(item, { ipyai: { kind: "code", line } }), line };
};

const toCodeCell = (
	item: Extract<NotebookItem, { kind: "code" }> & { id: string },
	metadata: NotebookCell["metadata"],
): NotebookCell => ({
	id: item.id,
	cell_type: "code",
	source: item.code,
	metadata,
	outputs: toNotebookOutputs(item.outputs),
	execution_count: item.executionCount,
});

const toNoteCell = (id: string, text: string, source: string, line: number): NotebookCell => ({
	id,
	cell_type: "markdown",
	source: text,
	metadata: { ipyai: { kind: "code", line, source } },
});

const toPromptCell = (prompt: NotebookPrompt & { id: string }, line: number): NotebookCell => {
	const text = textOf(prompt.content);
	const answer = answerText(prompt);
	const { backend, model, stopReason, error, hidden, parts } = prompt;
	const read = parseAnswer(answer);
	const images = prompt.content.filter((part) => part.kind === "image");
	return {
		id: prompt.id,
		cell_type: "markdown",
		source: `${text}${separator}${answer}`,
		metadata: {
			ipyai: {
				kind: "prompt",
				line,
				history_line: line - 1,
				prompt: text,
				...(prompt.fullPrompt === null ? {} : { full_prompt: prompt.fullPrompt }),
				...(backend === null ? {} : { backend }),
				...(model === null ? {} : { model }),
				// What the text cannot say: tool calls with their results, and how the answer ended.
				...(JSON.stringify(read.parts) === JSON.stringify(parts) ? {} : { parts }),
				...(read.stopReason === stopReason ? {} : { stop_reason: stopReason }),
				...(read.error === error ? {} : { error }),
				...(hidden ? { hidden } : {}),
			},
			solveit_ai: true,
		},
		...(images.length > 0 ? { attachments: toAttachments(images) } : {}),
	};
};

const toAttachments = (images: readonly Extract<Content, { kind: "image" }>[]) =>
	Object.fromEntries(
		images.map(({ mimeType, data }, index) => [
			`image-${index + 1}.${mimeType.split("/")[1] ?? "png"}`,
			{ [mimeType]: data },
		]),
	);
