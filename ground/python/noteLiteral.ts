import { codeTokens } from "./lexer.ts";

/**
 * The value of a cell that is one Python string literal, which makes it a note; `null` for every other source.
 * Blanks and comments around the literal do not count. Literals that only Python itself can read (`\N{...}`, several
 * in a row) are no notes here and stay code, which loses nothing.
 */
export const noteValue = (code: string): string | null => {
	const [literal, ...more] = codeTokens(code).filter(({ kind }) => kind !== "newline");
	if (literal?.kind !== "string" || literal.isOpen || more.length > 0) return null;
	const { prefix, quote } = /^(?<prefix>[a-z]*)(?<quote>"""|'''|"|')/i.exec(literal.text)!.groups as Groups;
	if (!/^[ru]?$/i.test(prefix)) return null;
	const body = literal.text.slice(prefix.length + quote.length, -quote.length);
	return /r/i.test(prefix) ? body : unescaped(body);
};

type Groups = { readonly prefix: string; readonly quote: string };

const unescaped = (body: string): string | null => {
	let whole = true;
	const text = body.replace(escapes, (all: string, simple: string | undefined) => {
		if (simple !== undefined) return simples[simple] ?? "";
		if (/^\\[0-7]/.test(all)) return String.fromCodePoint(Number.parseInt(all.slice(1), 8));
		const code = Number.parseInt(all.slice(2), 16);
		if (/^\\[xuU]/.test(all) && code <= 0x10ffff) return String.fromCodePoint(code);
		// `\N{...}` or a broken escape is left to Python; any other backslash stands for itself.
		if (/^\\[NxuU]/.test(all)) whole = false;
		return all;
	});
	return whole ? text : null;
};

const escapes = /\\(?:([\n\\'"abfnrtv])|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])/g;
const simples: Readonly<Record<string, string>> = {
	"\n": "",
	"\\": "\\",
	"'": "'",
	'"': '"',
	a: "\x07",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
};

/** A cell whose value as a note is `text`; the form that reads best. */
export const noteLiteral = (text: string): string => {
	const slashed = text.replace(/\\/g, "\\\\");
	const escaped = /"""|"$/.test(slashed) ? slashed.replaceAll('"', '\\"') : slashed;
	return `"""${escaped.replace(/\r/g, "\\r").replace(/\0/g, "\\x00")}"""`;
};
