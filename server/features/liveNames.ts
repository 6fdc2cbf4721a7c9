import { CompletionItemKind } from "vscode-languageserver";
import { isClean, plainText, rowText } from "../../ground/text/plainText.ts";
import { type PlainText, repeated, words } from "../../ground/text/screenText.ts";
import { toCodePoints, toUtf16 } from "../kernel/positions.ts";
import type { Client } from "./client.ts";
import { isPython } from "./documents.ts";
import type { Feature, Services } from "./feature.ts";
import { sessionFor } from "./sessionFor.ts";

/** `textDocument/completion` and `textDocument/hover` from the live namespace; nothing where none is. */
export const liveNamesFeature: Feature = {
	register(client, services) {
		client.onEditorRequest("textDocument/completion", async (params, signal) => {
			const place = lookUp(client, services, params.textDocument.uri, params.position);
			if (!place) return nothing;
			const { host, code, cursor, document, from } = place;
			const before = code.slice(code.lastIndexOf("\n", cursor - 1) + 1, cursor);
			// A quote that was typed begins a key there, and any string elsewhere.
			if (/["']/.test(params.context?.triggerCharacter ?? "") && !beginsKey.test(before)) return nothing;
			const { start, end, matches } = await host
				.complete(code, toCodePoints(code, cursor), signal)
				.catch(() => ({ start: 0, end: 0, matches: [] })); // busy or gone: other sources still complete
			const range = {
				start: document.positionAt(from + toUtf16(code, start)),
				end: document.positionAt(from + toUtf16(code, end)),
			};
			// Magics are completed for who types one: in a file most names are not their beginning.
			const fitting = matches.filter(({ text }) => !text.startsWith("%") || /%\w*$/.test(before));
			const items = fitting.flatMap(({ text, type, signature }) => {
				// What would put into the file what nobody sees there, as names of files may, is not offered.
				if (!isClean(text)) return [];
				return {
					label: rowText(text),
					kind: kinds[type ?? ""] ?? CompletionItemKind.Variable,
					...(signature && { detail: rowText(signature) }),
					textEdit: { range, newText: text },
				};
			});
			// A kernel that is just loading its completion library has nothing to say either: the next key asks again.
			return { isIncomplete: items.length === 0, items };
		});

		client.onEditorRequest("textDocument/hover", async ({ textDocument: { uri }, position }, signal) => {
			const place = lookUp(client, services, uri, position);
			if (!place || !/[\p{L}\p{N}_]/u.test(place.code.slice(place.cursor - 1, place.cursor + 1))) return null;
			const text = await place.host
				.inspect(place.code, toCodePoints(place.code, place.cursor), 0, signal)
				.catch(() => null); // as above
			if (!text) return null;
			const plain = plainText(text);
			// Its columns need letters of one width.
			return client.facts.hoversMarkdown
				? { contents: { kind: "markdown", value: fenced(plain) } }
				: { contents: { kind: "plaintext", value: plain } };
		});
	},
};

const nothing = { isIncomplete: false, items: [] };

const beginsKey = /[\p{L}\p{N}_)\]]\s*\[[^"']*["']$/u;

/** As a code block that nothing in the text ends. */
const fenced = (text: PlainText): PlainText => {
	const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
	const fence = repeated(words`\``, longest + 1);
	return words`${fence}\n${text}\n${fence}`;
};

/** The kernel looks at the text around the cursor only: a whole file would be parsed with each key. */
const linesAround = 50;

const lookUp = (
	client: Client,
	services: Services,
	uri: string,
	position: { line: number; character: number },
) => {
	const document = client.documents.find(uri);
	if (!document || !isPython(document)) return null;
	const host = sessionFor(client, services, uri)?.hosting.host;
	if (!host || host.capabilities.complete === false) return null;
	const from = document.offsetAt({ line: Math.max(0, position.line - linesAround), character: 0 });
	const to = document.offsetAt({ line: position.line + 1, character: 0 });
	const code = document.text.slice(from, to);
	return { host, document, code, from, cursor: document.offsetAt(position) - from };
};

/** jedi's words for what a name is. */
const kinds: Readonly<Record<string, CompletionItemKind>> = {
	function: CompletionItemKind.Function,
	class: CompletionItemKind.Class,
	module: CompletionItemKind.Module,
	instance: CompletionItemKind.Variable,
	statement: CompletionItemKind.Variable,
	keyword: CompletionItemKind.Keyword,
	property: CompletionItemKind.Property,
	param: CompletionItemKind.Variable,
	path: CompletionItemKind.File,
	magic: CompletionItemKind.Function,
};
