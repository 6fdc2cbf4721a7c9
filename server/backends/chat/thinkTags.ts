/**
 * Thinking that a server leaves in the text, up to `</think>`. Most models open it with `<think>` at the beginning;
 * where the server's template has written that tag already, only the end of it comes. Elsewhere the tags are something
 * that the model writes about.
 */
export type Prose = { readonly kind: "text" | "thinking"; readonly text: string };

/** What was told of the answer so far is of the other kind than it was told as. */
export type Misread = { readonly kind: "misread" };

const opening = "<think>";
const closing = "</think>";

/** Blanks before a tag are of the server's template; more of them are the model's. */
const maxBlanks = 100;

export class ThinkTags {
	#state: "beginning" | "opened" | "thinking" | "closed" | "text" = "beginning";
	/** Where the answer begins inside of its thinking, as an earlier one of the server did. */
	readonly #beginsInside: boolean;
	/** An end without a beginning may come. */
	#mayEnd = true;
	/** What may still turn out to be a tag, or the blank around one. */
	#held = "";
	#fences = 0;
	/** The end of what was told. */
	#told = "";

	constructor(beginsInside: boolean) {
		this.#beginsInside = beginsInside;
	}

	/** What is sure by now. */
	*take(text: string): Iterable<Prose | Misread> {
		let rest = this.#held + text;
		this.#held = "";
		if (this.#state === "beginning") {
			const start = rest.trimStart();
			if (start.length < opening.length && opening.startsWith(start) && rest.length < maxBlanks) {
				this.#held = rest;
				return;
			}
			const isOpened = start.startsWith(opening);
			this.#mayEnd = !isOpened;
			this.#state = isOpened || this.#beginsInside ? "opened" : "text";
			if (isOpened) rest = start.slice(opening.length);
		}
		// The template's line breaks around the tags are nobody's thought.
		if (this.#state === "opened") {
			rest = rest.trimStart();
			if (rest !== "") this.#state = "thinking";
		}
		if (this.#state === "thinking" || (this.#state === "text" && this.#mayEnd)) {
			const kind = this.#state;
			const end = rest.indexOf(closing);
			const sure = end < 0 ? rest.length - beginOf(closing, rest) : end;
			if (sure > 0) yield { kind, text: rest.slice(0, sure) };
			this.#fences += rest.slice(0, sure).split("```").length - 1;
			this.#told = `${this.#told}${rest.slice(Math.max(0, sure - 80), sure)}`.slice(-80);
			if (end < 0) {
				this.#held = rest.slice(sure);
				return;
			}
			this.#mayEnd = false;
			if (kind === "text") {
				// In the middle of a line, or of code, the model writes about it.
				if (this.#fences % 2 === 1 || !/(^|\n)\s*$/.test(this.#told)) {
					yield { kind, text: rest.slice(sure) };
					return;
				}
				yield { kind: "misread" };
			}
			this.#state = "closed";
			rest = rest.slice(end + closing.length);
		}
		if (this.#state === "closed") {
			rest = rest.trimStart();
			if (rest !== "") this.#state = "text";
		}
		if (rest !== "") yield { kind: "text", text: rest };
	}

	/** What was held back, when no more comes. */
	*end(): Iterable<Prose | Misread> {
		const text = this.#held;
		this.#held = "";
		const kind = this.#state === "thinking" ? "thinking" : "text";
		if (text !== "") yield { kind, text };
		// This time the model did not think.
		if (kind === "thinking" && this.#mayEnd) yield { kind: "misread" };
	}
}

/** How many letters at the end of the text could be the beginning of the word. */
const beginOf = (word: string, text: string): number => {
	for (let length = Math.min(word.length - 1, text.length); length > 0; length--)
		if (text.endsWith(word.slice(0, length))) return length;
	return 0;
};
