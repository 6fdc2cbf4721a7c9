/** Whose lines stand above: sources that run side by side take turns by lines, and a label says who goes on. */
import { type PlainText, words } from "../../../ground/text/screenText.ts";
import { paint, type Theme } from "../render/theme.ts";
import type { LinesAbove } from "./linesAbove.ts";

export type SpeakersOptions = {
	readonly theme: Theme;
	readonly above: LinesAbove;
	/** Somebody else goes on than this one: what it left open ends. */
	interrupted(id: string): void;
	nameOf(id: string): PlainText;
};

export class Speakers {
	readonly #options: SpeakersOptions;
	/** Whose lines stand above last; `null` after lines of nobody's. */
	#current: string | null = null;
	/** Those of which an input or lines stand above, and those of which lines do. */
	readonly #known = new Set<string>();
	readonly #heard = new Set<string>();
	/** How many lines there were when an input was entered last. */
	#inputAt = -1;

	constructor(options: SpeakersOptions) {
		this.#options = options;
	}

	/** What is open of the one who spoke last ends. */
	interrupt(): void {
		if (this.#current !== null) this.#options.interrupted(this.#current);
	}

	/** An input was shown when it was entered; whose it is will be known. */
	inputEntered(): void {
		this.#current = null;
		this.#inputAt = this.#options.above.count;
	}

	/** It is this one's; whether nothing has come between says the count of lines. */
	inputIs(id: string): void {
		this.#known.add(id);
		if (this.#options.above.count === this.#inputAt) this.#current = id;
	}

	/** Its input was just shown. */
	begins(id: string): void {
		this.#current = id;
		this.#known.add(id);
	}

	/** Lines of this one come next; `isLate` when it had ended. */
	speaks(id: string, isLate: boolean): void {
		if (this.#current !== id) this.#label(id, isLate);
		this.#heard.add(id);
	}

	forget(id: string): void {
		this.#known.delete(id);
		this.#heard.delete(id);
		if (this.#current === id) this.#current = null;
	}

	#label(id: string, isLate: boolean): void {
		const { theme, above, nameOf } = this.#options;
		this.interrupt();
		const isKnown = this.#known.has(id) || isLate;
		const goesOn = this.#heard.has(id) || isLate ? words` goes on` : words``;
		this.begins(id);
		if (!isKnown) return;
		above.gap();
		above.add([paint(theme, "dim", words`· ${nameOf(id)}${goesOn} ·`)]);
	}
}
