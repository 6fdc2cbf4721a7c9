/**
 * Alt-. in a buffer: the buffer is a synced document of our connection, the suggestion an inline completion on it.
 * Lua counts rows and bytes; the wire counts UTF-16 units.
 */
import type { PlainText } from "../../ground/text/screenText.ts";
import { isPlain } from "../../ground/text/textPieces.ts";
import type { InlineCompletionResult } from "../../protocol/index.ts";
import type { ServerConnection } from "../common/server/connection.ts";

type Item = InlineCompletionResult["items"][number];

export type SuggestParams = {
	readonly uri: string;
	readonly languageId: string;
	/** The buffer's text; absent when it has not changed since the last request. */
	readonly text?: string;
	/** The cursor: row from 0, byte in it. */
	readonly row: number;
	readonly col: number;
	readonly automatic: boolean;
};

/** A suggestion at the cursor: what stands after it, and how many bytes of the buffer an accept replaces there. */
export type Suggestion = { readonly id: number; readonly text: PlainText; readonly replace: number };

type Document = { text: string; version: number; readonly languageId: string };

const keptItems = 50;

export class Suggestions {
	readonly #connect: () => Promise<ServerConnection>;
	readonly #documents = new Map<string, Document>();
	/** The connection that knows the documents. */
	#server: ServerConnection | null = null;
	#pending: AbortController | null = null;
	readonly #items = new Map<number, Item>();
	#nextId = 1;

	constructor(connect: () => Promise<ServerConnection>) {
		this.#connect = connect;
	}

	/** Asks for suggestions; the request before is cancelled and answers none. */
	async suggest(params: SuggestParams): Promise<readonly Suggestion[]> {
		this.cancel();
		const pending = new AbortController();
		this.#pending = pending;
		const { uri, row, col } = params;
		const kept = this.#documents.get(uri);
		const text = params.text ?? kept?.text;
		if (text === undefined) return [];
		const server = await this.#connect();
		this.#sync(server, uri, params.languageId, text);
		const line = text.split("\n")[row] ?? "";
		const character = Buffer.from(line).subarray(0, col).toString().length;
		try {
			const { items } = await server.request(
				"textDocument/inlineCompletion",
				{
					textDocument: { uri },
					position: { line: row, character },
					context: { triggerKind: params.automatic ? 2 : 1 },
				},
				{ signal: pending.signal },
			);
			if (this.#pending !== pending) return [];
			return items.flatMap((item) => this.#toSuggestion(item, text, { line: row, character }) ?? []);
		} catch (error) {
			if (pending.signal.aborted) return [];
			throw error;
		} finally {
			if (this.#pending === pending) this.#pending = null;
		}
	}

	cancel(): void {
		this.#pending?.abort();
		this.#pending = null;
	}

	shown(id: number): void {
		const item = this.#items.get(id);
		if (item) this.#server?.notify("textDocument/didShowCompletion", { item });
	}

	/** `acceptedBytes` of the suggestion are in the buffer now. */
	accepted(id: number, acceptedText: string): void {
		const item = this.#items.get(id);
		if (!item) return;
		this.#server?.notify("textDocument/didPartiallyAcceptCompletion", {
			item,
			acceptedLength: acceptedText.length,
		});
	}

	close(uri: string): void {
		if (this.#documents.delete(uri)) this.#server?.notify("textDocument/didClose", { textDocument: { uri } });
	}

	#sync(server: ServerConnection, uri: string, languageId: string, text: string): void {
		if (this.#server !== server) {
			// Another server has none of our documents.
			for (const [other, document] of this.#documents) if (other !== uri) open(server, other, document);
			this.#documents.delete(uri);
			this.#server = server;
		}
		const document = this.#documents.get(uri);
		if (document === undefined) {
			const opened = { text, version: 1, languageId };
			this.#documents.set(uri, opened);
			open(server, uri, opened);
		} else if (document.text !== text) {
			document.text = text;
			document.version++;
			const textDocument = { uri, version: document.version };
			server.notify("textDocument/didChange", { textDocument, contentChanges: [{ text }] });
		}
	}

	/** `null` when the item changes what stands before the cursor, adds nothing, or would put unseen characters into the file. */
	#toSuggestion(item: Item, text: string, cursor: Position): Suggestion | null {
		const { start, end } = item.range ?? { start: cursor, end: cursor };
		const at = toOffset(text, cursor);
		const typed = text.slice(toOffset(text, start), at);
		if (!item.insertText.startsWith(typed)) return null;
		const rest = item.insertText.slice(typed.length);
		const replaced = text.slice(at, Math.max(at, toOffset(text, end)));
		if (rest === "" || rest === replaced || !isPlain(rest)) return null;
		const id = this.#nextId++;
		this.#items.set(id, item);
		this.#items.delete(id - keptItems);
		return { id, text: rest, replace: Buffer.byteLength(replaced) };
	}
}

type Position = { readonly line: number; readonly character: number };

const open = (server: ServerConnection, uri: string, { languageId, version, text }: Document): void =>
	server.notify("textDocument/didOpen", { textDocument: { uri, languageId, version, text } });

const toOffset = (text: string, { line, character }: Position): number => {
	let start = 0;
	for (let row = 0; row < line; row++) {
		const end = text.indexOf("\n", start);
		if (end < 0) return text.length;
		start = end + 1;
	}
	return Math.min(text.length, start + character);
};
