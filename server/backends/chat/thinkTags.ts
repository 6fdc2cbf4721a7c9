/**
 * Thinking that a server leaves in the text, between `<think>` and `</think>`. Only an answer that begins with the tag
 * is taken apart: elsewhere it is something the model writes about.
 */
export type Prose = { readonly kind: "text" | "thinking"; readonly text: string };

const opening = "<think>";
const closing = "</think>";

/** Blanks before a tag are of the server's template; more of them are the model's. */
const maxBlanks = 100;

export class ThinkTags {
	#state: "beginning" | "opened" | "thinking" | "closed" | "text" = "beginning";
	/** What may still turn out to be a tag, or the blank around one. */
	#held = "";

	/** What is sure by now. */
	*take(text: string): Iterable<Prose> {
		let rest = this.#held + text;
		this.#held = "";
		if (this.#state === "beginning") {
			const start = rest.trimStart();
			if (start.length < opening.length && opening.startsWith(start) && rest.length < maxBlanks) {
				this.#held = rest;
				return;
			}
			const thinks = start.startsWith(opening);
			this.#state = thinks ? "opened" : "text";
			if (thinks) rest = start.slice(opening.length);
		}
		// The template's line breaks around the tags are nobody's thought.
		if (this.#state === "opened") {
			rest = rest.trimStart();
			if (rest !== "") this.#state = "thinking";
		}
		if (this.#state === "thinking") {
			const end = rest.indexOf(closing);
			const sure = end < 0 ? rest.length - beginOf(closing, rest) : end;
			if (sure > 0) yield { kind: "thinking", text: rest.slice(0, sure) };
			if (end < 0) {
				this.#held = rest.slice(sure);
				return;
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
	*end(): Iterable<Prose> {
		const text = this.#held;
		this.#held = "";
		if (text !== "") yield { kind: this.#state === "thinking" ? "thinking" : "text", text };
	}
}

/** How many letters at the end of the text could be the beginning of the word. */
const beginOf = (word: string, text: string): number => {
	for (let length = Math.min(word.length - 1, text.length); length > 0; length--)
		if (text.endsWith(word.slice(0, length))) return length;
	return 0;
};
