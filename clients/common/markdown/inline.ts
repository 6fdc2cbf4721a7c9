/**
 * Markdown inside of a paragraph, as a flat row of pieces, each with the marks that hold for it. Takes time in
 * proportion to the text. What looks like mathematics (`\(…\)`, `\[…\]`, `$$…$$`, `$…$`) is kept as it is written.
 */
import { commonEntities, unescapeHtml } from "../../../ground/text/htmlEntities.ts";
import { Emphasis } from "./emphasis.ts";
import type { Draft, Inline, Mark } from "./pieces.ts";
import type { References } from "./references.ts";

type Bracket = {
	readonly piece: number;
	readonly isImage: boolean;
	/** Where its text begins. */
	readonly from: number;
	/** Delimiters before it are not those of its text. */
	readonly delimiters: number;
};

export const parseInline = (source: string, references: References): Inline[] =>
	new InlineParser(source, references).parse();

class InlineParser {
	readonly #source: string;
	readonly #references: References;
	readonly #pieces: Draft[] = [];
	readonly #emphasis: Emphasis;
	#brackets: Bracket[] = [];
	/** Brackets below are no links: one stands in them. */
	#linkFloor = 0;
	#at = 0;
	/** Closings that do not come any more. */
	readonly #missing = new Set<string>();
	#ticks: Map<number, number[]> | null = null;

	constructor(source: string, references: References) {
		this.#source = source;
		this.#references = references;
		this.#emphasis = new Emphasis(this.#pieces);
	}

	parse(): Inline[] {
		const source = this.#source;
		while (this.#at < source.length) {
			special.lastIndex = this.#at;
			const next = special.exec(source)?.index ?? source.length;
			if (next > this.#at) this.#text(next);
			else this.#special(source[this.#at]!);
		}
		this.#emphasis.match(0);
		return withMarks(this.#pieces);
	}

	#push(kind: Draft["kind"], text: string, end: number): Draft {
		const piece: Draft = { kind, text, address: "", begins: [], ends: [] };
		this.#pieces.push(piece);
		this.#at = end;
		return piece;
	}

	#text(end: number): void {
		this.#push("text", this.#source.slice(this.#at, end), end);
	}

	#special(char: string): void {
		if (!this.#take(char)) this.#text(this.#at + 1);
	}

	/** False where the character means nothing special. */
	#take(char: string): boolean {
		switch (char) {
			case "\\":
				return this.#backslash();
			case "`":
				return this.#code();
			case "$":
				return this.#dollar();
			case "<":
				return this.#angle();
			case "&":
				return this.#entity();
			case "\n":
				return this.#lineEnd();
			case "!":
			case "[":
				return this.#openBracket(char);
			case "]":
				return this.#closeBracket();
			case "h":
			case "w":
				return this.#bareAddress();
			default:
				return this.#delimiters(char);
		}
	}

	/** The place of a closing behind `from`; -1 for none, which is found out once. */
	#find(closing: string, from: number): number {
		if (this.#missing.has(closing)) return -1;
		const at = this.#source.indexOf(closing, from);
		if (at < 0) this.#missing.add(closing);
		return at;
	}

	#verbatim(kind: "math" | "html", end: number): true {
		this.#push(kind, this.#source.slice(this.#at, end), end);
		return true;
	}

	#backslash(): boolean {
		const next = this.#source[this.#at + 1] ?? "";
		if (next === "(" || next === "[") {
			const end = this.#find(next === "(" ? "\\)" : "\\]", this.#at + 2);
			if (end >= 0) return this.#verbatim("math", end + 2);
		}
		if (next === "\n") this.#push("break", "", this.#at + 2);
		else if (/[!-/:-@[-`{-~]/.test(next)) this.#push("text", next, this.#at + 2);
		else return false;
		return true;
	}

	#code(): boolean {
		const source = this.#source;
		const length = runLength(source, this.#at, "`");
		this.#ticks ??= runsOfTicks(source);
		const runs = this.#ticks.get(length) ?? [];
		while (runs.length > 0 && runs.at(-1)! <= this.#at) runs.pop();
		const end = runs.at(-1);
		if (end === undefined) {
			this.#text(this.#at + length);
			return true;
		}
		const inner = source.slice(this.#at + length, end).replaceAll("\n", " ");
		const isPadded = inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== "";
		this.#push("code", isPadded ? inner.slice(1, -1) : inner, end + length);
		return true;
	}

	#dollar(): boolean {
		const source = this.#source;
		if (source[this.#at + 1] === "$") {
			const end = this.#find("$$", this.#at + 2);
			return end > this.#at + 2 && this.#verbatim("math", end + 2);
		}
		// As pandoc has it: no blank inside of the dollars, no digit behind them.
		inlineMath.lastIndex = this.#at;
		return inlineMath.test(source) && this.#verbatim("math", inlineMath.lastIndex);
	}

	#angle(): boolean {
		autolink.lastIndex = this.#at;
		const link = autolink.exec(this.#source);
		if (link) {
			this.#push("text", link[1]!, autolink.lastIndex);
			this.#wrapLast();
			return true;
		}
		tag.lastIndex = this.#at;
		const found = tag.exec(this.#source)?.[0];
		if (found === undefined) return false;
		if (/^<br\s*\/?>$/i.test(found)) this.#push("break", "", tag.lastIndex);
		else this.#verbatim("html", tag.lastIndex);
		return true;
	}

	/** The last piece is a link. */
	#wrapLast(): void {
		const piece = this.#pieces.pop()!;
		this.#pieces.push({ ...piece, kind: "text", text: "", begins: ["link"], ends: [] });
		this.#pieces.push({ ...piece, begins: [], ends: [] });
		this.#pieces.push({ ...piece, kind: "text", text: "", begins: [], ends: ["link"] });
	}

	#entity(): boolean {
		entity.lastIndex = this.#at;
		const found = entity.exec(this.#source)?.[0];
		if (found === undefined) return false;
		this.#push("text", unescapeHtml(found, commonEntities), entity.lastIndex);
		return true;
	}

	/** A soft one is a blank. */
	#lineEnd(): boolean {
		const last = this.#pieces.at(-1);
		const isHard = last?.kind === "text" && last.text.endsWith("  ");
		if (last?.kind === "text") last.text = last.text.trimEnd();
		const end = this.#at + 1 + /^ */.exec(this.#source.slice(this.#at + 1, this.#at + 1001))![0].length;
		this.#push(isHard ? "break" : "text", isHard ? "" : " ", end);
		return true;
	}

	#bareAddress(): boolean {
		const before = this.#source[this.#at - 1] ?? " ";
		bareAddress.lastIndex = this.#at;
		const [found] = (/[\p{L}\p{N}]/u.test(before) ? null : bareAddress.exec(this.#source)) ?? [];
		if (found === undefined) return false;
		const address = found.slice(0, addressLength(found));
		this.#push("text", address, this.#at + address.length);
		this.#wrapLast();
		return true;
	}

	#delimiters(char: string): boolean {
		const length = runLength(this.#source, this.#at, char);
		const end = this.#at + length;
		const before = charBefore(this.#source, this.#at);
		const after = charAt(this.#source, end);
		this.#push("text", char.repeat(length), end);
		if (char !== "~" || length === 2) this.#emphasis.add(this.#pieces.length - 1, char, before, after);
		return true;
	}

	#openBracket(char: string): boolean {
		const isImage = char === "!";
		if (isImage && this.#source[this.#at + 1] !== "[") return false;
		const from = this.#at + (isImage ? 2 : 1);
		this.#push("text", isImage ? "![" : "[", from);
		this.#brackets.push({
			piece: this.#pieces.length - 1,
			isImage,
			from,
			delimiters: this.#emphasis.count,
		});
		return true;
	}

	#closeBracket(): boolean {
		const bracket = this.#brackets.pop();
		if (bracket === undefined) return false;
		const isDead = !bracket.isImage && this.#brackets.length < this.#linkFloor;
		const target = isDead ? null : this.#target(bracket);
		this.#linkFloor = Math.min(this.#linkFloor, this.#brackets.length);
		if (target === null) return false;
		this.#emphasis.match(bracket.delimiters);
		if (bracket.isImage) this.#image(bracket, target);
		else this.#link(bracket, target);
		return true;
	}

	/** What stands behind the text of a link: its address, or where that is defined. */
	#target({ from }: Bracket): { href: string; end: number } | null {
		const behind = this.#at + 1;
		direct.lastIndex = behind;
		const inPlace = direct.exec(this.#source);
		if (inPlace) return { href: unescaped(inPlace[1] ?? inPlace[2] ?? ""), end: direct.lastIndex };
		const text = this.#source.slice(from, Math.min(this.#at, from + 201));
		label.lastIndex = behind;
		const named = label.exec(this.#source);
		const href = this.#references.use(named?.[1]?.trim() || text);
		return href === null ? null : { href, end: named ? label.lastIndex : behind };
	}

	#link({ piece }: Bracket, { href, end }: { href: string; end: number }): void {
		const opening = this.#pieces[piece]!;
		const shown = this.#pieces
			.slice(piece + 1)
			.map(({ text }) => text)
			.join("");
		opening.text = "";
		opening.begins.push("link");
		this.#push("text", "", end).ends.push("link");
		const isSame = shown === href || href === `mailto:${shown}` || href === `http://${shown}`;
		if (!isSame && href !== "") this.#push("address", href, end);
		this.#linkFloor = this.#brackets.length;
	}

	#image({ piece }: Bracket, { href, end }: { href: string; end: number }): void {
		const alt = this.#pieces.splice(piece).slice(1);
		const text = alt.map((each) => each.text).join("");
		this.#push("image", text === "" ? href : text, end).address = href;
	}
}

const special = /[\\`$<&\n![\]*_~]|(?<![\p{L}\p{N}])(?:h(?=ttps?:\/\/)|w(?=ww\.))/gu;
const inlineMath = /\$(?=[^\s$`])[^$`]{0,300}(?<=[^\s\\])\$(?!\d)/y;
const autolink = /<([a-z][a-z\d+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)*)>/iy;
const tag = /<(?:\/?[a-z][^<>]*|!--[^<>]*--|![a-z][^<>]*|\?[^<>]*)>/iy;
const entity = /&(?:#x[\da-f]{1,6}|#\d{1,7}|[a-z]{1,8});/iy;
const bareAddress = /(?:https?:\/\/|www\.)[^\s<`]+/y;
const direct =
	/\([ \t\n]{0,9}(?:<([^<>\n]*)>|((?:\\\S|\((?:\\\S|[^\s()\\])*\)|[^\s()\\])*))(?:[ \t\n]{1,9}(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t\n]{0,9}\)/y;
const label = /\[([^[\]]{0,200})\]/y;

const unescaped = (text: string): string =>
	unescapeHtml(text.replace(/\\([!-/:-@[-`{-~])/g, "$1"), commonEntities);

const runLength = (text: string, from: number, char: string): number => {
	let at = from;
	while (text[at] === char) at++;
	return at - from;
};

/** Where runs of backticks begin, by their length, the last first. */
const runsOfTicks = (text: string): Map<number, number[]> => {
	const runs = new Map<number, number[]>();
	for (const { 0: run, index } of [...text.matchAll(/`+/g)].reverse()) {
		const places = runs.get(run.length);
		if (places) places.push(index);
		else runs.set(run.length, [index]);
	}
	return runs;
};

/** How much of what looks like an address is one: the end of a sentence, and a bracket around it, are not. */
const addressLength = (text: string): number => {
	let length = text.length;
	let open = text.split("(").length - text.split(")").length;
	for (;;) {
		const last = text[length - 1]!;
		if (/[?!.,:*_~'"\]]/.test(last)) length--;
		else if (last === ")" && open < 0) {
			open++;
			length--;
		} else return length;
	}
};

const charAt = (text: string, at: number): string =>
	at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : " ";

const charBefore = (text: string, at: number): string => {
	const [char = " "] =
		/[\ud800-\udbff][\udc00-\udfff]$|[\s\S]$/.exec(text.slice(Math.max(0, at - 2), at)) ?? [];
	return char;
};

/** Pieces with text, by the marks that are open at each. */
const withMarks = (drafts: readonly Draft[]): Inline[] => {
	const result: Inline[] = [];
	let marks: readonly Mark[] = [];
	for (const { kind, text, address, begins, ends } of drafts) {
		for (const mark of ends) {
			const at = marks.lastIndexOf(mark);
			marks = marks.filter((_, index) => index !== at);
		}
		const last = result.at(-1);
		if (kind === "image") result.push({ kind, text, address, marks });
		else if (kind === "break") result.push({ kind, marks: [] });
		else if (kind === "text" && last?.kind === "text" && last.marks === marks)
			result[result.length - 1] = { kind, text: last.text + text, marks };
		else if (text !== "") result.push({ kind, text, marks });
		if (begins.length > 0) marks = [...marks, ...begins];
	}
	return result;
};
