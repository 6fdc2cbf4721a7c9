/**
 * Markdown's blocks, line by line: what a line finishes is given out at once and never looked at again. Code goes out
 * per line, lists per item, quotes per paragraph, long tables per row; only paragraphs and the beginning of a table
 * are held back. So neither time nor memory grow with the length of an answer.
 */
import { shownText } from "../../../ground/text/plainText.ts";
import { repeated, type ScreenText, styled, trimmedEnd, words } from "../../../ground/text/screenText.ts";
import { type LineHighlighter, lineHighlighter } from "./highlight.ts";
import { renderParagraph } from "./markdownInline.ts";
import { type Align, columnWidths, delimiterRow, splitRow, tableRow, tableRule } from "./markdownTable.ts";
import { paint, type Role, type Theme } from "./theme.ts";

type Sink = (lines: readonly ScreenText[]) => void;

export type BlockOptions = {
	readonly width: number;
	readonly theme: Theme;
	/** Nested blocks stand apart only where the source has a blank line. */
	readonly nested?: boolean;
	/** For text: what a quote is painted in. */
	readonly roles?: readonly Role[];
};

type Leaf =
	| { readonly kind: "none" }
	| { readonly kind: "paragraph"; lines: string[]; chars: number; continues: boolean }
	| {
			readonly kind: "fence";
			readonly marker: string;
			readonly indent: number;
			readonly code: LineHighlighter;
	  }
	| { readonly kind: "indented"; blanks: number }
	| { readonly kind: "table"; readonly aligns: readonly Align[]; rows: string[][]; widths: number[] | null }
	| { readonly kind: "quote"; readonly child: BlockParser }
	| { readonly kind: "list"; item: Item; ordinal: number; readonly ordered: boolean; blanks: number };

type Item = { readonly child: BlockParser; readonly indent: number; readonly prefix: Prefix };

/** What stands, with a blank, before a container's lines: the bullet before the first, blanks before the others. */
type Prefix = { readonly first: ScreenText; readonly rest: ScreenText; used: boolean };

/** Rows of a table that decide its widths. */
const widthRows = 40;
/** A paragraph longer than this goes out in parts. */
const maxParagraphChars = 8_000;
const maxDepth = 8;

export class BlockParser {
	#options: BlockOptions;
	readonly #sink: Sink;
	readonly #depth: number;
	#leaf: Leaf = { kind: "none" };
	#started = false;
	#blank = false;

	constructor(options: BlockOptions, sink: Sink, depth = 0) {
		this.#options = options;
		this.#sink = sink;
		this.#depth = depth;
	}

	/** The same state, giving out into another sink. */
	copy(sink: Sink): BlockParser {
		const copy = new BlockParser(this.#options, sink, this.#depth);
		copy.#leaf = this.#copyLeaf(sink);
		copy.#started = this.#started;
		copy.#blank = this.#blank;
		return copy;
	}

	/** In code a line is taken as it is, however long. */
	get inCode(): boolean {
		const leaf = this.#leaf;
		if (leaf.kind === "quote") return leaf.child.inCode;
		if (leaf.kind === "list") return leaf.item.child.inCode;
		return leaf.kind === "fence";
	}

	/** Takes one whole line, without its newline. */
	line(text: string): void {
		if (this.#continue(text)) return;
		if (text.trim() === "") {
			this.#close();
			this.#blank = true;
			return;
		}
		this.#start(text);
		this.#blank = false;
	}

	end(): void {
		this.#close();
	}

	/** For what begins from now on. */
	setWidth(width: number): void {
		this.#options = { ...this.#options, width };
	}

	/** Whether a line without a marker may go on here: a paragraph is open at the end. */
	get #lazy(): boolean {
		const leaf = this.#leaf;
		if (leaf.kind === "quote") return leaf.child.#lazy;
		if (leaf.kind === "list") return leaf.blanks === 0 && leaf.item.child.#lazy;
		return leaf.kind === "paragraph";
	}

	/** Gives the line to what is open; false when that has ended or nothing is. */
	#continue(text: string): boolean {
		const leaf = this.#leaf;
		switch (leaf.kind) {
			case "fence": {
				const bare = text.trim();
				const closes =
					bare.length >= leaf.marker.length &&
					bare === leaf.marker[0]!.repeat(bare.length) &&
					indentOf(text) < 4;
				if (closes) {
					this.#sink([paint(this.#options.theme, "fence", shownText(leaf.marker))]);
					this.#leaf = { kind: "none" };
				} else this.#sink([leaf.code.line(unindent(text, leaf.indent))]);
				return true;
			}
			case "indented":
				if (text.trim() === "") {
					leaf.blanks++;
					return true;
				}
				if (indentOf(text) < 4) return false;
				this.#sink([
					...Array<ScreenText>(leaf.blanks).fill(words``),
					paint(this.#options.theme, "inlineCode", shownText(text)),
				]);
				leaf.blanks = 0;
				return true;
			case "quote": {
				const inside = /^ {0,3}> ?/.exec(text);
				if (inside) leaf.child.line(text.slice(inside[0].length));
				else if (text.trim() === "" || !leaf.child.#lazy || startsBlock(text)) return false;
				else leaf.child.line(text.trimStart());
				return true;
			}
			case "list":
				return this.#continueList(leaf, text);
			case "table":
				if (text.trim() === "" || startsBlock(text) || !text.includes("|")) return false;
				this.#addRow(leaf, splitRow(text).slice(0, leaf.aligns.length));
				return true;
			case "paragraph":
				return this.#continueParagraph(leaf, text);
			case "none":
				return false;
			default:
				return leaf satisfies never;
		}
	}

	#continueList(leaf: Leaf & { kind: "list" }, text: string): boolean {
		if (leaf.item.child.inCode && (text.trim() === "" || indentOf(text) >= leaf.item.indent)) {
			leaf.item.child.line(unindent(text, leaf.item.indent));
			return true;
		}
		if (text.trim() === "") {
			leaf.blanks++;
			return true;
		}
		const marker = listMarker(text);
		if (indentOf(text) >= leaf.item.indent) {
			if (leaf.blanks > 0) leaf.item.child.line("");
			leaf.blanks = 0;
			leaf.item.child.line(unindent(text, leaf.item.indent));
			return true;
		}
		if (marker && marker.ordered === leaf.ordered && !isRule(text)) {
			this.#closeItem(leaf.item);
			if (leaf.blanks > 0) this.#sink([words``]);
			leaf.ordinal++;
			leaf.blanks = 0;
			leaf.item = this.#openItem(marker, leaf.ordinal);
			return true;
		}
		if (leaf.blanks > 0 || !leaf.item.child.#lazy || startsBlock(text)) {
			this.#blank = leaf.blanks > 0;
			return false;
		}
		leaf.item.child.line(text.trimStart());
		return true;
	}

	#continueParagraph(leaf: Leaf & { kind: "paragraph" }, text: string): boolean {
		if (text.trim() === "") return false;
		const underline = /^ {0,3}(=+|-+)\s*$/.exec(text);
		if (underline && !leaf.continues) {
			this.#leaf = { kind: "none" };
			this.#heading(leaf.lines.map((line) => line.trim()).join(" "), underline[1]![0] === "=" ? 1 : 2);
			return true;
		}
		const aligns = leaf.lines.length === 1 && leaf.lines[0]!.includes("|") ? delimiterRow(text) : null;
		if (aligns && !leaf.continues && splitRow(leaf.lines[0]!).length === aligns.length) {
			this.#leaf = { kind: "table", aligns, rows: [splitRow(leaf.lines[0]!)], widths: null };
			return true;
		}
		if (startsBlock(text) && !/^ {4}/.test(text)) return false;
		leaf.lines.push(text.trimStart());
		leaf.chars += text.length;
		if (leaf.chars > maxParagraphChars) {
			this.#paragraph(leaf.lines);
			this.#leaf = { kind: "paragraph", lines: [], chars: 0, continues: true };
		}
		return true;
	}

	/** Opens what the line begins; nothing is open that could take it. */
	#start(text: string): void {
		const { theme } = this.#options;
		const fence = /^( {0,3})(`{3,}|~{3,})\s*([^`]*)$/.exec(text);
		const heading = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/.exec(text);
		const quote = /^ {0,3}> ?/.exec(text);
		const marker = isRule(text) ? null : listMarker(text);
		this.#close();
		this.#separate();
		if (fence) {
			const language = /^[\w+#.-]*/.exec(fence[3]!)![0];
			this.#sink([paint(theme, "fence", shownText(fence[2]! + fence[3]!.trim()))]);
			const code = lineHighlighter(language, theme);
			this.#leaf = { kind: "fence", marker: fence[2]!, indent: fence[1]!.length, code };
		} else if (heading) this.#heading(heading[2] ?? "", heading[1]!.length);
		else if (isRule(text))
			this.#sink([paint(theme, "rule", repeated(theme.colors ? words`─` : words`-`, this.#options.width))]);
		else if (quote && this.#depth < maxDepth) {
			const bar = paint(theme, "quote", theme.colors ? words`│` : words`>`);
			const prefix = { first: bar, rest: bar, used: false };
			this.#leaf = { kind: "quote", child: this.#child(prefix, 2, ["quote"]) };
			this.#leaf.child.line(text.slice(quote[0].length));
		} else if (marker && this.#depth < maxDepth) {
			const ordinal = marker.start;
			const item = this.#openItem(marker, ordinal);
			this.#leaf = { kind: "list", item, ordinal, ordered: marker.ordered, blanks: 0 };
		} else if (indentOf(text) >= 4) {
			this.#leaf = { kind: "indented", blanks: 0 };
			this.#continue(text);
		} else
			this.#leaf = { kind: "paragraph", lines: [text.trimStart()], chars: text.length, continues: false };
	}

	#openItem(marker: Marker, ordinal: number): Item {
		const { theme } = this.#options;
		const bullet = marker.ordered ? words`${ordinal}.` : theme.colors ? words`•` : words`-`;
		const rest = repeated(words` `, bullet.length);
		const prefix = { first: paint(theme, "bullet", bullet), rest, used: false };
		const child = this.#child(prefix, bullet.length + 1, []);
		const box = /^\[([ xX])\]\s+/.exec(marker.text);
		const text = box ? `${box[1] === " " ? "☐" : "☑"} ${marker.text.slice(box[0].length)}` : marker.text;
		if (text.trim() !== "") child.line(text);
		return { child, indent: marker.indent, prefix };
	}

	#child(prefix: Prefix, taken: number, roles: readonly Role[]): BlockParser {
		const { width, theme, roles: own = [] } = this.#options;
		const options = { width: Math.max(8, width - taken), theme, nested: true, roles: [...own, ...roles] };
		const child = new BlockParser(options, prefixed(prefix, this.#sink), this.#depth + 1);
		this.#prefixes.set(child, prefix);
		return child;
	}

	readonly #prefixes = new WeakMap<BlockParser, Prefix>();

	#copyLeaf(sink: Sink): Leaf {
		const leaf = this.#leaf;
		switch (leaf.kind) {
			case "paragraph":
				return { ...leaf, lines: [...leaf.lines] };
			case "fence":
				return { ...leaf, code: leaf.code.copy() };
			case "table":
				return { ...leaf, rows: [...leaf.rows] };
			case "quote":
				return { ...leaf, child: this.#copyChild(leaf.child, sink).child };
			case "list":
				return { ...leaf, item: { ...leaf.item, ...this.#copyChild(leaf.item.child, sink) } };
			default:
				return { ...leaf };
		}
	}

	#copyChild(child: BlockParser, sink: Sink): { child: BlockParser; prefix: Prefix } {
		const prefix = { ...this.#prefixes.get(child)! };
		return { child: child.copy(prefixed(prefix, sink)), prefix };
	}

	/** Ends what is open and gives out what it held. */
	#close(): void {
		const leaf = this.#leaf;
		this.#leaf = { kind: "none" };
		switch (leaf.kind) {
			case "paragraph":
				if (leaf.lines.length > 0) this.#paragraph(leaf.lines);
				break;
			case "table":
				if (leaf.widths === null) this.#openTable(leaf);
				break;
			case "quote":
				leaf.child.end();
				break;
			case "list":
				this.#closeItem(leaf.item);
				break;
		}
	}

	/** An item without content shows its bullet all the same. */
	#closeItem({ child, prefix }: Item): void {
		child.end();
		if (!prefix.used) this.#sink([prefix.first]);
	}

	#separate(): void {
		if (this.#started && (!this.#options.nested || this.#blank)) this.#sink([words``]);
		this.#started = true;
	}

	#paragraph(lines: readonly string[]): void {
		const { width, theme, roles } = this.#options;
		this.#sink(renderParagraph(lines.join("\n"), width, theme, roles));
	}

	#heading(text: string, level: number): void {
		const { width, theme } = this.#options;
		const marks = theme.colors ? "" : `${"#".repeat(level)} `;
		this.#sink(renderParagraph(marks + text, width, theme, ["heading"]));
	}

	#addRow(leaf: Leaf & { kind: "table" }, row: string[]): void {
		if (leaf.widths !== null) this.#sink(tableRow(row, leaf.widths, leaf.aligns, this.#options.theme));
		else if (leaf.rows.push(row) > widthRows) this.#openTable(leaf);
	}

	#openTable(leaf: Leaf & { kind: "table" }): void {
		const { width, theme } = this.#options;
		const widths = columnWidths(leaf.rows, width, theme);
		const [head = [], ...rows] = leaf.rows;
		this.#sink([...tableRow(head, widths, leaf.aligns, theme, ["strong"]), tableRule(widths, theme)]);
		for (const row of rows) this.#sink(tableRow(row, widths, leaf.aligns, theme));
		leaf.widths = widths;
		leaf.rows = [];
	}
}

const prefixed =
	(prefix: Prefix, sink: Sink): Sink =>
	(lines) => {
		if (lines.length === 0) return;
		sink(
			lines.map((line, index) => {
				const lead = index === 0 && !prefix.used ? prefix.first : prefix.rest;
				return line === "" ? trimmedEnd(lead) : styled`${lead} ${line}`;
			}),
		);
		prefix.used = true;
	};

type Marker = {
	readonly ordered: boolean;
	readonly start: number;
	/** Where the item's content begins. */
	readonly indent: number;
	readonly text: string;
};

const listMarker = (line: string): Marker | null => {
	const match = /^( *)([-*+]|(\d{1,9})[.)])(?:( +)(.*)|())$/.exec(
		line.replace(/^\t+/, (tabs) => "    ".repeat(tabs.length)),
	);
	if (!match || match[1]!.length > 3) return null;
	const space = match[4] ?? " ";
	const taken = space.length > 4 ? 1 : space.length;
	return {
		ordered: match[3] !== undefined,
		start: Number(match[3] ?? 1),
		indent: match[1]!.length + match[2]!.length + taken,
		text: " ".repeat(space.length - taken) + (match[5] ?? ""),
	};
};

const isRule = (line: string): boolean => /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(line);

/** Whether a line ends a paragraph by beginning something else. */
const startsBlock = (line: string): boolean => {
	if (/^ {0,3}(?:`{3,}[^`]*$|~{3,}|#{1,6}(?:\s|$)|>)/.test(line) || isRule(line)) return true;
	const marker = listMarker(line);
	return marker !== null && marker.text.trim() !== "" && (!marker.ordered || marker.start === 1);
};

/** Columns of blanks at the beginning; tabs go to the next fourth. */
const indentOf = (line: string): number => {
	let columns = 0;
	for (const unit of line) {
		if (unit === " ") columns++;
		else if (unit === "\t") columns += 4 - (columns % 4);
		else break;
	}
	return columns;
};

const unindent = (line: string, columns: number): string => {
	let taken = 0;
	let at = 0;
	while (taken < columns && (line[at] === " " || line[at] === "\t")) {
		taken += line[at] === "\t" ? 4 - (taken % 4) : 1;
		at++;
	}
	return " ".repeat(Math.max(0, taken - columns)) + line.slice(at);
};
