/** The matches of a completion under the input. One is chosen or none; the chosen one stands in the text. */
import { rowText } from "../../../ground/text/plainText.ts";
import { joined, repeated, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { paint, type Theme } from "../render/theme.ts";
import { lineWidth, truncateLine } from "../screen/styledText.ts";
import type { Completions } from "./types.ts";

const maxRows = 8;

export class CompletionMenu {
	readonly start: number;
	readonly #matches: Completions["matches"];
	/** What stood there before; choosing nothing brings it back. */
	readonly #original: string;
	#index = -1;

	/** `original` is what stands from `start` to the cursor. */
	constructor(start: number, original: string, matches: Completions["matches"]) {
		this.start = start;
		this.#matches = matches;
		this.#original = original;
	}

	get chosen(): boolean {
		return this.#index >= 0;
	}

	/** The text that stands between `start` and the cursor now. */
	get current(): string {
		return this.#matches[this.#index]?.text ?? this.#original;
	}

	/** Goes round, over the original text too. */
	step(direction: -1 | 1): void {
		const places = this.#matches.length + 1;
		this.#index = ((this.#index + 1 + direction + places) % places) - 1;
	}

	reset(): void {
		this.#index = -1;
	}

	/** The matches that still fit when `typed` is added; null when none does. */
	narrow(typed: string): CompletionMenu | null {
		const text = this.current + typed;
		const matches = this.#matches.filter((match) => match.text.startsWith(text));
		if (matches.length === 0 || (matches.length === 1 && matches[0]!.text === text)) return null;
		return new CompletionMenu(this.start, text, matches);
	}

	render(width: number, theme: Theme): ScreenText[] {
		const from = Math.max(0, Math.min(this.#index - maxRows + 2, this.#matches.length - maxRows));
		const shown = this.#matches.slice(from, from + maxRows).map(({ text, type, signature }) => ({
			name: rowText(text),
			about: rowText([type ?? "", signature ?? ""].join(" ").trim()),
		}));
		const column = Math.min(Math.max(...shown.map(({ name }) => lineWidth(name))), Math.max(8, width - 20));
		const lines = shown.map(({ name, about }, index) => {
			const cut = truncateLine(name, column);
			const padded = joined<ScreenText>([cut, repeated(words` `, Math.max(0, column - lineWidth(cut) + 1))]);
			const chosen = from + index === this.#index;
			const label =
				chosen && theme.colors
					? paint(theme, "selected", styled` ${padded}`)
					: styled`${chosen ? words`>` : words` `}${padded}`;
			return truncateLine(about === "" ? label : styled`${label} ${paint(theme, "dim", about)}`, width);
		});
		const more = this.#matches.length - shown.length;
		if (more > 0) lines.push(paint(theme, "dim", words` ${more} more`));
		return lines;
	}
}
