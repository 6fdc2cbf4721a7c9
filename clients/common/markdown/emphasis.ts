/** Which stars, underscores and tildes belong together: CommonMark's rules, with its bound on looking back. */
import type { Draft, Mark } from "./pieces.ts";

type Delimiter = {
	/** The piece that holds the run. */
	readonly piece: number;
	readonly char: string;
	readonly canOpen: boolean;
	readonly canClose: boolean;
	/** How many the run had, and how many are left. */
	readonly length: number;
	left: number;
};

export class Emphasis {
	readonly #pieces: readonly Draft[];
	#stack: Delimiter[] = [];

	/** The pieces that a run stands in lose what becomes a mark. */
	constructor(pieces: readonly Draft[]) {
		this.#pieces = pieces;
	}

	get count(): number {
		return this.#stack.length;
	}

	/** A run of `char` that fills a piece, between these two characters. */
	add(piece: number, char: string, before: string, after: string): void {
		const leftFlanking =
			!isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before));
		const rightFlanking =
			!isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
		const isWord = char === "_";
		const canOpen = leftFlanking && (!isWord || !rightFlanking || isPunctuation(before));
		const canClose = rightFlanking && (!isWord || !leftFlanking || isPunctuation(after));
		const { length } = this.#pieces[piece]!.text;
		if (canOpen || canClose) this.#stack.push({ piece, char, canOpen, canClose, length, left: length });
	}

	/** Matches the runs from the given one on, which are done with then. */
	match(from: number): void {
		const open: Delimiter[] = [];
		/** So few are left to look at for a closing run of its kind. */
		const floors = new Map<string, number>();
		for (const closer of this.#stack.splice(from)) {
			while (closer.canClose && closer.left > 0) {
				const kind = `${closer.char}${closer.canOpen}${closer.length % 3}`;
				const at = openerOf(closer, open, floors.get(kind) ?? 0);
				if (at < 0) {
					floors.set(kind, open.length);
					break;
				}
				this.#join(open[at]!, closer);
				open.length = open[at]!.left > 0 ? at + 1 : at;
				for (const [each, floor] of floors) if (floor > open.length) floors.set(each, open.length);
			}
			if (closer.canOpen && closer.left > 0) open.push(closer);
		}
	}

	#join(opener: Delimiter, closer: Delimiter): void {
		const count = Math.min(opener.left, closer.left) >= 2 ? 2 : 1;
		const mark: Mark = opener.char === "~" ? "strike" : count === 2 ? "strong" : "emphasis";
		for (const run of [opener, closer]) {
			run.left -= count;
			this.#pieces[run.piece]!.text = run.char.repeat(run.left);
		}
		this.#pieces[opener.piece]!.begins.push(mark);
		this.#pieces[closer.piece]!.ends.push(mark);
	}
}

/** The nearest run that the closing one may end. */
const openerOf = (closer: Delimiter, open: readonly Delimiter[], floor: number): number => {
	for (let at = open.length - 1; at >= floor; at--) {
		const opener = open[at]!;
		if (opener.char !== closer.char) continue;
		const isOdd =
			(opener.canClose || closer.canOpen) &&
			(opener.length + closer.length) % 3 === 0 &&
			(opener.length % 3 !== 0 || closer.length % 3 !== 0);
		if (!isOdd) return at;
	}
	return -1;
};

const isSpace = (char: string): boolean => /\s/.test(char);
const isPunctuation = (char: string): boolean => /[\p{P}\p{S}]/u.test(char);
