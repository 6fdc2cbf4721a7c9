/** Edits one after the other on the lines of a file: all of them, or an error and none. */
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { Action, Address, Edit, Range } from "./command.ts";
import { EditError } from "./editError.ts";
import { lineHash, namesLine } from "./lineHash.ts";
import { matching, substituteIn } from "./pattern.ts";
import type { Line, TextFile } from "./textFile.ts";

export type Edited = {
	readonly lines: readonly Line[];
	/** Lines that were asked for with `p`, as views show them. */
	readonly printed: readonly string[];
};

/** Throws `EditError`, which names the edit. */
export const applyEdits = (file: TextFile, edits: readonly Edit[], spacesPerLevel: number): Edited => {
	const buffer = new Buffered(file, spacesPerLevel);
	for (const [at, edit] of edits.entries()) {
		try {
			buffer.apply(edit);
		} catch (error) {
			if (!(error instanceof EditError)) throw error;
			const name = edits.length === 1 ? "" : `edit ${at + 1} of ${edits.length}, `;
			throw new EditError(`${name}${shortened(edit.source)}: ${error.message}`, { cause: error });
		}
	}
	return { lines: buffer.finished, printed: buffer.printed };
};

/** From and to, both within the lines and counted from 0. */
type Span = { readonly from: number; readonly to: number };

class Buffered {
	readonly printed: string[] = [];
	readonly #file: TextFile;
	readonly #width: number;
	#lines: Line[];

	constructor(file: TextFile, width: number) {
		this.#file = file;
		this.#width = width;
		this.#lines = [...file.lines];
	}

	/** A file that ended with a line end, or is new, ends with one. */
	get finished(): readonly Line[] {
		const { lines, end } = this.#file;
		const isOpen = lines.at(-1)?.end === "";
		return this.#lines.map((line, at) => {
			const isLast = at === this.#lines.length - 1;
			const wanted = isLast && isOpen ? "" : line.end === "" ? end : line.end;
			return wanted === line.end ? line : { ...line, end: wanted };
		});
	}

	apply({ range, action }: Edit): void {
		if (action.kind === "append" || action.kind === "insert") {
			const at = this.#place(range, action.kind);
			this.#lines.splice(at, 0, ...this.#made(action.text));
			return;
		}
		this.#act(this.#span(range, action.kind === "print"), action);
	}

	#act(span: Span, action: Action): void {
		const { from, to } = span;
		const count = to - from + 1;
		const chosen = this.#lines.slice(from, to + 1);
		switch (action.kind) {
			case "append":
				this.#lines.splice(to + 1, 0, ...this.#made(action.text));
				return;
			case "insert":
				this.#lines.splice(from, 0, ...this.#made(action.text));
				return;
			case "delete":
				this.#lines.splice(from, count);
				return;
			case "change":
				this.#lines.splice(from, count, ...this.#made(action.text));
				return;
			case "print":
				for (const [at, { text }] of chosen.entries()) this.printed.push(shownLine(from + at + 1, text));
				return;
			case "sort":
				this.#lines.splice(
					from,
					count,
					...chosen.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)),
				);
				return;
			case "join":
				this.#join(span);
				return;
			case "substitute":
				this.#substitute(from, chosen, action);
				return;
			case "transliterate": {
				const to = new Map([...action.from].map((char, at) => [char, [...action.to][at]!]));
				this.#replace(from, chosen, (text) => [...text].map((char) => to.get(char) ?? char).join(""));
				return;
			}
			case "shift":
				this.#replace(from, chosen, (text) => this.#shifted(text, action.levels));
				return;
			case "move":
			case "copy":
				this.#carry(span, chosen, action);
				return;
			case "global":
				this.#global(span, action);
				return;
			default:
				action satisfies never;
		}
	}

	/** The text's lines, new ones of the file. */
	#made(text: string): Line[] {
		if (text === "") return [];
		return text.split(/\r?\n/).map((each) => ({ text: each, end: this.#file.end, origin: null }));
	}

	#replace(from: number, chosen: readonly Line[], change: (text: string) => string): void {
		for (const [at, line] of chosen.entries()) {
			const text = change(line.text);
			if (text !== line.text) this.#lines[from + at] = { ...line, text };
		}
	}

	#substitute(from: number, chosen: readonly Line[], action: Extract<Action, { kind: "substitute" }>): void {
		const { pattern, replacement, flags } = action;
		const changed = substituteIn(
			chosen.map(({ text }) => text),
			pattern,
			replacement,
			flags,
		);
		if (changed.every((text) => text === null))
			throw new EditError(`nothing there matches ${JSON.stringify(pattern)}.`);
		const lines = chosen.flatMap((line, at): Line[] => {
			const text = changed[at];
			if (text === null || text === undefined || text === line.text) return [line];
			const [first = "", ...others] = text.split("\n");
			return [
				{ ...line, text: first },
				...others.map((each) => ({ text: each, end: line.end, origin: null })),
			];
		});
		this.#lines.splice(from, chosen.length, ...lines);
	}

	/** Like an editor's: one space between, the white space at the seams taken out. A line alone takes the next one. */
	#join({ from, to }: Span): void {
		const last = Math.min(from === to ? to + 1 : to, this.#lines.length - 1);
		const parts = this.#lines.slice(from, last + 1);
		const [first, ...others] = parts.map(({ text }) => text);
		const text = others.reduce((joined, each) => {
			const next = each.trim();
			return next === "" ? joined : `${joined.trimEnd()}${joined.trim() === "" ? "" : " "}${next}`;
		}, first ?? "");
		this.#lines.splice(from, parts.length, { ...parts[0]!, text, end: parts.at(-1)!.end });
	}

	#shifted(text: string, levels: number): string {
		if (text.trim() === "") return text;
		if (levels > 0) return " ".repeat(levels * this.#width) + text;
		let left = -levels * this.#width;
		let at = 0;
		while (left > 0 && (text[at] === " " || text[at] === "\t")) {
			left -= text[at] === "\t" ? this.#width : 1;
			at++;
		}
		return text.slice(at);
	}

	#carry({ from, to }: Span, chosen: readonly Line[], action: Extract<Action, { to: Address }>): void {
		const target = action.to.kind === "start" ? -1 : this.#at(action.to, false);
		if (action.kind === "copy") {
			this.#lines.splice(target + 1, 0, ...chosen.map((line) => ({ ...line, origin: null })));
			return;
		}
		if (target >= from && target <= to) throw new EditError("lines cannot be moved into themselves.");
		this.#lines.splice(from, chosen.length);
		this.#lines.splice(target > to ? target + 1 - chosen.length : target + 1, 0, ...chosen);
	}

	#global({ from, to }: Span, { pattern, inverted, action }: Extract<Action, { kind: "global" }>): void {
		const lines = this.#lines.slice(from, to + 1);
		const found = matching(
			lines.map(({ text }) => text),
			pattern,
		);
		const marked = lines.filter((_, at) => found[at] !== inverted);
		if (marked.length === 0)
			throw new EditError(`no line ${inverted ? "lacks" : "matches"} ${JSON.stringify(pattern)}.`);
		if (action.kind === "delete") {
			const gone = new Set(marked);
			this.#lines = this.#lines.filter((line) => !gone.has(line));
			return;
		}
		if (action.kind === "substitute") {
			this.#substituteMarked(new Set(marked), action);
			return;
		}
		for (const line of marked) {
			const at = this.#lines.indexOf(line);
			// An edit before may have taken it away.
			if (at >= 0) this.#act({ from: at, to: at }, action);
		}
	}

	#substituteMarked(marked: ReadonlySet<Line>, action: Extract<Action, { kind: "substitute" }>): void {
		// From the last on, so that the places of those before stay.
		let isChanged = false;
		for (let at = this.#lines.length - 1; at >= 0; at--) {
			const line = this.#lines[at]!;
			if (!marked.has(line)) continue;
			try {
				this.#substitute(at, [line], action);
				isChanged = true;
			} catch (error) {
				if (!(error instanceof EditError) || !error.message.startsWith("nothing there matches")) throw error;
			}
		}
		if (!isChanged) throw new EditError(`nothing there matches ${JSON.stringify(action.pattern)}.`);
	}

	/** Where new lines go, counted from 0. */
	#place(range: Range, kind: "append" | "insert"): number {
		if (range.kind === "all") return kind === "append" ? this.#lines.length : 0;
		const address = kind === "append" ? range.to : range.from;
		if (address.kind === "start") return 0;
		if (address.kind === "last" && this.#lines.length === 0) return 0;
		// Both ends of a range are held to their hashes.
		const { from, to } = this.#span(range, false);
		return kind === "append" ? to + 1 : from;
	}

	#span(range: Range, mayLackHash: boolean): Span {
		if (this.#lines.length === 0) throw new EditError("the file has no lines: 0|0000|a adds the first.");
		if (range.kind === "all") return { from: 0, to: this.#lines.length - 1 };
		if (range.from === range.to) {
			const at = this.#at(range.from, mayLackHash, true);
			return { from: at, to: at };
		}
		const [from, to] = [this.#at(range.from, mayLackHash), this.#at(range.to, mayLackHash)];
		if (to < from) throw new EditError(`line ${to + 1} comes before line ${from + 1}.`);
		return { from, to };
	}

	/**
	 * The line's place now. Its number counts as it is now, else as it was when the edits began; of a range, or of a place
	 * to go to, an edit before may not have changed it.
	 */
	#at(address: Address, mayLackHash: boolean, mayHaveChanged = false): number {
		if (address.kind === "start") throw new EditError("before the first line only a and i have a place.");
		if (address.kind === "last") return this.#lines.length - 1;
		const { number, hash } = address;
		const now = this.#lines[number - 1];
		if (hash === null) {
			if (!mayLackHash) throw new EditError(`line ${number} needs its hash: ${number}|….|`);
			if (now === undefined)
				throw new EditError(`there is no line ${number}: the file has ${this.#lines.length}.`);
			return number - 1;
		}
		if (now !== undefined && namesLine(hash, now.text)) return number - 1;
		const before = this.#file.lines[number - 1];
		if (before !== undefined && namesLine(hash, before.text)) {
			const moved = this.#lines.findIndex(
				({ origin, text }) => origin === number - 1 && (mayHaveChanged || text === before.text),
			);
			if (moved >= 0) return moved;
		}
		throw new EditError(this.#stale(number, hash, now));
	}

	/** What is there instead, and where the line went. */
	#stale(number: number, hash: string, now: Line | undefined): string {
		const there =
			now === undefined
				? `there is no line ${number} any more: the file has ${this.#lines.length}`
				: `line ${number} is not the one that was seen: it is ${shownLine(number, now.text)}`;
		const moved = this.#lines.flatMap(({ text }, at) =>
			namesLine(hash, text) ? [shownLine(at + 1, text)] : [],
		);
		const gone =
			moved.length === 0
				? "No line has that hash now"
				: moved.length > 3
					? `${moved.length} lines have that hash now`
					: `It may have moved: ${moved.join(" or ")}`;
		return `${there}. ${gone}. Nothing was changed: look again with lnhashview_file.`;
	}
}

const maxShown = 400;

/** A line as views show it. */
export const shownLine = (number: number, text: string): string =>
	`${number}|${lineHash(text)}|  ${text.length > maxShown ? `${headOf(text, maxShown)}… (${text.length} characters)` : text}`;

const shortened = (source: string): string => {
	const [first = "", ...others] = source.split("\n");
	return first.length > 60 || others.length > 0 ? `${headOf(first, 60)}…` : first;
};
