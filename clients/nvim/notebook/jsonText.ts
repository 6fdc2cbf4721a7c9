/** Where the values of a JSON text stand, so that what is not changed is written back as it was, digit by digit. */

export type JsonNode = { readonly start: number; readonly end: number } & (
	| { readonly kind: "array"; readonly items: readonly JsonNode[] }
	| { readonly kind: "object"; readonly members: ReadonlyMap<string, JsonNode> }
	| { readonly kind: "other" }
);

/** The nodes of a text that `JSON.parse` takes; of other texts anything may come. */
export const locateJson = (text: string): JsonNode => {
	let at = 0;
	const skip = (pattern: RegExp): string => {
		pattern.lastIndex = at;
		const [found = ""] = pattern.exec(text) ?? [];
		at += found.length;
		return found;
	};
	const list = (read: () => void): void => {
		at++;
		skip(blanks);
		while (at < text.length && !/[\]}]/.test(text[at]!)) {
			read();
			skip(separators);
		}
		at++;
	};
	const value = (): JsonNode => {
		skip(blanks);
		const start = at;
		if (text[at] === "[") {
			const items: JsonNode[] = [];
			list(() => items.push(value()));
			return { kind: "array", items, start, end: at };
		}
		if (text[at] === "{") {
			const members = new Map<string, JsonNode>();
			list(() => {
				const name = JSON.parse(skip(strings)) as string;
				skip(separators);
				members.set(name, value());
			});
			return { kind: "object", members, start, end: at };
		}
		skip(text[at] === '"' ? strings : words);
		return { kind: "other", start, end: at };
	};
	return value();
};

const blanks = /[ \t\r\n\ufeff]*/y;
const separators = /[ \t\r\n,:]*/y;
const strings = /"(?:[^"\\]|\\.)*"/y;
const words = /[^ \t\r\n,:\]}]+/y;

/** How a file is laid out. */
export type Layout = { readonly indent: string; readonly eol: string; readonly ascii: boolean };

export const layoutOf = (text: string): Layout => {
	const [, eol, indent] = /^\ufeff?\s*\{(\r?\n)([ \t]*)/.exec(text) ?? [];
	return {
		indent: indent ?? "",
		eol: eol ?? "\n",
		ascii: /\\u[0-9a-f]{4}/i.test(text) && !/[^\x00-\x7f]/.test(text.replace(/^\ufeff/, "")),
	};
};

/** A value as this file would have it at a depth, with the names of objects in order. */
export const toJson = (value: unknown, { indent, eol, ascii }: Layout, depth: number): string => {
	const plain = JSON.stringify(sorted(value), null, indent).replaceAll("\n", `${eol}${indent.repeat(depth)}`);
	return ascii ? plain.replace(/[^\x00-\x7f]/g, escaped) : plain;
};

const sorted = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, each]) => [name, sorted(each)]),
	);
};

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
