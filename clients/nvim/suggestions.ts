/** Alt-. in a buffer, between Lua and the wire: Lua counts rows and bytes, the wire UTF-16 units. */
import type { PlainText } from "../../ground/text/screenText.ts";
import type { ServerConnection } from "../common/server/connection.ts";
import { Suggestions } from "../common/suggestions/suggestions.ts";

export type SuggestParams = {
	readonly uri: string;
	readonly languageId: string;
	/** The buffer's text; absent when it has not changed since the last request. */
	readonly text?: string;
	/** The cursor: row from 0, and the part of its row that stands before it. */
	readonly row: number;
	readonly before: string;
	/** What was suggested here: another is wanted. */
	readonly instead?: readonly string[];
	readonly trigger: "asked" | "automatic";
};

/** What stands after the cursor, and how many bytes of the buffer an accept replaces there. */
export type BufferSuggestion = { readonly id: number; readonly text: PlainText; readonly replace: number };

export class BufferSuggestions {
	readonly #suggestions: Suggestions;

	constructor(connect: () => Promise<ServerConnection>) {
		this.#suggestions = new Suggestions(connect);
	}

	async suggest({ row, before, trigger, ...place }: SuggestParams): Promise<readonly BufferSuggestion[]> {
		const found = await this.#suggestions.suggest({
			...place,
			position: { line: row, character: before.length },
			trigger,
		});
		return found.map(({ id, text, replaced }) => ({ id, text, replace: Buffer.byteLength(replaced) }));
	}

	cancel(): void {
		this.#suggestions.cancel();
	}

	shown(id: number): void {
		this.#suggestions.shown(id);
	}

	/** So much of it is in the buffer now. */
	accepted(id: number, text: string): void {
		this.#suggestions.accepted(id, text.length);
	}

	close(uri: string): void {
		this.#suggestions.close(uri);
	}
}
