/** What stands in a session, as text and pictures for another program's model. */

import { textOf } from "../../ground/text/contentText.ts";
import { cutMiddle } from "../../ground/text/cutMiddle.ts";
import { settledText } from "../../ground/text/terminalText.ts";
import type { AnswerPart, CellItem, MimeBundle, Output, TranscriptItem } from "../../protocol/index.ts";
import { toolLine } from "../../protocol/toolLine.ts";
import { changesText } from "../common/shell/wording.ts";

/** Of one output, answer or cell. */
const maxChars = 10_000;

export type Picture = { readonly mimeType: string; readonly data: string };

/** A cell with its number and what it said, or a prompt with its answer. */
export const itemText = (item: TranscriptItem): string => {
	const number = item.executionCount ?? " ";
	if (item.kind === "cell") {
		const outputs = cut(outputsText(item.outputs));
		return [
			`In [${number}]: ${cut(item.code)}`,
			...(outputs === "" ? [] : [outputs]),
			...statusOf(item),
		].join("\n");
	}
	const answer = item.parts.map(partText).filter((text) => text !== "");
	return [
		`In [${number}] prompt: ${cut(textOf(item.content))}`,
		...answer,
		...(item.error === null ? [] : [item.error]),
	].join("\n");
};

const statusOf = ({ status }: CellItem): string[] =>
	status === "ok" || status === "error" ? [] : [`[${status}]`];

const partText = (part: AnswerPart): string => {
	switch (part.kind) {
		case "text":
			return cut(part.text);
		case "thinking":
			return "";
		case "toolCall": {
			const { result } = part;
			return toolLine(
				part.name,
				part.args,
				result === null ? null : { text: textOf(result.content), isError: result.isError },
			);
		}
		case "steer":
			return `[said meanwhile] ${cut(textOf(part.content))}`;
		case "changes":
			return `[${changesText(part.changes)}]`;
		default:
			return part satisfies never;
	}
};

export const outputsText = (outputs: readonly Output[]): string =>
	settledText(outputs.map(outputText).join("")).trimEnd();

const outputText = (output: Output): string => {
	switch (output.kind) {
		case "stream":
			return output.text;
		case "displayData":
		case "updateDisplayData":
		case "executeResult":
			return `${bundleText(output.data)}\n`;
		case "error":
			return `${output.traceback.length > 0 ? output.traceback.join("\n") : `${output.ename}: ${output.evalue}`}\n`;
		case "omitted":
			return `\n[... ${output.chars} characters cut ...]\n${(output.tail ?? []).map(({ text }) => text).join("")}`;
		case "clearOutput":
			return "";
		default:
			return output satisfies never;
	}
};

const bundleText = (data: MimeBundle): string => {
	const [picture] = picturesIn(data);
	if (picture) return `[${picture.mimeType}]`;
	return asText(data["text/markdown"] ?? data["text/plain"]);
};

/** Pictures that models take, in order. */
export const picturesOf = (outputs: readonly Output[]): Picture[] =>
	outputs.flatMap((output) => ("data" in output ? picturesIn(output.data).slice(0, 1) : []));

const picturesIn = (data: MimeBundle): Picture[] =>
	["image/png", "image/jpeg", "image/gif", "image/webp"].flatMap((mimeType) =>
		data[mimeType] === undefined ? [] : [{ mimeType, data: asText(data[mimeType]).replace(/\s+/g, "") }],
	);

const asText = (value: unknown): string =>
	Array.isArray(value) ? value.join("") : typeof value === "string" ? value : "";

const cut = (text: string): string => cutMiddle(text, maxChars).text;
