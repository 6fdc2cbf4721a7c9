/** A tool call as Markdown: its code as code, and what came of it as it was printed. */
import { contentText } from "../../ground/text/contentText.ts";
import { cutMiddle } from "../../ground/text/cutMiddle.ts";
import { plainText, rowText } from "../../ground/text/plainText.ts";
import {
	joined,
	type PlainText,
	repeated,
	rowsOf,
	trimmed,
	trimmedEnd,
	words,
} from "../../ground/text/screenText.ts";
import { askedCall } from "../../protocol/askedCall.ts";
import type { Content } from "../../protocol/index.ts";
import { callText, pythonRepr, shortName } from "../../protocol/toolLine.ts";
import { type ToolCallView, toolTailLines } from "../common/session/turnView.ts";
import { terminalLines } from "./terminalLines.ts";

export type ToolResult = { readonly content: readonly Content[]; readonly isError: boolean };

/** A fenced block of a text: rows from 0, the fences included, and its first line. */
export type Block = { readonly first: number; readonly last: number; readonly label: PlainText };

export type ToolText = { readonly text: PlainText; readonly blocks: readonly Block[] };

type Call = Pick<ToolCallView, "name" | "args">;

/** What stands on one row. */
const maxRow = 100;
/** Of a longer result the head and the tail are told: the session has all of it. */
const maxResultChars = 10_000;

/** The call and its result; while it runs, the end of what it printed. */
export const toolText = ({ name, args }: Call, result: ToolResult | null, output = ""): ToolText => {
	const call = { name: shortName(name), args };
	const asked = askedCall({ tool: call.name, args });
	const line = callText(call.name, args);
	const hasCode = asked.text !== line;
	const head = words`🔧 ${span(hasCode ? asked.title : line.length > maxRow ? call.name : line)}`;
	const code = hasCode
		? [fenced(plainText(asked.text.replace(/\n$/, "")), asked.language)]
		: line.length > maxRow
			? [fenced(plainText(callRows(call)), "python")]
			: [];
	const said = result === null ? null : settled(cutMiddle(contentText(result.content), maxResultChars).text);
	const failed = result?.isError ? words` **failed**` : words``;
	if (said === null) {
		const tail = output === "" ? [] : [fenced(lastRows(settled(output)), "text")];
		return stacked([head, ...code, ...tail]);
	}
	const isRow = said.length <= maxRow && !said.includes("\n");
	if (code.length === 0 && isRow)
		return stacked([words`${head}${failed}${said === "" ? words`` : words` → ${span(said)}`}`]);
	const told = said === "" ? [] : [isRow ? words`→ ${span(said)}` : fenced(said, "text")];
	return stacked([words`${head}${failed}`, ...code, ...told]);
};

/** As a terminal would leave it, without blank rows at its ends. */
const settled = (text: string): PlainText => {
	const rows = terminalLines(text).map((line) => joined(line.map(([piece]) => piece)));
	const isFull = (row: PlainText): boolean => row.trim() !== "";
	return trimmedEnd(joined(rows.slice(Math.max(0, rows.findIndex(isFull))), words`\n`));
};

const lastRows = (text: PlainText): PlainText => joined(rowsOf(text).slice(-toolTailLines), words`\n`);

/** Paragraphs below each other, and which of them are blocks. */
const stacked = (parts: readonly PlainText[]): ToolText => {
	const blocks: Block[] = [];
	let row = 0;
	for (const part of parts) {
		const rows = rowsOf(part);
		const label = rows.slice(1, -1).find((each) => each.trim() !== "");
		if (label !== undefined) blocks.push({ first: row, last: row + rows.length - 1, label: trimmed(label) });
		row += rows.length + 1;
	}
	return { text: joined(parts, words`\n\n`), blocks };
};

/** The call with an argument on each row, and texts of several lines as such. */
const callRows = ({ name, args }: Call): string => {
	const rows = Object.keys(args)
		.sort()
		.map((key) => `    ${key}=${argument(args[key])},\n`);
	return `${name}(\n${rows.join("")})`;
};

const argument = (value: unknown): string => {
	if (typeof value !== "string" || !value.includes("\n")) return pythonRepr(value);
	return `"""${value.replaceAll("\\", "\\\\").replaceAll('"""', '\\"""').replace(/"$/, '\\"')}"""`;
};

/** A fence that is longer than any in the text. */
const fenced = (text: PlainText, language: string): PlainText => {
	const fence = repeated(words`\``, Math.max(3, longestRun(text) + 1));
	return words`${fence}${plainText(/^[\w+-]*$/.test(language) ? language : "text")}\n${text}\n${fence}`;
};

const span = (text: string): PlainText => {
	const row = rowText(text);
	const marks = repeated(words`\``, longestRun(row) + 1);
	const isOpen = row.startsWith("`") || row.endsWith("`");
	return isOpen ? words`${marks} ${row} ${marks}` : words`${marks}${row}${marks}`;
};

const longestRun = (text: string): number =>
	Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
