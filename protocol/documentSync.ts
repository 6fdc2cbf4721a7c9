/**
 * LSP's document sync, as the server and the proxy for editors both follow it: positions in the negotiated encoding,
 * changes in the order they were made.
 */
import { headOf, tailOf, wholeCut } from "../ground/text/wholeCharacters.ts";

export type PositionEncoding = "utf-16" | "utf-8" | "utf-32";
export type Position = { readonly line: number; readonly character: number };
export type DocumentChange = {
	readonly range?: { readonly start: Position; readonly end: Position } | null | undefined;
	readonly text: string;
};

/** The first encoding a client offers that there is; LSP's own when it offers none. */
export const choosePositionEncoding = (offered: unknown): PositionEncoding => {
	const known = ["utf-16", "utf-8", "utf-32"] as const;
	const list: readonly unknown[] = Array.isArray(offered) ? offered : [];
	return (
		known.find((encoding) => encoding === list.find((each) => known.includes(each as never))) ?? "utf-16"
	);
};

/** A document beyond these is not kept: nobody's Python is so long, and every look at it would hold up the others. */
const maxChars = 2_000_000;
const maxLines = 200_000;
/** Looks at what stands before the cursor begin at every so many lines. */
const steadyLines = 64;
/** What the changes of one notification may cost, in characters written and lines moved. */
const maxWork = 50_000_000;

export class SyncedDocument {
	readonly uri: string;
	readonly languageId: string;
	readonly #encoding: PositionEncoding;
	/** Each with its line end; the last has none. */
	#lines: string[];
	#chars: number;
	#text: string | null;
	#revision = 0;

	private constructor({ uri, languageId, text }: OpenedDocument, encoding: PositionEncoding) {
		this.uri = uri;
		this.languageId = languageId;
		this.#encoding = encoding;
		this.#lines = linesOf(text);
		this.#chars = text.length;
		this.#text = text;
	}

	/** `null` for one that is too long to be kept. */
	static open(document: OpenedDocument, encoding: PositionEncoding): SyncedDocument | null {
		return isKept(document.text) ? new SyncedDocument(document, encoding) : null;
	}

	get text(): string {
		this.#text ??= this.#lines.join("");
		return this.#text;
	}

	/** How long it is. */
	get chars(): number {
		return this.#chars;
	}

	/** Each with its line end; the last has none. */
	get lines(): readonly string[] {
		return this.#lines;
	}

	/** Another one after every change. */
	get revision(): number {
		return this.#revision;
	}

	/**
	 * What stands before a position, from a line's start that is at most `maxChars` away, and the same one while a person
	 * types on. Of a line that is too long alone, its end.
	 */
	before(position: Position, maxChars: number): string {
		const { line, units } = this.#place(position);
		const own = (this.#lines[line] as string).slice(0, units);
		let from = line;
		for (let chars = own.length; from > 0; from--) {
			chars += (this.#lines[from - 1] as string).length;
			if (chars > maxChars) break;
		}
		if (from > 0) from = Math.min(line, Math.ceil(from / steadyLines) * steadyLines);
		return tailOf(this.#lines.slice(from, line).join("") + own, maxChars);
	}

	/** What stands after a position, at most `maxChars` of it. */
	after(position: Position, maxChars: number): string {
		const { line, units } = this.#place(position);
		let text = (this.#lines[line] as string).slice(units);
		for (let at = line + 1; at < this.#lines.length && text.length < maxChars; at++) text += this.#lines[at];
		return headOf(text, maxChars);
	}

	/** The text of a range. */
	between({ start, end }: { readonly start: Position; readonly end: Position }): string {
		const [from, to] = inOrder(this.#place(start), this.#place(end));
		const lines = this.#lines.slice(from.line, to.line + 1);
		lines[lines.length - 1] = (lines.at(-1) as string).slice(0, to.units);
		lines[0] = (lines[0] as string).slice(from.units);
		return lines.join("");
	}

	/** Where a position of the client's lies in the text. Past a line's end it is the end, past the last line too. */
	offsetAt(position: Position): number {
		const { line, units } = this.#place(position);
		let offset = units;
		for (let at = 0; at < line; at++) offset += (this.#lines[at] as string).length;
		return offset;
	}

	/** A place in the text as the client counts. */
	positionAt(offset: number): Position {
		let rest = Math.max(0, offset);
		let line = 0;
		while (line < this.#lines.length - 1 && rest >= (this.#lines[line] as string).length)
			rest -= (this.#lines[line++] as string).length;
		const before = withoutEnd(this.#lines[line] as string).slice(0, rest);
		return { line, character: sizeOf(before, this.#encoding) };
	}

	/** Each change is told in terms of what the ones before it left. False when the document is too long to be kept now. */
	change(changes: readonly DocumentChange[]): boolean {
		this.#revision++;
		this.#text = null;
		let work = 0;
		for (const { range, text } of changes) {
			if (range) work += this.#replace(range, text);
			else if (isKept(text)) {
				this.#lines = linesOf(text);
				this.#chars = text.length;
				work += text.length;
			} else return false;
			if (work > maxWork || this.#chars > maxChars || this.#lines.length > maxLines) return false;
		}
		return true;
	}

	/** Tells the work it was. */
	#replace(range: { readonly start: Position; readonly end: Position }, text: string): number {
		const [start, end] = inOrder(this.#place(range.start), this.#place(range.end));
		let from = start.line;
		let to = end.line;
		const lines = this.#lines;
		let changed = lines[from]!.slice(0, start.units) + text + lines[to]!.slice(end.units);
		// Two halves of a line end have met.
		if (changed.startsWith("\n") && lines[from - 1]?.endsWith("\r")) changed = lines[--from] + changed;
		if (changed.endsWith("\r") && lines[to + 1]?.startsWith("\n")) changed += lines[++to];
		const isLast = to === lines.length - 1;
		const made = linesOf(changed);
		if (!isLast) made.pop();
		for (let at = from; at <= to; at++) this.#chars -= (lines[at] as string).length;
		this.#chars += changed.length;
		const moves = made.length !== to - from + 1;
		if (moves) this.#lines = lines.slice(0, from).concat(made, lines.slice(to + 1));
		else for (const [at, line] of made.entries()) lines[from + at] = line;
		return changed.length + (moves ? lines.length : 0);
	}

	#place({ line, character }: Position): Place {
		const last = this.#lines.length - 1;
		if (line > last) return { line: last, units: (this.#lines[last] as string).length };
		const text = withoutEnd(this.#lines[line] as string);
		return { line, units: unitsOf(text, character, this.#encoding) };
	}
}

/** As `textDocument/didOpen` tells of it. */
export type OpenedDocument = { readonly uri: string; readonly languageId: string; readonly text: string };

/** A place in UTF-16 units. */
type Place = { readonly line: number; readonly units: number };

const inOrder = (a: Place, b: Place): [Place, Place] =>
	a.line < b.line || (a.line === b.line && a.units <= b.units) ? [a, b] : [b, a];

const isKept = (text: string): boolean => {
	if (text.length > maxChars) return false;
	let lines = 1;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit === lineFeed || unit === carriageReturn) lines++;
	}
	return lines <= maxLines;
};

/** Line feeds, carriage returns, and both together: LSP's line ends. */
const linesOf = (text: string): string[] => {
	const lines: string[] = [];
	let start = 0;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit !== lineFeed && unit !== carriageReturn) continue;
		if (unit === carriageReturn && text.charCodeAt(at + 1) === lineFeed) at++;
		lines.push(text.slice(start, at + 1));
		start = at + 1;
	}
	lines.push(text.slice(start));
	return lines;
};

const lineFeed = 10;
const carriageReturn = 13;

const withoutEnd = (line: string): string => {
	const end = line.endsWith("\n") ? line.length - 1 : line.length;
	return line.slice(0, line[end - 1] === "\r" ? end - 1 : end);
};

/** How many UTF-16 units stand before a client's character; none is split. */
const unitsOf = (line: string, character: number, encoding: PositionEncoding): number => {
	if (encoding === "utf-16") return wholeCut(line, Math.min(line.length, character));
	let units = 0;
	let counted = 0;
	for (const char of line) {
		counted += sizeOf(char, encoding);
		if (counted > character) break;
		units += char.length;
	}
	return units;
};

const sizeOf = (text: string, encoding: PositionEncoding): number => {
	if (encoding === "utf-16") return text.length;
	if (encoding === "utf-8") return utf8Length(text);
	let points = 0;
	for (const _ of text) points++;
	return points;
};

/** Half of a surrogate pair counts as the replacement character, which has three bytes. */
const utf8Length = (text: string): number => {
	let bytes = 0;
	for (const char of text) {
		const point = char.codePointAt(0) as number;
		bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	}
	return bytes;
};
