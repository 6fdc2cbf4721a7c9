/**
 * Inline completion as a client asks for it: documents are kept in step with the server, one request is under way at
 * a time, and what was shown and accepted is told. A surface shows a suggestion, follows what is typed, and asks.
 */

import { isClean } from "../../../ground/text/plainText.ts";
import type { PlainText } from "../../../ground/text/screenText.ts";
import type { InlineCompletionResult } from "../../../protocol/index.ts";
import type { ServerConnection } from "../server/connection.ts";

type Item = InlineCompletionResult["items"][number];
type Server = Pick<ServerConnection, "request" | "notify">;
type Position = { readonly line: number; readonly character: number };

/** Where a suggestion is wanted. */
export type SuggestionPlace = {
	readonly uri: string;
	readonly languageId: string;
	/** The document's text; absent when it is as it was at the last request. */
	readonly text?: string | undefined;
	/** The cursor. */
	readonly position: Position;
	/** What stands at the cursor as a suggestion now, and what was suggested before it: another is wanted. */
	readonly instead?: readonly string[];
	/** Whether a person asked, or a pause in typing. */
	readonly trigger: "asked" | "automatic";
};

/** A suggestion at the cursor: what it adds there, and the text behind the cursor that it takes the place of. */
export type Suggestion = { readonly id: number; readonly text: PlainText; readonly replaced: string };

type Document = { text: string; version: number; readonly languageId: string };

const keptItems = 50;
/** LSP's `InlineCompletionTriggerKind`. */
const triggerKinds = { asked: 1, automatic: 2 } as const;

export class Suggestions {
	readonly #connect: () => Promise<Server>;
	readonly #documents = new Map<string, Document>();
	/** The connection that knows the documents. */
	#server: Server | null = null;
	#pending: AbortController | null = null;
	readonly #items = new Map<number, Item>();
	#nextId = 1;

	/** `connect` gives the connection that holds now; it rejects when there is none. */
	constructor(connect: () => Promise<Server>) {
		this.#connect = connect;
	}

	/**
	 * Asks for suggestions. The request before is cancelled and answers none, and so does this one when it is cancelled.
	 * Rejects with a sentence on what failed.
	 */
	async suggest(place: SuggestionPlace): Promise<readonly Suggestion[]> {
		this.cancel();
		const pending = new AbortController();
		this.#pending = pending;
		const { uri, position, trigger, instead = [] } = place;
		const text = place.text ?? this.#documents.get(uri)?.text;
		if (text === undefined) return [];
		try {
			const server = await this.#connect();
			this.#sync(server, uri, place.languageId, text);
			const { items } = await server.request(
				"textDocument/inlineCompletion",
				{
					textDocument: { uri },
					position,
					context: {
						triggerKind: triggerKinds[trigger],
						...(instead.length > 0 && { instead: [...instead] }),
					},
				},
				{ signal: pending.signal },
			);
			if (this.#pending !== pending) return [];
			return items.flatMap((item) => this.#toSuggestion(item, text, position) ?? []);
		} catch (error) {
			if (pending.signal.aborted) return [];
			throw error;
		} finally {
			if (this.#pending === pending) this.#pending = null;
		}
	}

	/** The text, the cursor or the kernel is another now: what was asked is of no use any more. */
	cancel(): void {
		this.#pending?.abort();
		this.#pending = null;
	}

	shown(id: number): void {
		const item = this.#items.get(id);
		if (item) this.#server?.notify("textDocument/didShowCompletion", { item });
	}

	/** So many UTF-16 units of the suggestion are in the text now. */
	accepted(id: number, acceptedLength: number): void {
		const item = this.#items.get(id);
		if (item) this.#server?.notify("textDocument/didPartiallyAcceptCompletion", { item, acceptedLength });
	}

	close(uri: string): void {
		if (this.#documents.delete(uri)) this.#server?.notify("textDocument/didClose", { textDocument: { uri } });
	}

	#sync(server: Server, uri: string, languageId: string, text: string): void {
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

	/** `null` when the item changes what stands before the cursor, adds nothing, or would add what is not seen. */
	#toSuggestion(item: Item, text: string, cursor: Position): Suggestion | null {
		const at = toOffset(text, cursor);
		const typed = text.slice(toOffset(text, item.range.start), at);
		if (!item.insertText.startsWith(typed)) return null;
		const rest = item.insertText.slice(typed.length);
		const replaced = text.slice(at, Math.max(at, toOffset(text, item.range.end)));
		if (rest === "" || rest === replaced || !isClean(rest)) return null;
		const id = this.#nextId++;
		this.#items.set(id, item);
		this.#items.delete(id - keptItems);
		return { id, text: rest, replaced };
	}
}

const open = (server: Server, uri: string, { languageId, version, text }: Document): void =>
	server.notify("textDocument/didOpen", { textDocument: { uri, languageId, version, text } });

export const toPosition = (text: string, offset: number): Position => {
	const before = text.slice(0, offset);
	return { line: before.split("\n").length - 1, character: offset - (before.lastIndexOf("\n") + 1) };
};

const toOffset = (text: string, { line, character }: Position): number => {
	let start = 0;
	for (let row = 0; row < line; row++) {
		const end = text.indexOf("\n", start);
		if (end < 0) return text.length;
		start = end + 1;
	}
	return Math.min(text.length, start + character);
};
