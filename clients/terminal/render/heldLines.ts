/**
 * Lines on their way to the parser: one that names a reference waits until that is defined, as it usually is below, so
 * that the link tells where it goes. How long it waits is a matter of the text alone.
 */
import type { BlockParser } from "../../common/markdown/blockParser.ts";
import { definitionOf, labelKey, labelsIn, type References } from "../../common/markdown/references.ts";

/** So much is held back at most. */
const maxLines = 100;
const maxChars = 16_000;

export class HeldLines {
	readonly #parser: BlockParser;
	readonly #references: References;
	/** What the parser will be in once it has the held lines. */
	#ahead: BlockParser | null = null;
	#lines: string[] = [];
	#chars = 0;
	#wanted = new Set<string>();
	/** Of these no definition came in time. */
	readonly #missed = new Set<string>();

	constructor(parser: BlockParser, references: References) {
		this.#parser = parser;
		this.#references = references;
	}

	get lines(): readonly string[] {
		return this.#lines;
	}

	get inCode(): boolean {
		return (this.#ahead ?? this.#parser).inCode;
	}

	line(text: string): void {
		if (!this.inCode) this.#want(text);
		if (this.#wanted.size === 0 && this.#lines.length === 0) {
			this.#parser.line(text);
			return;
		}
		this.#ahead ??= this.#parser.copy(() => {});
		this.#ahead.line(text);
		this.#lines.push(text);
		this.#chars += text.length;
		if (this.#wanted.size === 0) this.release();
		else if (this.#lines.length >= maxLines || this.#chars >= maxChars) {
			for (const label of this.#wanted) this.#missed.add(label);
			this.release();
		}
	}

	/** Nothing is waited for any more. */
	release(): void {
		for (const line of this.#lines) this.#parser.line(line);
		this.#lines = [];
		this.#chars = 0;
		this.#wanted = new Set();
		this.#ahead = null;
	}

	#want(text: string): void {
		const definition = definitionOf(text.replace(/^[\s>]+/, ""));
		if (definition) {
			this.#references.add(definition);
			this.#wanted.delete(labelKey(definition.label));
		}
		for (const label of labelsIn(text))
			if (!this.#references.knows(label) && !this.#missed.has(label)) this.#wanted.add(label);
	}
}
