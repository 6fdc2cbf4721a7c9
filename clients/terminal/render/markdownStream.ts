/**
 * An answer in Markdown as it arrives: finished lines to commit, and what is open to draw in the tail. What was given
 * out depends on the text alone, not on the pieces it came in.
 */

import type { ScreenText } from "../../../ground/text/screenText.ts";
import { tailOf, wholeCut } from "../../../ground/text/wholeCharacters.ts";
import { BlockParser } from "../../common/markdown/blockParser.ts";
import { References } from "../../common/markdown/references.ts";
import { wrapCells } from "../screen/styledText.ts";
import { HeldLines } from "./heldLines.ts";
import { MarkdownBlocks } from "./markdownBlocks.ts";
import { plainTheme } from "./terminalTheme.ts";
import type { Theme } from "./theme.ts";

export type MarkdownStream = {
	/** Takes a delta, gives the lines that are finished. They may be wider than the screen where they are code. */
	append(delta: string): ScreenText[];
	/** The rows of what is open, as they would look if nothing followed. */
	live(): ScreenText[];
	/** Gives the rest; the stream can be used for another text then. */
	end(): ScreenText[];
	/** From the next block on. */
	setWidth(width: number): void;
};

export type MarkdownOptions = { readonly width: number; readonly theme?: Theme };

export const createMarkdownStream = (options: MarkdownOptions): MarkdownStream => new Stream(options);

/** The lines of a whole text. */
export const renderMarkdown = (text: string, width: number, theme: Theme = plainTheme): ScreenText[] => {
	const stream = createMarkdownStream({ width, theme });
	return [...stream.append(text), ...stream.end()];
};

/** A line outside of code that is this long goes out in parts of half of it. */
const maxLineChars = 16_000;
/** Of an endless line of code, so much is looked at for the tail. */
const maxLiveChars = 8_000;

class Stream implements MarkdownStream {
	readonly #theme: Theme;
	#width: number;
	#out: ScreenText[] = [];
	#references!: References;
	#blocks!: MarkdownBlocks;
	#parser!: BlockParser;
	#held!: HeldLines;
	#partial: string[] = [];
	#partialChars = 0;

	constructor({ width, theme = plainTheme }: MarkdownOptions) {
		this.#theme = theme;
		this.#width = width;
		this.#begin();
	}

	append(delta: string): ScreenText[] {
		const newline = delta.lastIndexOf("\n");
		if (newline >= 0) {
			const whole = this.#takePartial() + delta.slice(0, newline);
			for (const line of whole.split("\n")) this.#line(line);
		}
		const rest = newline < 0 ? delta : delta.slice(newline + 1);
		if (rest !== "") this.#partial.push(rest);
		this.#partialChars += rest.length;
		if (this.#partialChars >= maxLineChars && !this.#held.inCode) {
			const remainder = this.#splitLong(this.#takePartial());
			this.#partial = [remainder];
			this.#partialChars = remainder.length;
		}
		return this.#take();
	}

	live(): ScreenText[] {
		const lines: ScreenText[] = [];
		const blocks = this.#blocks.copy((more) => lines.push(...more));
		const parser = this.#parser.copy((block) => blocks.take(block));
		for (const line of this.#held.lines) parser.line(line);
		if (this.#partial.length > 1) this.#partial = [this.#partial.join("")];
		const partial = this.#partial[0] ?? "";
		const shown = parser.inCode ? tailOf(partial, maxLiveChars) : partial;
		if (shown !== "" && !isUndecided(shown)) parser.line(shown);
		parser.end();
		return lines.flatMap((line) => wrapCells(line, this.#width));
	}

	end(): ScreenText[] {
		if (this.#partialChars > 0) this.#line(this.#takePartial());
		this.#held.release();
		this.#parser.end();
		const out = this.#take();
		this.#begin();
		return out;
	}

	setWidth(width: number): void {
		this.#width = width;
		this.#blocks.setWidth(width);
	}

	#begin(): void {
		this.#references = new References();
		this.#blocks = new MarkdownBlocks(this.#width, this.#theme, this.#references, (lines) =>
			this.#out.push(...lines),
		);
		this.#parser = new BlockParser((block) => this.#blocks.take(block));
		this.#held = new HeldLines(this.#parser, this.#references);
	}

	#line(line: string): void {
		const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
		this.#held.line(this.#held.inCode ? whole : this.#splitLong(whole));
	}

	/** Gives out the beginning of a line that is too long, returns the rest. */
	#splitLong(line: string): string {
		let rest = line;
		while (rest.length >= maxLineChars) {
			const half = maxLineChars / 2;
			const space = rest.lastIndexOf(" ", half);
			const at = space > half / 2 ? space + 1 : wholeCut(rest, half);
			this.#held.line(rest.slice(0, at));
			rest = rest.slice(at);
		}
		return rest;
	}

	#takePartial(): string {
		const partial = this.#partial.join("");
		this.#partial = [];
		this.#partialChars = 0;
		return partial;
	}

	#take(): ScreenText[] {
		const out = this.#out;
		this.#out = [];
		return out;
	}
}

/** Beginnings that may still become a marker would flicker: `-`, `1.`, `` ``` ``, `#`. */
const isUndecided = (line: string): boolean =>
	/^\s*(?:[-*+_=]+|\d{1,9}[.)]?|#{1,6}|`{1,3}|~{1,3}|>)\s*$/.test(line);
