/** Text that a kernel printed, as lines of coloured chunks that are safe to show. */
import { plainText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import type { Sgr } from "../../ground/text/sgr.ts";
import { TerminalText } from "../../ground/text/terminalText.ts";

/**
 * A run of text in one style. A style is `""` or words joined by commas: `bold italic underline reverse dim`,
 * `fg=N` and `bg=N` with a colour of the 256, or `fg=#rrggbb`; `picture=ID` for placeholders. `lua/ipyai/highlights.lua` makes groups of them.
 */
export type Chunk = readonly [text: PlainText, style: PlainText];
export type Line = readonly Chunk[];

/** Text may come in pieces that are cut anywhere. */
export class TerminalLines {
	readonly #finished: Line[] = [];
	readonly #text: TerminalText<PlainText>;

	/** `base` is the style of text that has no colour of its own. */
	constructor(base = words``) {
		this.#text = new TerminalText((sgr) => styleOf(sgr) || base, { takeBack: () => this.#finished.pop() });
	}

	/** The lines so far. A finished one is the same object as before; the last may not be finished, and are copies. */
	get lines(): readonly Line[] {
		return [...this.#finished, ...this.#text.rest.map((line) => [...line])];
	}

	/** The first or the last of the lines, without going through all of them. */
	part(count: number, end: "head" | "tail"): readonly Line[] {
		const { rest } = this.#text;
		if (end === "head") return [...this.#finished.slice(0, count), ...rest].slice(0, count);
		return [...this.#finished.slice(-count), ...rest].slice(-count);
	}

	get count(): number {
		return this.#finished.length + this.#text.rest.length;
	}

	write(text: string): void {
		for (const line of this.#text.write(text)) this.#finished.push(line);
	}
}

/** A whole text as lines. */
export const terminalLines = (text: string, base = words``): readonly Line[] => {
	const terminal = new TerminalText((sgr) => styleOf(sgr) || base);
	return [...terminal.write(text), ...terminal.end()];
};

const styleOf = ({ attributes, fg, bg }: Sgr): PlainText =>
	plainText([...attributes, ...(fg ? [`fg=${fg}`] : []), ...(bg ? [`bg=${bg}`] : [])].join(","));
