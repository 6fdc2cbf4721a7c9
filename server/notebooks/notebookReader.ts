import { NotebookError } from "./nbformat.ts";

/** What a notebook holds beside its cells. */
export type NotebookHead = Readonly<Record<string, unknown>>;

/**
 * Takes a notebook's text piece by piece and gives each cell as soon as it is whole, so that reading a file of any
 * size never holds up the process longer than its largest cell. Throws `NotebookError` for what is no notebook.
 */
export class NotebookReader {
	#depth = 0;
	#inString = false;
	#escaped = false;
	#inCells = false;
	/** At the top level: the latest string, and the key whose value comes. */
	#string = "";
	#key = "";
	#cell = "";
	#rest = "";
	#count = 0;
	#started = false;

	push(text: string): unknown[] {
		const piece = this.#started ? text : text.replace(/^\ufeff/, "");
		this.#started ||= text !== "";
		const cells: unknown[] = [];
		let from = 0;
		let at = 0;
		const take = (end: number) => {
			if (this.#inCells) this.#cell += piece.slice(from, end);
			else this.#rest += piece.slice(from, end);
			from = end;
		};
		while (at < piece.length) {
			if (this.#inString) {
				at = this.#throughString(piece, at);
				continue;
			}
			mark.lastIndex = at;
			const found = mark.exec(piece);
			if (!found) break;
			at = found.index + 1;
			switch (found[0]) {
				case '"':
					this.#inString = true;
					this.#string = "";
					break;
				case "{":
				case "[":
					this.#depth++;
					if (this.#depth === 2 && found[0] === "[" && this.#key === "cells") {
						take(at);
						this.#inCells = true;
					}
					break;
				case "}":
				case "]":
					this.#depth--;
					if (this.#inCells && this.#depth === 1) {
						take(at - 1);
						this.#endCell(cells);
						this.#inCells = false;
					}
					break;
				case ",":
					if (this.#depth === 1) this.#key = "";
					if (this.#inCells && this.#depth === 2) {
						take(at - 1);
						this.#endCell(cells);
						from = at;
					}
					break;
				default:
					if (this.#depth === 1) this.#key = this.#string;
			}
		}
		take(piece.length);
		return cells;
	}

	/** To be called once, after the last piece. */
	end(): NotebookHead {
		if (this.#inCells || this.#inString || this.#depth > 0)
			throw new NotebookError("the file ends in the middle: it was cut off");
		let head: unknown;
		try {
			head = JSON.parse(this.#rest);
		} catch (error) {
			throw new NotebookError(`it is not JSON: ${(error as Error).message}`, { cause: error });
		}
		if (typeof head !== "object" || head === null || Array.isArray(head))
			throw new NotebookError("it holds no JSON object");
		return head as NotebookHead;
	}

	#throughString(piece: string, start: number): number {
		let at = start;
		if (this.#escaped) {
			this.#escaped = false;
			at++;
		}
		for (;;) {
			stringMark.lastIndex = at;
			const found = stringMark.exec(piece);
			const end = found ? found.index : piece.length;
			if (this.#depth === 1) this.#string += piece.slice(start, end);
			if (!found) return piece.length;
			if (found[0] === '"') {
				this.#inString = false;
				return end + 1;
			}
			if (end + 1 === piece.length) {
				this.#escaped = true;
				return piece.length;
			}
			at = end + 2;
		}
	}

	#endCell(cells: unknown[]): void {
		const text = this.#cell;
		this.#cell = "";
		if (text.trim() === "") return;
		this.#count++;
		try {
			cells.push(JSON.parse(text));
		} catch (error) {
			throw new NotebookError(`cell ${this.#count} is not JSON: ${(error as Error).message}`, {
				cause: error,
			});
		}
	}
}

const mark = /["[\]{},:]/g;
const stringMark = /["\\]/g;
