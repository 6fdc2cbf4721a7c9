import { CompletionItemKind } from "vscode-languageserver";
import { keywords } from "../../ground/python/lexer.ts";
import { isClean, plainText, rowText } from "../../ground/text/plainText.ts";
import { type Cleaned, type PlainText, repeated, words } from "../../ground/text/screenText.ts";
import type { EditorResult } from "../../protocol/editor.ts";
import type { Range } from "../../protocol/positions.ts";
import { callPlace, labelPlace, statementStart } from "../completions/typedPlace.ts";
import { toCodePoints, toUtf16 } from "../kernel/positions.ts";
import type { Host, HostMember } from "../sessions/python/host.ts";
import type { Client } from "./client.ts";
import { isPython } from "./documents.ts";
import type { Feature, Services } from "./feature.ts";
import { sessionFor } from "./sessionFor.ts";

type Position = Range["start"];
type Completions = Cleaned<EditorResult<"textDocument/completion">>;

/** Names, keys and columns, hovers and the parameters of calls from the live namespace; nothing where none is. */
export const liveNamesFeature: Feature = {
	register(client, services) {
		client.onEditorRequest("textDocument/completion", async (params, signal) => {
			const place = lookUp(client, services, params.textDocument.uri, params.position);
			if (!place) return nothing;
			const label = labelPlace(place.before);
			const labels = label?.of
				? await place.host.labels(label.of, label.levels, signal).catch(() => null)
				: null;
			if (label && labels) return labelItems(place, label.typed, labels);
			// A quote that was typed begins a key there, and any string elsewhere.
			if (/["']/.test(params.context?.triggerCharacter ?? "") && label === null) return nothing;
			return nameItems(place, label !== null, signal);
		});

		client.onEditorRequest("completionItem/resolve", async (item, signal) => {
			const { label, data, ...rest } = item;
			// What a client sends along is its own, and goes back as it came.
			const same = { ...rest, ...(data && { data }), label: rowText(label) };
			const host = data && sessionFor(client, services, data.uri)?.hosting.host;
			if (!host) return same;
			const text = await host
				.inspect(data.name, toCodePoints(data.name, data.name.length), 0, signal)
				.catch(() => null);
			return text ? { ...same, documentation: markup(client, plainText(text)) } : same;
		});

		client.onEditorRequest(
			"textDocument/signatureHelp",
			async ({ textDocument: { uri }, position }, signal) => {
				const place = lookUp(client, services, uri, position);
				const typed = place && callPlace(place.before);
				if (!typed) return null;
				const call = await place.host.call(typed.name, signal).catch(() => null);
				if (!call) return null;
				const label = rowText(call.label);
				const parameters = placesOf(label, call.parameters.map(rowText));
				const active = activeOf(call.parameters, typed.argument);
				const { documentation } = call;
				return {
					signatures: [
						{
							label,
							parameters: parameters.map((each) => ({ label: each })),
							...(documentation && { documentation: { kind: "plaintext", value: plainText(documentation) } }),
						},
					],
					activeSignature: 0,
					...(active !== null && { activeParameter: active }),
				};
			},
		);

		client.onEditorRequest("textDocument/hover", async ({ textDocument: { uri }, position }, signal) => {
			const place = lookUp(client, services, uri, position);
			if (!place) return null;
			const { host, before, after } = place;
			if (!/[\p{L}\p{N}_]/u.test(before.slice(-1) + after.slice(0, 1))) return null;
			const name = nameAt(before, after);
			const [code, cursor] = name === null ? [before + after, before.length] : [name, name.length];
			const text = await host.inspect(code, toCodePoints(code, cursor), 0, signal).catch(() => null);
			// Its columns need letters of one width.
			return text ? { contents: markup(client, plainText(text)) } : null;
		});
	},
};

/** The dotted name at the cursor, up to the part it is in; `null` where it is a member of what is no name. */
const nameAt = (before: string, after: string): string | null => {
	const text = before + /^[\p{L}\p{N}_]*/u.exec(after)![0];
	return /(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u.exec(text)?.[0] ?? null;
};

const nothing: Completions = { isIncomplete: false, items: [] };

/** What stands around the cursor, as far as its statement goes. */
type Place = {
	readonly host: Host;
	readonly uri: string;
	readonly position: Position;
	readonly before: string;
	/** The rest of the line. */
	readonly after: string;
	/** The place of an offset in `before`. */
	placeOf(offset: number): Position;
};

/** A statement that goes on for longer is looked at from there on, in lines and in characters. */
const maxLines = 50;
const maxChars = 20_000;

const lookUp = (client: Client, services: Services, uri: string, position: Position): Place | null => {
	const document = client.documents.find(uri);
	if (!document || !isPython(document)) return null;
	const host = sessionFor(client, services, uri)?.hosting.host;
	if (!host || host.capabilities.complete === false) return null;
	const cursor = document.offsetAt(position);
	const first = document.offsetAt({ line: Math.max(0, position.line - maxLines), character: 0 });
	const from = Math.max(first, cursor - maxChars);
	const lines = document.text.slice(from, cursor);
	const start = from + statementStart(lines);
	const end = document.offsetAt({ line: position.line + 1, character: 0 });
	return {
		host,
		uri,
		position,
		before: document.text.slice(start, cursor),
		after: document.text.slice(cursor, Math.min(end, cursor + maxChars)).replace(/\r?\n?$/, ""),
		placeOf: (offset) => document.positionAt(start + offset),
	};
};

/** Columns and keys that begin as what is typed. One that would end its string is left out. */
const labelItems = (
	{ before, position, placeOf }: Place,
	typed: string,
	labels: readonly { readonly label: string; readonly type: string }[],
): Completions => {
	const range = { start: placeOf(before.length - typed.length), end: position };
	return {
		isIncomplete: false,
		items: labels.flatMap(({ label, type }) =>
			label.startsWith(typed) && isClean(label) && !/["'\\\n]/.test(label)
				? {
						label,
						kind: CompletionItemKind.Field,
						detail: rowText(type),
						textEdit: { range, newText: label },
					}
				: [],
		),
	};
};

/** What the kernel completes; `inLabel`: where a label is typed, files are none. */
const nameItems = async (place: Place, inLabel: boolean, signal: AbortSignal): Promise<Completions> => {
	const { host, uri, before, placeOf, position } = place;
	const { start, matches } = await host
		.completeLive(before, toCodePoints(before, before.length), signal)
		.catch(() => ({ start: 0, matches: [] })); // busy or gone: other sources still complete
	const from = toUtf16(before, start);
	const line = before.slice(before.lastIndexOf("\n") + 1);
	// Magics are completed for who types one: in a file most names are not their beginning.
	const fitting = matches.filter(
		({ text, type }) =>
			// What would put into the file what nobody sees there, as names of files may, is not offered.
			isClean(text) && (!text.startsWith("%") || /%\w*$/.test(line)) && !(inLabel && type === "path"),
	);
	// A member may come with what it is a member of.
	const [, base = "", typed = ""] = /((?:[\p{L}_][\p{L}\p{N}_]*\.)*)([\p{L}\p{N}_]*)$/u.exec(before) ?? [];
	const ofName = before.length - typed.length;
	const isName = base !== "" || !/[.)\]]\s*$/.test(before.slice(0, ofName));
	const found = fitting.map((match) => {
		const lead = before.slice(from, ofName);
		const isMember = lead.endsWith(".") && match.type !== "path" && match.text.startsWith(lead);
		return { ...match, text: (isMember ? match.text.slice(lead.length) : match.text) as PlainText, isMember };
	});
	const of = base.slice(0, -1);
	const members: readonly (HostMember | null)[] = isName
		? await host
				.members(
					of,
					found.slice(0, maxMembers).map(({ text }) => text),
					signal,
				)
				.catch(() => [])
		: [];
	const items = found.map(({ text, type, signature, isMember }, at) => {
		const member = members[at] ?? null;
		const detail = rowText(member?.detail ?? signature ?? "");
		const kind = member?.kind ?? (keywords.has(text) ? "keyword" : (type ?? ""));
		return {
			label: rowText(text),
			kind: kinds[kind] ?? CompletionItemKind.Variable,
			...(detail !== "" && { detail }),
			textEdit: { range: { start: placeOf(isMember ? ofName : from), end: position }, newText: text },
			...(member && { data: { uri: plainText(uri), name: rowText(`${base}${text}`) } }),
		};
	});
	// A kernel that is just loading its completion library has nothing to say either: the next key asks again.
	return { isIncomplete: items.length === 0, items };
};

/** Of so many matches more is told than their names. */
const maxMembers = 300;

/** Where each parameter stands in a signature. */
const placesOf = (label: string, parameters: readonly string[]): [number, number][] => {
	let from = label.indexOf("(") + 1;
	return parameters.map((parameter) => {
		const start = Math.max(from, label.indexOf(parameter, from));
		from = start + parameter.length;
		return [start, Math.min(from, label.length)];
	});
};

/** Which of the parameters an argument is for; `null` where that is not known. */
const activeOf = (parameters: readonly string[], argument: number | string): number | null => {
	const rest = parameters.findIndex((each) => each.startsWith(typeof argument === "string" ? "**" : "*"));
	const at =
		typeof argument === "string"
			? parameters.findIndex((each) => /^\w+/.exec(each)?.[0] === argument)
			: argument < parameters.length && !(rest >= 0 && argument > rest)
				? argument
				: -1;
	return at >= 0 ? at : rest >= 0 ? rest : null;
};

const markup = (client: Client, text: PlainText) =>
	client.facts.hoversMarkdown
		? ({ kind: "markdown", value: fenced(text) } as const)
		: ({ kind: "plaintext", value: text } as const);

/** As a code block that nothing in the text ends. */
const fenced = (text: PlainText): PlainText => {
	const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
	const fence = repeated(words`\``, longest + 1);
	return words`${fence}\n${text}\n${fence}`;
};

/** Words for what a name is, ours and jedi's. */
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
	"dict key": CompletionItemKind.Field,
};
