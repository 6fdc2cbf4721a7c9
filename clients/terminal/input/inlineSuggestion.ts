/** Alt-. in the input line: the line is a document of the session, the suggestion an inline completion on it. */
import type { InlineCompletionResult } from "../../../protocol/index.ts";
import { inputDocumentUri } from "../../../protocol/inputDocument.ts";
import type { LiveSession } from "../../common/session/liveSession.ts";
import type { Editor } from "../editor/types.ts";

type Item = InlineCompletionResult["items"][number];
type Position = { readonly line: number; readonly character: number };

export class InlineSuggestion {
	readonly #live: LiveSession;
	readonly #editor: Editor;
	/** What happens to the request, in a few words for the status line; `null` when there is nothing to say. */
	readonly #tell: (message: string | null) => void;
	#version = 0;
	/** The document as the server has it: its address, and its text. */
	#open: { uri: string; text: string } | null = null;
	#pending: AbortController | null = null;

	constructor(live: LiveSession, editor: Editor, tell: (message: string | null) => void) {
		this.#live = live;
		this.#editor = editor;
		this.#tell = tell;
	}

	/** Asks for a suggestion at the cursor. An answer for a text that has changed since is dropped. */
	async ask(): Promise<void> {
		const { view } = this.#live;
		if (view === null) return this.#tell("no suggestion yet: the session is starting");
		this.cancel();
		const { text, cursor } = this.#editor;
		const uri = inputDocumentUri(view.sessionId, view.participantId);
		this.#sync(uri, text);
		const pending = new AbortController();
		this.#pending = pending;
		this.#tell("looking for a suggestion");
		try {
			const { items } = await this.#live.request(
				"textDocument/inlineCompletion",
				{
					textDocument: { uri },
					position: toPosition(text, cursor),
					context: { triggerKind: 1 },
				},
				pending.signal,
			);
			if (this.#pending !== pending) return;
			const item = items[0];
			const insert = item === undefined ? "" : textAtCursor(item, text, cursor);
			this.#tell(insert === "" ? "no suggestion" : null);
			if (item !== undefined && insert !== "") this.#show(item, insert);
		} catch (error) {
			if (this.#pending === pending) this.#tell(`no suggestion: ${(error as Error).message.split("\n")[0]}`);
		} finally {
			if (this.#pending === pending) this.#pending = null;
		}
	}

	/** The text or the cursor moved: what was asked is of no use any more. */
	cancel(): void {
		if (this.#pending === null) return;
		this.#pending.abort();
		this.#pending = null;
		this.#tell(null);
	}

	#show(item: Item, insert: string): void {
		this.#live.notify("textDocument/didShowCompletion", { item });
		this.#editor.setGhost({
			text: insert,
			onAccept: (acceptedLength) =>
				this.#live.notify("textDocument/didPartiallyAcceptCompletion", { item, acceptedLength }),
		});
	}

	#sync(uri: string, text: string): void {
		if (this.#open?.uri !== uri) {
			this.#version = 1;
			const textDocument = { uri, languageId: "python", version: this.#version, text };
			this.#live.notify("textDocument/didOpen", { textDocument });
		} else if (this.#open.text !== text) {
			this.#version++;
			const textDocument = { uri, version: this.#version };
			this.#live.notify("textDocument/didChange", { textDocument, contentChanges: [{ text }] });
		}
		this.#open = { uri, text };
	}

	/** The server forgot its documents: it is another one. */
	forget(): void {
		this.#open = null;
	}
}

const toPosition = (text: string, offset: number): Position => {
	const before = text.slice(0, offset);
	const line = before.split("\n").length - 1;
	return { line, character: offset - (before.lastIndexOf("\n") + 1) };
};

const toOffset = (text: string, { line, character }: Position): number => {
	const before = text.split("\n").slice(0, line);
	return before.reduce((sum, each) => sum + each.length + 1, 0) + character;
};

/** What the item adds after the cursor; nothing when it would change what stands before it. */
export const textAtCursor = (item: Item, text: string, cursor: number): string => {
	if (item.range === undefined) return item.insertText;
	const typed = text.slice(toOffset(text, item.range.start), cursor);
	const rest = text.slice(cursor, toOffset(text, item.range.end));
	if (!item.insertText.startsWith(typed) || !item.insertText.endsWith(rest)) return "";
	return item.insertText.slice(typed.length, item.insertText.length - rest.length);
};
