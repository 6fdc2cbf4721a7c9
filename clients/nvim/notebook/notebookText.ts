/** A notebook's file: what is read of it, and how it is written when cells changed. All else stays as it stands there. */
import { randomBytes } from "node:crypto";
import type { Output } from "../../../protocol/index.ts";
import {
	fromNotebookOutputs,
	type NotebookOutput,
	toNotebookOutputs,
	toRecord,
	toText,
} from "../../../protocol/notebookOutputs.ts";
import type { CellText } from "./cellLines.ts";
import { type JsonNode, type Layout, layoutOf, locateJson, toJson } from "./jsonText.ts";

/** Not a notebook that can be edited as cells. The message is half a sentence that says why. */
export class NotANotebook extends Error {
	override readonly name = "NotANotebook";
}

export type StoredCell = CellText & {
	readonly outputs: readonly Output[];
	readonly executionCount: number | null;
	readonly node: JsonNode;
};

export type NotebookText = {
	readonly text: string;
	readonly cells: readonly StoredCell[];
	readonly language: string;
	/** Since nbformat 4.5 cells have ids. */
	readonly hasIds: boolean;
	readonly layout: Layout;
	/** The list of cells. */
	readonly list: JsonNode;
};

export const readNotebook = (text: string): NotebookText => {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text.replace(/^\ufeff/, ""));
	} catch (error) {
		throw new NotANotebook(`it is not JSON: ${(error as Error).message}`);
	}
	const { nbformat, nbformat_minor, cells, metadata } = toRecord(parsed);
	if (nbformat !== 4)
		throw new NotANotebook(`its nbformat is ${JSON.stringify(nbformat) ?? "not given"}, not 4`);
	if (!Array.isArray(cells)) throw new NotANotebook("it has no list of cells");
	const root = locateJson(text);
	const list = root.kind === "object" ? root.members.get("cells") : undefined;
	if (list?.kind !== "array") throw new NotANotebook("it has no list of cells");
	const { kernelspec, language_info } = toRecord(metadata);
	return {
		text,
		list,
		cells: cells.map((cell, index) => storedCell(toRecord(cell), list.items[index]!, index + 1)),
		language:
			languageOf(toRecord(language_info).name) ?? languageOf(toRecord(kernelspec).language) ?? "python",
		hasIds: Number(nbformat_minor) >= 5,
		layout: layoutOf(text),
	};
};

/** As an editor names a file type. */
const languageOf = (name: unknown): string | undefined => /^[\w.+-]+$/.exec(toText(name))?.[0];

const storedCell = (cell: Readonly<Record<string, unknown>>, node: JsonNode, number: number): StoredCell => {
	const { cell_type, source, metadata, outputs, execution_count } = cell;
	if (node.kind !== "object" || (toText(source) === "" && !isEmptyText(source)))
		throw new NotANotebook(`cell ${number} has no source that is text`);
	const title = toText(toRecord(metadata).title);
	const executionCount = Number.isInteger(execution_count) ? (execution_count as number) : null;
	return {
		kind: cell_type === "code" || cell_type === "markdown" ? cell_type : "raw",
		source: toText(source),
		title: /^[^\n[\]]+$/.test(title) && title.trim() === title ? title : null,
		outputs: Array.isArray(outputs) ? fromNotebookOutputs(outputs.map(toRecord), executionCount) : [],
		executionCount,
		node,
	};
};

const isEmptyText = (source: unknown): boolean =>
	source === "" || (Array.isArray(source) && source.every((line) => line === ""));

/** A cell to write. `from` is its cell in the file; `ran` is what a run since then gave. */
export type WrittenCell = CellText & {
	readonly from: StoredCell | null;
	readonly ran: { readonly outputs: readonly Output[]; readonly executionCount: number | null } | null;
};

/** The file with these cells; the same text when nothing changed. */
export const writeNotebook = (notebook: NotebookText, cells: readonly WrittenCell[]): string => {
	const { text, list, layout } = notebook;
	const items = list.kind === "array" ? list.items : [];
	const written = cells.map((cell) => cellText(notebook, cell));
	if (written.length === items.length && written.every((each, index) => each === slice(text, items[index]!)))
		return text;
	const lineStart = layout.indent === "" ? "" : layout.eol + layout.indent.repeat(2);
	const lead = items[0] ? text.slice(list.start + 1, items[0].start) : lineStart;
	const between = items[1] ? text.slice(items[0]!.end, items[1].start) : `,${lead}`;
	const last = items.at(-1);
	const tail = last
		? text.slice(last.end, list.end - 1)
		: layout.indent === ""
			? ""
			: layout.eol + layout.indent;
	const body = written.length === 0 ? "[]" : `[${lead}${written.join(between)}${tail}]`;
	return text.slice(0, list.start) + body + text.slice(list.end);
};

const cellText = (notebook: NotebookText, cell: WrittenCell): string => {
	const { text, layout, hasIds } = notebook;
	const { from } = cell;
	const members = new Map<string, string>();
	if (from?.node.kind === "object")
		for (const [name, node] of from.node.members) members.set(name, slice(text, node));
	else {
		for (const [name, value] of Object.entries(newMembers(hasIds)))
			members.set(name, toJson(value, layout, 3));
	}
	const set = (name: string, value: unknown): void => void members.set(name, toJson(value, layout, 3));

	if (from === null || from.source !== cell.source) {
		const isString = from?.node.kind === "object" && members.get("source")?.startsWith('"');
		set("source", isString ? cell.source : toSourceLines(cell.source));
	}
	if (from?.kind !== cell.kind) set("cell_type", cell.kind);
	if ((from?.title ?? null) !== cell.title) {
		const { title: _, ...rest } = toRecord(JSON.parse(members.get("metadata") ?? "{}"));
		set("metadata", cell.title === null ? rest : { ...rest, title: cell.title });
	}
	if (cell.kind !== "code") {
		members.delete("outputs");
		members.delete("execution_count");
	} else if (cell.ran) {
		set("outputs", toNotebookOutputs(cell.ran.outputs).map(withLines));
		set("execution_count", cell.ran.executionCount);
	} else {
		if (!members.has("outputs")) set("outputs", []);
		if (!members.has("execution_count")) set("execution_count", null);
	}

	if (from !== null && isUntouched(notebook, from, members)) return slice(text, from.node);
	const names = [...members.keys()];
	if (from === null || names.some((name) => !isMember(from.node, name))) names.sort();
	const { indent, eol } = layout;
	const [start, end, colon] =
		indent === "" ? ["", "", ": "] : [eol + indent.repeat(3), eol + indent.repeat(2), ": "];
	const separator = indent === "" ? ", " : ",";
	const lines = names.map((name) => `${start}${JSON.stringify(name)}${colon}${members.get(name)}`);
	return `{${lines.join(separator)}${end}}`;
};

const isMember = (node: JsonNode, name: string): boolean => node.kind === "object" && node.members.has(name);

const isUntouched = (
	{ text }: NotebookText,
	{ node }: StoredCell,
	members: ReadonlyMap<string, string>,
): boolean =>
	node.kind === "object" &&
	members.size === node.members.size &&
	[...members].every(
		([name, value]) => node.members.has(name) && slice(text, node.members.get(name)!) === value,
	);

const slice = (text: string, { start, end }: JsonNode): string => text.slice(start, end);

const newMembers = (hasIds: boolean): Record<string, unknown> => ({
	...(hasIds && { id: randomBytes(4).toString("hex") }),
	metadata: {},
});

/** Lines with their ends, as Jupyter writes texts. */
const toSourceLines = (source: string): readonly string[] => source.match(/[^\n]*\n|[^\n]+/g) ?? [];

const withLines = (output: NotebookOutput): NotebookOutput => ({
	...output,
	...(typeof output.text === "string" && { text: toSourceLines(output.text) }),
	...(output.data !== undefined && {
		data: Object.fromEntries(
			Object.entries(toRecord(output.data)).map(([type, value]) => [
				type,
				typeof value === "string" && /^(text\/|image\/svg\+xml|application\/javascript)/.test(type)
					? toSourceLines(value)
					: value,
			]),
		),
	}),
});

/** A notebook that has no cell yet. */
export const emptyNotebook = `${JSON.stringify(
	{
		cells: [],
		metadata: {
			kernelspec: { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" },
			language_info: { name: "python" },
		},
		nbformat: 4,
		nbformat_minor: 5,
	},
	null,
	1,
)}\n`;
