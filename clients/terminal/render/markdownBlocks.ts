/** Draws the blocks of a text, in their order, as lines: each as soon as it is told. */

import { shownText, withoutTabs } from "../../../ground/text/plainText.ts";
import {
	type PlainText,
	repeated,
	type ScreenText,
	styled,
	trimmedEnd,
	words,
} from "../../../ground/text/screenText.ts";
import type { Block, Row } from "../../common/markdown/blockParser.ts";
import type { References } from "../../common/markdown/references.ts";
import type { Align } from "../../common/markdown/tableRows.ts";
import { lineWidth, wrapLine } from "../screen/styledText.ts";
import { type LineHighlighter, lineHighlighter } from "./highlight.ts";
import { type InlineStyle, renderParagraph } from "./markdownInline.ts";
import { columnWidths, tableRow, tableRule } from "./markdownTable.ts";
import { paint, type Role, type Theme } from "./theme.ts";

type Sink = (lines: readonly ScreenText[]) => void;

/** What is open: a quote or an item. */
type Container = {
	readonly of: "quote" | "item";
	/** What stands, with a blank, before its first line, and before the others. */
	readonly first: ScreenText;
	readonly rest: ScreenText;
	isBegun: boolean;
	/** An item's text begins. */
	mayBeTask: boolean;
};

type Table = { readonly widths: readonly number[]; readonly aligns: readonly Align[] };

export class MarkdownBlocks {
	readonly #theme: Theme;
	readonly #sink: Sink;
	readonly #references: References;
	#width: number;
	#containers: Container[] = [];
	#gap = false;
	#code: { readonly lines: LineHighlighter; readonly marker: PlainText } | null = null;
	#table: Table | null = null;

	constructor(width: number, theme: Theme, references: References, sink: Sink) {
		this.#width = width;
		this.#theme = theme;
		this.#references = references;
		this.#sink = sink;
	}

	/** The same state, drawing into another sink. */
	copy(sink: Sink): MarkdownBlocks {
		const copy = new MarkdownBlocks(this.#width, this.#theme, this.#references.copy(), sink);
		copy.#containers = this.#containers.map((each) => ({ ...each }));
		copy.#gap = this.#gap;
		copy.#code = this.#code && { ...this.#code, lines: this.#code.lines.copy() };
		copy.#table = this.#table;
		return copy;
	}

	/** For what begins from now on. */
	setWidth(width: number): void {
		this.#width = width;
	}

	take(block: Block): void {
		const theme = this.#theme;
		switch (block.kind) {
			case "gap":
				this.#gap = true;
				return;
			case "paragraph":
				this.#out(renderParagraph(this.#withTask(block.text), this.#room, this.#style()));
				return;
			case "heading": {
				const marks = theme.colors ? "" : `${"#".repeat(block.level)} `;
				this.#out(renderParagraph(marks + block.text, this.#room, this.#style("heading")));
				return;
			}
			case "rule":
				this.#out([paint(theme, "rule", repeated(theme.colors ? words`─` : words`-`, this.#room))]);
				return;
			case "definition": {
				const { label, href, title } = block.definition;
				this.#references.add(block.definition);
				if (!this.#references.isUsed(label))
					this.#verbatim(`[${label}]: ${href}${title === "" ? "" : ` "${title}"`}`, "dim");
				return;
			}
			case "verbatim":
				if (block.role === "code") this.#out([paint(theme, "inlineCode", shownText(block.text))]);
				else this.#verbatim(block.text, null);
				return;
			case "codeStarted": {
				const [language = ""] = /^\{?\s*\.?([\w+#.-]*)/.exec(block.info)?.slice(1) ?? [];
				this.#code = { lines: lineHighlighter(language, theme), marker: shownText(block.marker) };
				this.#out([paint(theme, "fence", shownText(block.marker + block.info))]);
				return;
			}
			case "codeLine":
				this.#out([this.#code!.lines.line(block.text)]);
				return;
			case "codeEnded":
				if (block.isClosed) this.#out([paint(theme, "fence", this.#code!.marker)]);
				this.#code = null;
				return;
			case "tableStarted":
				this.#startTable(block.rows, block.aligns);
				return;
			case "tableRow":
				this.#row(block.cells);
				return;
			case "quoteStarted": {
				const bar = paint(theme, "quote", theme.colors ? words`│` : words`>`);
				this.#open({ of: "quote", first: bar, rest: bar });
				return;
			}
			case "itemStarted": {
				const bullet = this.#bullet(block.type, block.number);
				const first = paint(theme, "bullet", bullet);
				this.#open({ of: "item", first, rest: repeated(words` `, lineWidth(bullet)) });
				return;
			}
			case "ended":
				this.#end();
				return;
			default:
				block satisfies never;
		}
	}

	/** What is left beside the containers' marks. */
	get #room(): number {
		const taken = this.#containers.reduce((sum, { rest }) => sum + lineWidth(rest) + 1, 0);
		return Math.max(8, this.#width - taken);
	}

	#style(...roles: readonly Role[]): InlineStyle {
		const quotes = this.#containers.filter(({ of }) => of === "quote").map((): Role => "quote");
		return { theme: this.#theme, references: this.#references, roles: [...quotes, ...roles] };
	}

	#bullet(type: string, number: number | null): PlainText {
		if (number !== null) return words`${number}${type === ")" ? words`)` : words`.`}`;
		if (type.startsWith("[")) return shownText(type);
		return this.#theme.colors ? words`•` : words`-`;
	}

	/** A box at the beginning of an item is drawn as one. */
	#withTask(text: string): string {
		const item = this.#containers.at(-1);
		const box = item?.mayBeTask && /^\[([ xX])\]\s+/.exec(text);
		return box ? `${box[1] === " " ? "☐" : "☑"} ${text.slice(box[0].length)}` : text;
	}

	#verbatim(text: string, role: Role | null): void {
		const shown = withoutTabs(shownText(text));
		const rows = wrapLine(shown, this.#room);
		this.#out(role === null ? rows : rows.map((row) => paint(this.#theme, role, row)));
	}

	#startTable(rows: readonly Row[], aligns: readonly Align[]): void {
		const widths = columnWidths(rows, this.#room, this.#style());
		this.#table = { widths, aligns };
		const [head = [], ...others] = rows;
		this.#out([...tableRow(head, widths, aligns, this.#style("strong")), tableRule(widths, this.#theme)]);
		for (const row of others) this.#row(row);
	}

	#row(cells: Row): void {
		const { widths, aligns } = this.#table!;
		this.#out(tableRow(cells, widths, aligns, this.#style()));
	}

	#open(container: Pick<Container, "of" | "first" | "rest">): void {
		this.#flushGap();
		this.#containers.push({ ...container, isBegun: false, mayBeTask: container.of === "item" });
	}

	/** An item without content shows its bullet all the same. */
	#end(): void {
		this.#gap = false;
		const container = this.#containers.pop()!;
		if (container.of === "item" && !container.isBegun) this.#out([container.first]);
	}

	#flushGap(): void {
		if (!this.#gap) return;
		this.#gap = false;
		this.#out([words``]);
	}

	#out(lines: readonly ScreenText[]): void {
		if (lines.length === 0) return;
		this.#flushGap();
		const prefixed = this.#containers.reduceRight((inner, container) => prefixedBy(container, inner), lines);
		this.#sink(prefixed);
	}
}

const prefixedBy = (container: Container, lines: readonly ScreenText[]): ScreenText[] => {
	const result = lines.map((line, index) => {
		const lead = index === 0 && !container.isBegun ? container.first : container.rest;
		return line === "" ? trimmedEnd(lead) : styled`${lead} ${line}`;
	});
	container.isBegun = true;
	container.mayBeTask = false;
	return result;
};
