/** HTML, XML and what is written like them; scripts and styles in it are read as such. */
import type { CodeReader, Span } from "./codeReader.ts";

/** Where a line begins. */
type Place =
	| { readonly kind: "text" }
	| { readonly kind: "comment"; readonly close: string }
	| { readonly kind: "tag"; readonly name: string; readonly quote: string | null }
	| { readonly kind: "embedded"; readonly name: string; readonly code: CodeReader };

const text: Place = { kind: "text" };

/** The language of what stands in a tag. */
const embedded: Readonly<Record<string, string>> = { script: "typescript", style: "scss" };

/** The reader at a text's beginning; `readerOf` knows the languages of scripts and styles. */
export const createMarkupReader = (readerOf: (language: string) => CodeReader): CodeReader => {
	const readerAt = (place: Place): CodeReader => {
		const reader: CodeReader = (line) => {
			const spans: Span[] = [];
			let now = place;
			let at = 0;
			while (at < line.length) {
				const [end, next] = readOn(line, at, now, spans, readerOf);
				at = end;
				now = next;
			}
			return { spans, next: now === place ? reader : readerAt(now) };
		};
		return reader;
	};
	return readerAt(text);
};

/** Reads a piece from `at` on; tells where it ends and where the line is then. */
const readOn = (
	line: string,
	at: number,
	place: Place,
	spans: Span[],
	readerOf: (language: string) => CodeReader,
): [number, Place] => {
	const push = (to: number, role: Span["role"]): number => {
		if (to > at) spans.push({ text: line.slice(at, to), role });
		return to;
	};
	switch (place.kind) {
		case "comment": {
			const end = line.indexOf(place.close, at);
			if (end < 0) return [push(line.length, "comment"), place];
			return [push(end + place.close.length, "comment"), text];
		}
		case "embedded": {
			const end = closingTag(line, at, place.name);
			const part = place.code(line.slice(at, end));
			spans.push(...part.spans);
			return [end, end < line.length ? text : { ...place, code: part.next }];
		}
		case "tag": {
			const [end, next] = readTag(line, at, place, push);
			if (next !== null) return [end, next];
			const language = Object.hasOwn(embedded, place.name) ? embedded[place.name] : undefined;
			if (language === undefined || line[end - 2] === "/") return [end, text];
			return [end, { kind: "embedded", name: place.name, code: readerOf(language) }];
		}
		case "text": {
			const begin = line.indexOf("<", at);
			if (begin !== at) return [push(begin < 0 ? line.length : begin, null), text];
			return readOpening(line, at, push);
		}
		default:
			return place satisfies never;
	}
};

const closingTag = (line: string, from: number, name: string): number => {
	for (let at = line.indexOf("</", from); at >= 0; at = line.indexOf("</", at + 2))
		if (line.slice(at + 2, at + 2 + name.length).toLowerCase() === name) return at;
	return line.length;
};

type Push = (to: number, role: Span["role"]) => number;

const readOpening = (line: string, at: number, push: Push): [number, Place] => {
	if (line.startsWith("<!--", at)) return [push(at + 4, "comment"), { kind: "comment", close: "-->" }];
	if (line.startsWith("<![CDATA[", at)) return [push(at + 9, "comment"), { kind: "comment", close: "]]>" }];
	opening.lastIndex = at;
	const found = opening.exec(line);
	if (found === null) return [push(at + 1, null), text];
	return [push(opening.lastIndex, "keyword"), { kind: "tag", name: found[1]!.toLowerCase(), quote: null }];
};

const opening = /<(\/?[\p{L}!?][\p{L}\p{N}:._-]*)/uy;
const inTag = /\s+|\/?>|\?>|[\p{L}_@:#*.([-][^\s=>"'/]*|[\s\S]/uy;

/** `null` for where the line is behind the tag. */
const readTag = (
	line: string,
	at: number,
	place: Place & { kind: "tag" },
	push: Push,
): [number, Place | null] => {
	if (place.quote !== null) {
		const end = line.indexOf(place.quote, at);
		if (end < 0) return [push(line.length, "string"), place];
		return [push(end + 1, "string"), { ...place, quote: null }];
	}
	inTag.lastIndex = at;
	const [found] = inTag.exec(line)!;
	const end = inTag.lastIndex;
	if (found === '"' || found === "'") return [push(end, "string"), { ...place, quote: found }];
	if (found.endsWith(">") && found.length <= 2) return [push(end, "keyword"), null];
	return [push(end, /^[\p{L}_@:#*.([-]/u.test(found) ? "decorator" : null), place];
};
