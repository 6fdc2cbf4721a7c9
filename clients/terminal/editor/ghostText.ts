/**
 * A suggestion that stands dimmed at the cursor. It stays while the text around the cursor is what it was, plus some
 * beginning of the suggestion; typing along consumes it, taking that back restores it.
 */
import type { Ghost } from "./types.ts";
import { wordEnd } from "./words.ts";

/** What is drawn of it: at the cursor, and behind so many units of the text that stands there. */
export type GhostParts = { readonly here: string; readonly over: number; readonly behind: string };

export const noGhost: GhostParts = { here: "", over: 0, behind: "" };

export class GhostText {
	readonly #ghost: Ghost;
	readonly #before: string;
	readonly #after: string;
	#accepted = 0;

	constructor(ghost: Ghost, text: string, cursor: number) {
		this.#ghost = ghost;
		this.#before = text.slice(0, cursor);
		this.#after = text.slice(cursor);
	}

	/** What is still to come. */
	get rest(): string {
		return this.#ghost.text.slice(this.#accepted);
	}

	/** What stands behind the cursor and goes when all of it is accepted. */
	get replaced(): string {
		return this.#ghost.replaced ?? "";
	}

	get parts(): GhostParts {
		const { rest, replaced } = this;
		const at = replaced === "" ? -1 : rest.indexOf(replaced);
		if (at < 0) return { here: rest, over: 0, behind: "" };
		return { here: rest.slice(0, at), over: replaced.length, behind: rest.slice(at + replaced.length) };
	}

	/** All of it is in the text now. */
	taken(): void {
		this.#accepted = this.#ghost.text.length;
		this.#ghost.onAccept?.(this.#accepted);
	}

	/** The next word with the blanks and signs before it. */
	get word(): string {
		const { rest } = this;
		const end = wordEnd(rest, 0);
		return rest.slice(0, end === 0 ? rest.length : end);
	}

	/** Looks at the text after an edit or a move; false when the suggestion no longer fits. */
	follow(text: string, cursor: number): boolean {
		const before = text.slice(0, cursor);
		if (text.slice(cursor) !== this.#after || !before.startsWith(this.#before)) return false;
		const typed = before.slice(this.#before.length);
		if (!this.#ghost.text.startsWith(typed)) return false;
		if (typed.length > this.#accepted) this.#ghost.onAccept?.(typed.length);
		this.#accepted = typed.length;
		return this.rest !== "";
	}
}
