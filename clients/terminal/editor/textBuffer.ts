/**
 * Text with a cursor, undo and a kill ring. Typing makes one undo step per word; every other edit is a step of its
 * own.
 */
import { lineEnd, lineStart } from "./words.ts";

type Snapshot = { readonly text: string; readonly cursor: number };

export class TextBuffer {
	#text = "";
	#cursor = 0;
	#undo: Snapshot[] = [];
	#redo: Snapshot[] = [];
	#kills: string[] = [];
	#last: "type" | "killForward" | "killBackward" | "yank" | "other" = "other";
	#yanked = { start: 0, index: 0 };
	/** The column that Up and Down try to keep. */
	#goal: number | null = null;

	get text(): string {
		return this.#text;
	}

	get cursor(): number {
		return this.#cursor;
	}

	moveTo(cursor: number): void {
		this.#cursor = Math.max(0, Math.min(cursor, this.#text.length));
		this.#goal = null;
		this.#last = "other";
	}

	/** One line up or down in the same column; false when there is none. */
	moveLine(step: -1 | 1): boolean {
		const start = lineStart(this.#text, this.#cursor);
		const goal = this.#goal ?? this.#cursor - start;
		if (step < 0 && start === 0) return false;
		const end = lineEnd(this.#text, this.#cursor);
		if (step > 0 && end === this.#text.length) return false;
		const target = step < 0 ? lineStart(this.#text, start - 1) : end + 1;
		this.moveTo(Math.min(target + goal, lineEnd(this.#text, target)));
		this.#goal = goal;
		return true;
	}

	/** Replaces a range and puts the cursor behind what was put there, or at `cursor`. */
	replace(start: number, end: number, text: string, cursor = start + text.length): void {
		if (start !== end || text !== "") this.#remember();
		this.#splice(start, end, text, cursor);
		this.#last = "other";
	}

	/** Types at the cursor. */
	type(text: string): void {
		if (this.#last !== "type" || /\s/.test(text)) this.#remember();
		this.#splice(this.#cursor, this.#cursor, text, this.#cursor + text.length);
		this.#last = "type";
	}

	/** Removes a range into the kill ring; kills in a row in one direction become one. */
	kill(start: number, end: number): void {
		if (start === end) return;
		const direction = start === this.#cursor && end > start ? "killForward" : "killBackward";
		const killed = this.#text.slice(start, end);
		const follows = this.#last === direction;
		if (follows) {
			const before = this.#kills.pop()!;
			this.#kills.push(direction === "killForward" ? before + killed : killed + before);
		} else this.#kills.push(killed);
		if (this.#kills.length > 60) this.#kills.shift();
		this.#remember();
		this.#splice(start, end, "", start);
		this.#last = direction;
	}

	yank(): void {
		const text = this.#kills.at(-1);
		if (text === undefined) return;
		const start = this.#cursor;
		this.replace(start, start, text);
		this.#yanked = { start, index: this.#kills.length - 1 };
		this.#last = "yank";
	}

	/** After a yank: the kill before it instead. */
	yankPop(): void {
		if (this.#last !== "yank") return;
		const { start, index } = this.#yanked;
		const next = (index - 1 + this.#kills.length) % this.#kills.length;
		this.replace(start, start + this.#kills[index]!.length, this.#kills[next]!);
		this.#yanked = { start, index: next };
		this.#last = "yank";
	}

	undo(): void {
		this.#travel(this.#undo, this.#redo);
	}

	redo(): void {
		this.#travel(this.#redo, this.#undo);
	}

	/** A fresh start: nothing to undo. */
	reset(text = "", cursor = text.length): void {
		this.#undo = [];
		this.#redo = [];
		this.#splice(0, this.#text.length, text, cursor);
		this.#last = "other";
	}

	#travel(from: Snapshot[], to: Snapshot[]): void {
		const target = from.pop();
		if (!target) return;
		to.push({ text: this.#text, cursor: this.#cursor });
		this.#text = target.text;
		this.moveTo(target.cursor);
	}

	#remember(): void {
		this.#undo.push({ text: this.#text, cursor: this.#cursor });
		if (this.#undo.length > 500) this.#undo.shift();
		this.#redo = [];
	}

	#splice(start: number, end: number, text: string, cursor: number): void {
		this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
		this.#cursor = cursor;
		this.#goal = null;
	}
}
