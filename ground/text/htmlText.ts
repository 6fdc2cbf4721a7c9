/** HTML as text, for where only text can be shown: paragraphs, lists and tables; nothing of it acts. */

import { commonEntities, unescapeHtml } from "./htmlEntities.ts";

/** `null` when it has no text. Takes time in proportion to the text, whatever that is. */
export const htmlText = (html: string): string | null => {
	const lines: string[] = [];
	let line = "";
	let table: string[][] | null = null;
	let cell: string | null = null;
	const endLine = (): void => {
		if (line.trim() !== "") lines.push(line.trim());
		line = "";
	};
	const endCell = (): void => {
		if (cell !== null) table?.at(-1)?.push(cell.trim());
		cell = null;
	};
	const endTable = (): void => {
		endCell();
		if (table !== null) lines.push(...tableLines(table));
		table = null;
	};
	for (const token of tokensOf(html.slice(0, maxChars))) {
		if (token.kind === "text") {
			const text = unescaped(token.text).replace(/\s+/g, " ");
			if (cell !== null) cell += text;
			else if (table === null) line += text;
			continue;
		}
		const { name, isEnd } = token;
		if (name === "table") {
			endLine();
			endTable();
			if (!isEnd) table = [];
		} else if (table !== null && name === "tr") {
			endCell();
			if (!isEnd) table.push([]);
		} else if (table !== null && (name === "td" || name === "th")) {
			endCell();
			if (table.length === 0) table.push([]);
			if (!isEnd) cell = "";
		} else if (lineTags.has(name)) {
			if (cell !== null) cell += " ";
			else endLine();
			if (name === "li" && !isEnd && cell === null) line = "- ";
		}
	}
	endLine();
	endTable();
	return lines.length === 0 ? null : lines.join("\n");
};

/** More than a screen ever shows. */
const maxChars = 1_000_000;

type Token =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "tag"; readonly name: string; readonly isEnd: boolean };

const tokensOf = function* (html: string): Generator<Token> {
	const lower = html.toLowerCase();
	let at = 0;
	/** Behind the next `end`; the end of all when there is none. */
	const behind = (end: string, from: number): number => {
		const found = lower.indexOf(end, from);
		return found < 0 ? html.length : found + end.length;
	};
	while (at < html.length) {
		const open = lower.indexOf("<", at);
		const text = html.slice(at, open < 0 ? html.length : open);
		if (text !== "") yield { kind: "text", text };
		if (open < 0) return;
		const [, end = "", name] = /^<(\/?)([a-z][a-z\d]*)/.exec(lower.slice(open, open + 16)) ?? [];
		if (lower.startsWith("<!--", open)) at = behind("-->", open);
		else if (name === undefined) {
			yield { kind: "text", text: "<" };
			at = open + 1;
		} else {
			at = behind(">", open);
			if (end === "" && unseen.has(name)) at = behind(">", behind(`</${name}`, at));
			else yield { kind: "tag", name, isEnd: end !== "" };
		}
	}
};

const unseen = new Set(["style", "script", "head", "template", "svg", "title"]);

const lineTags = new Set(
	"p div br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd pre section details summary blockquote".split(" "),
);

/** Columns one below the other; numbers end where the widest does. */
const tableLines = (rows: readonly (readonly string[])[]): string[] => {
	const widths: number[] = [];
	for (const row of rows)
		for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
	const padded = (cell: string, column: number): string =>
		/^[-+]?[\d.,]+%?$/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
	return rows.map((row) => row.map(padded).join("  ").trimEnd()).filter((row) => row !== "");
};

const entities = {
	...commonEntities,
	hellip: "…",
	ndash: "–",
	mdash: "—",
	times: "×",
	middot: "·",
};

const unescaped = (text: string): string => unescapeHtml(text, entities);
