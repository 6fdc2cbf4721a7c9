/** Shift-Tab: what is known about what stands at the cursor, until the next key. */
import { type ScreenText, words } from "../../../ground/text/screenText.ts";
import { askDocumentation } from "../../common/shell/lookups.ts";
import type { Shell } from "../../common/shell/shell.ts";
import type { Editor } from "../editor/types.ts";
import { sanitizeLines } from "../render/sanitize.ts";

export type DocumentationOptions = {
	readonly shell: Shell;
	readonly editor: Editor;
	/** Of the screen. */
	rows(): number;
	say(text: string): void;
	draw(): void;
};

export class Documentation {
	readonly #options: DocumentationOptions;
	#lines: readonly ScreenText[] = [];

	constructor(options: DocumentationOptions) {
		this.#options = options;
	}

	get lines(): readonly ScreenText[] {
		return this.#lines;
	}

	hide(): void {
		this.#lines = [];
	}

	async ask(): Promise<void> {
		const { shell, editor, say, draw } = this.#options;
		const { text, cursor } = editor;
		if (text === "") return;
		try {
			const found = await askDocumentation(shell, text, cursor);
			if (editor.text !== text) return;
			if (found === null) say("nothing is known about this");
			else this.#lines = this.#cut(sanitizeLines(found.trimEnd()));
		} catch (error) {
			say((error as Error).message);
		}
		draw();
	}

	#cut(lines: readonly ScreenText[]): readonly ScreenText[] {
		const room = Math.max(3, Math.floor(this.#options.rows() / 2));
		return lines.length > room ? [...lines.slice(0, room - 1), words`…  (name? shows all)`] : lines;
	}
}
