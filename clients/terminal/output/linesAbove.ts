/** The lines above the tail, as far as the next one has to know of them. */
import { type ScreenText, words } from "../../../ground/text/screenText.ts";

export class LinesAbove {
	readonly #commit: (lines: readonly ScreenText[]) => void;
	#count = 0;
	/** Whether the newest one is blank, or the program's first. */
	#endsBlank = true;

	constructor(commit: (lines: readonly ScreenText[]) => void) {
		this.#commit = commit;
	}

	/** How many there are so far. */
	get count(): number {
		return this.#count;
	}

	add(lines: readonly ScreenText[]): void {
		if (lines.length === 0) return;
		this.#endsBlank = lines.at(-1) === "";
		this.#count += lines.length;
		this.#commit(lines);
	}

	/** A blank line, unless there is one. */
	gap(): void {
		if (!this.#endsBlank) this.add([words``]);
	}

	/** The screen is empty now. */
	cleared(): void {
		this.#endsBlank = true;
	}
}
