/** The matches of a completion under the input. One is chosen or none; the chosen one stands in the text. */

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

	render(width: number, theme: Theme): string[] {
		const from = Math.max(0, Math.min(this.#index - maxRows + 2, this.#matches.length - maxRows));
		const shown = this.#matches.slice(from, from + maxRows);
		const column = Math.min(Math.max(...shown.map(({ text }) => lineWidth(text))), Math.max(8, width - 20));
		const lines = shown.map(({ text, type, signature }, index) => {
			const name = truncateLine(text, column, "…");
			const padded = ` ${name}${" ".repeat(Math.max(0, column - lineWidth(name)))} `;
			const about = paint(theme, "dim", [type ?? "", signature ?? ""].join(" ").trim());
			const chosen = from + index === this.#index;
			const label = chosen
				? theme.colors
					? paint(theme, "selected", padded)
					: `>${padded.slice(1)}`
				: padded;
			return truncateLine(about === "" ? label : `${label} ${about}`, width, "…");
		});
		const more = this.#matches.length - shown.length;
		if (more > 0) lines.push(paint(theme, "dim", ` ${more} more`));
		return lines;
	}
}
