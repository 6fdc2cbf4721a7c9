/**
 * Markdown's blocks, line by line: what a line finishes is told at once and never looked at again. Code is told per
 * line, lists per item, quotes per paragraph, long tables per row; only paragraphs and the beginning of a table are
 * held back. So neither time nor memory grow with the length of a text.
 */
import {
	closesFence,
	endsVerbatim,
	type Fence,
	fenceOf,
	footnoteMarker,
	headingOf,
	indentOf,
	interruptsLazily,
	interruptsParagraph,
	isBlank,
	isRule,
	type ListMarker,
	listMarker,
	unindent,
	type Verbatim,
	verbatimStart,
} from "./lineMarks.ts";
import { type Definition, definitionOf } from "./references.ts";
import { type Align, delimiterRow, splitRow } from "./tableRows.ts";

/** What a text is made of, in its order; what stands between a container's start and its end is in it. */
export type Block =
	/** The next block stands apart from the one before. */
	| { readonly kind: "gap" }
	| { readonly kind: "paragraph"; readonly text: string }
	| { readonly kind: "heading"; readonly text: string; readonly level: number }
	| { readonly kind: "rule" }
	| { readonly kind: "definition"; readonly definition: Definition }
	/** A line that is shown as it is written. */
	| { readonly kind: "verbatim"; readonly role: "html" | "math" | "code"; readonly text: string }
	| { readonly kind: "codeStarted"; readonly marker: string; readonly info: string }
	| { readonly kind: "codeLine"; readonly text: string }
	/** Without a closing fence when the text ended first. */
	| { readonly kind: "codeEnded"; readonly isClosed: boolean }
	| { readonly kind: "tableStarted"; readonly rows: readonly Row[]; readonly aligns: readonly Align[] }
	| { readonly kind: "tableRow"; readonly cells: Row }
	| { readonly kind: "quoteStarted" }
	| { readonly kind: "itemStarted"; readonly type: string; readonly number: number | null }
	| { readonly kind: "ended"; readonly of: "quote" | "item" };

export type Row = readonly string[];

type Emit = (block: Block) => void;

type Leaf =
	| { readonly kind: "none" }
	| { readonly kind: "paragraph"; readonly lines: string[]; chars: number; readonly continues: boolean }
	| { readonly kind: "fence"; readonly fence: Fence }
	| { readonly kind: "indented"; blanks: number }
	| { readonly kind: "verbatim"; readonly verbatim: Verbatim }
	/** `isTold` once its first rows are: then each further one is told as it comes. */
	| { readonly kind: "table"; readonly aligns: readonly Align[]; readonly rows: Row[]; isTold: boolean }
	| { readonly kind: "quote"; readonly child: BlockParser }
	| List;

type List = {
	readonly kind: "list";
	child: BlockParser;
	marker: ListMarker;
	/** The number of its item. */
	number: number | null;
	blanks: number;
};

/** Rows of a table that are told together, so that they decide its widths. */
const firstRows = 40;
/** A paragraph longer than this is told in parts. */
const maxParagraphChars = 8_000;
const maxDepth = 8;

export class BlockParser {
	readonly #emit: Emit;
	readonly #depth: number;
	#leaf: Leaf = { kind: "none" };
	#before: "block" | "definition" | null = null;
	#blank = false;

	constructor(emit: Emit, depth = 0) {
		this.#emit = emit;
		this.#depth = depth;
	}

	/** The same state, telling somebody else. */
	copy(emit: Emit): BlockParser {
		const copy = new BlockParser(emit, this.#depth);
		copy.#leaf = copyLeaf(this.#leaf, emit);
		copy.#before = this.#before;
		copy.#blank = this.#blank;
		return copy;
	}

	/** In code a line is taken as it is, however long. */
	get inCode(): boolean {
		const leaf = this.#leaf;
		return leaf.kind === "quote" || leaf.kind === "list" ? leaf.child.inCode : leaf.kind === "fence";
	}

	/** Takes one whole line, without its newline. */
	line(text: string): void {
		if (this.#continue(text)) return;
		if (isBlank(text)) {
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

	/** Whether a line without a marker may go on here: a paragraph is open at the end. */
	get #lazy(): boolean {
		const leaf = this.#leaf;
		if (leaf.kind === "quote") return leaf.child.#lazy;
		if (leaf.kind === "list") return leaf.blanks === 0 && leaf.child.#lazy;
		return leaf.kind === "paragraph";
	}

	/** Gives the line to what is open; false when that has ended or nothing is. */
	#continue(text: string): boolean {
		const leaf = this.#leaf;
		switch (leaf.kind) {
			case "fence":
				if (closesFence(text, leaf.fence)) {
					this.#leaf = { kind: "none" };
					this.#emit({ kind: "codeEnded", isClosed: true });
				} else this.#emit({ kind: "codeLine", text: unindent(text, leaf.fence.indent) });
				return true;
			case "indented":
				if (isBlank(text)) {
					leaf.blanks++;
					return true;
				}
				if (indentOf(text) < 4) {
					this.#blank = leaf.blanks > 0;
					return false;
				}
				for (; leaf.blanks > 0; leaf.blanks--) this.#emit({ kind: "verbatim", role: "code", text: "" });
				this.#emit({ kind: "verbatim", role: "code", text });
				return true;
			case "verbatim":
				if (isBlank(text)) return false;
				this.#emit({ kind: "verbatim", role: leaf.verbatim.role, text });
				if (endsVerbatim(leaf.verbatim, text, false)) this.#leaf = { kind: "none" };
				return true;
			case "quote": {
				const inside = /^ {0,3}> ?/.exec(text);
				if (inside) leaf.child.line(text.slice(inside[0].length));
				else if (isBlank(text) || !leaf.child.#lazy || interruptsLazily(text)) return false;
				else leaf.child.line(text.trimStart());
				return true;
			}
			case "list":
				return this.#continueList(leaf, text);
			case "table":
				if (isBlank(text) || interruptsParagraph(text) || !text.includes("|")) return false;
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

	#continueList(list: List, text: string): boolean {
		const isInside = indentOf(text) >= list.marker.indent;
		if (list.child.inCode && (isBlank(text) || isInside)) {
			list.child.line(unindent(text, list.marker.indent));
			return true;
		}
		if (isBlank(text)) {
			list.blanks++;
			return true;
		}
		if (isInside) {
			if (list.blanks > 0) list.child.line("");
			list.blanks = 0;
			list.child.line(unindent(text, list.marker.indent));
			return true;
		}
		const marker = isRule(text) ? null : (footnoteMarker(text) ?? listMarker(text));
		if (marker && isSibling(marker, list.marker)) {
			this.#endItem(list);
			if (list.blanks > 0) this.#emit({ kind: "gap" });
			list.blanks = 0;
			list.marker = marker;
			list.number = list.number === null ? null : list.number + 1;
			list.child = this.#startItem(marker, list.number);
			return true;
		}
		if (list.blanks > 0 || !list.child.#lazy || interruptsLazily(text)) {
			this.#blank = list.blanks > 0;
			return false;
		}
		list.child.line(text.trimStart());
		return true;
	}

	#continueParagraph(leaf: Leaf & { kind: "paragraph" }, text: string): boolean {
		if (isBlank(text)) return false;
		const underline = /^ {0,3}(=+|-+)[ \t]*$/.exec(text);
		if (underline && !leaf.continues) {
			this.#leaf = { kind: "none" };
			const heading = leaf.lines.map((line) => line.trim()).join(" ");
			this.#emit({ kind: "heading", text: heading, level: underline[1]![0] === "=" ? 1 : 2 });
			return true;
		}
		const head = leaf.lines.at(-1) ?? "";
		const aligns = head.includes("|") ? delimiterRow(text) : null;
		if (aligns && splitRow(head).length === aligns.length) {
			if (leaf.lines.length > 1) {
				this.#paragraph(leaf.lines.slice(0, -1));
				this.#emit({ kind: "gap" });
			}
			this.#leaf = { kind: "table", aligns, rows: [splitRow(head)], isTold: false };
			return true;
		}
		if (interruptsParagraph(text) && !/^ {4}/.test(text)) return false;
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
		this.#close();
		const fence = fenceOf(text);
		const heading = headingOf(text);
		const quote = this.#depth < maxDepth ? /^ {0,3}> ?/.exec(text) : null;
		const verbatim = verbatimStart(text, false);
		const definition = definitionOf(text);
		// Definitions stand together as they are written.
		const isApart = this.#blank || (this.#depth === 0 && !(definition && this.#before === "definition"));
		if (this.#before !== null && isApart) this.#emit({ kind: "gap" });
		this.#before = definition ? "definition" : "block";
		const marker = this.#depth < maxDepth ? (footnoteMarker(text) ?? listMarker(text)) : null;
		if (fence) {
			this.#leaf = { kind: "fence", fence };
			this.#emit({ kind: "codeStarted", marker: fence.marker, info: fence.info });
		} else if (heading) this.#emit({ kind: "heading", ...heading });
		else if (isRule(text)) this.#emit({ kind: "rule" });
		else if (quote) {
			this.#emit({ kind: "quoteStarted" });
			const child = new BlockParser(this.#emit, this.#depth + 1);
			this.#leaf = { kind: "quote", child };
			child.line(text.slice(quote[0].length));
		} else if (marker) {
			const child = this.#startItem(marker, marker.number);
			this.#leaf = { kind: "list", child, marker, number: marker.number, blanks: 0 };
		} else if (verbatim) {
			this.#emit({ kind: "verbatim", role: verbatim.role, text });
			if (!endsVerbatim(verbatim, text, true)) this.#leaf = { kind: "verbatim", verbatim };
		} else if (definition) this.#emit({ kind: "definition", definition });
		else if (indentOf(text) >= 4) {
			this.#leaf = { kind: "indented", blanks: 0 };
			this.#continue(text);
		} else
			this.#leaf = { kind: "paragraph", lines: [text.trimStart()], chars: text.length, continues: false };
	}

	#startItem({ type, text }: ListMarker, number: number | null): BlockParser {
		this.#emit({ kind: "itemStarted", type, number });
		const child = new BlockParser(this.#emit, this.#depth + 1);
		if (!isBlank(text)) child.line(text);
		return child;
	}

	#endItem({ child }: List): void {
		child.end();
		this.#emit({ kind: "ended", of: "item" });
	}

	/** Ends what is open and tells what it held. */
	#close(): void {
		const leaf = this.#leaf;
		this.#leaf = { kind: "none" };
		switch (leaf.kind) {
			case "paragraph":
				if (leaf.lines.length > 0) this.#paragraph(leaf.lines);
				break;
			case "table":
				if (!leaf.isTold) this.#tellTable(leaf);
				break;
			case "fence":
				this.#emit({ kind: "codeEnded", isClosed: false });
				break;
			case "quote":
				leaf.child.end();
				this.#emit({ kind: "ended", of: "quote" });
				break;
			case "list":
				this.#endItem(leaf);
				break;
			case "none":
			case "indented":
			case "verbatim":
				break;
			default:
				leaf satisfies never;
		}
	}

	#paragraph(lines: readonly string[]): void {
		this.#emit({ kind: "paragraph", text: lines.join("\n") });
	}

	#addRow(table: Leaf & { kind: "table" }, row: Row): void {
		if (table.isTold) this.#emit({ kind: "tableRow", cells: row });
		else if (table.rows.push(row) > firstRows) this.#tellTable(table);
	}

	#tellTable(table: Leaf & { kind: "table" }): void {
		this.#emit({ kind: "tableStarted", rows: table.rows.splice(0), aligns: table.aligns });
		table.isTold = true;
	}
}

const isSibling = (marker: ListMarker, before: ListMarker): boolean =>
	marker.type === before.type || (marker.type.startsWith("[") && before.type.startsWith("["));

const copyLeaf = (leaf: Leaf, emit: Emit): Leaf => {
	switch (leaf.kind) {
		case "paragraph":
			return { ...leaf, lines: [...leaf.lines] };
		case "table":
			return { ...leaf, rows: [...leaf.rows] };
		case "quote":
		case "list":
			return { ...leaf, child: leaf.child.copy(emit) };
		default:
			return { ...leaf };
	}
};
