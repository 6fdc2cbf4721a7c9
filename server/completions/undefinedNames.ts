/** Names that a suggestion uses and nothing around it defines: the live namespace has to have them. Pure. */
import { codeTokens, keywords, type Token } from "../../ground/python/lexer.ts";
import { boundNames } from "./boundNames.ts";
import { withoutMagics } from "./lines.ts";
import { bracketsBefore, type Place } from "./place.ts";

/** A name and where it stands in the suggestion. */
export type UsedName = { readonly name: string; readonly at: number };

/** Longer texts are not read as a whole, and what is not read may define anything. */
const maxChars = 50_000;

/** Code that makes names nobody can see. */
const hidden =
	/\bimport\s*\*|^[ \t]*%{1,2}(?:run|pylab|load_ext|load|macro|store|recall|rerun)\b|\b(?:exec|globals|locals|vars|setattr)\s*\(/m;

/** `above` is code that belongs to the place without standing in its text: cells of a notebook. */
export const undefinedNames = (text: string, place: Place, above: readonly string[]): UsedName[] => {
	const head = [...above, place.prefix].join("\n");
	const around = head + text + place.suffix;
	if (around.length > maxChars || hidden.test(around) || bracketsBefore(place).quote !== null) return [];
	const tokens = codeTokens(withoutMagics(around));
	const known = definedNames(tokens);
	const before = head.length;
	const found = new Map<string, UsedName>();
	let depth = 0;
	for (const [index, token] of tokens.entries()) {
		if (token.kind === "operator" && "([{".includes(token.text)) depth++;
		if (token.kind === "operator" && ")]}".includes(token.text)) depth--;
		if (token.end <= before || token.start >= before + text.length) continue;
		if (token.kind !== "name" || keywords.has(token.text) || known.has(token.text) || found.has(token.text))
			continue;
		const previous = tokens[index - 1]?.text;
		const isArgument = depth > 0 && tokens[index + 1]?.text === "=";
		if (previous === "." || isArgument || /^_|^(?:match|case|type)$/.test(token.text)) continue;
		found.set(token.text, { name: token.text, at: Math.max(0, token.start - before) });
	}
	return [...found.values()];
};

/** Whatever this code gives a value, in whichever scope. */
const definedNames = (tokens: readonly Token[]): ReadonlySet<string> => {
	const names = new Set(boundNames(tokens));
	let statement = 0;
	let depth = 0;
	for (const [at, { kind, text }] of tokens.entries()) {
		if (kind === "operator" && "([{".includes(text)) depth++;
		if (kind === "operator" && ")]}".includes(text)) depth = Math.max(0, depth - 1);
		if ((kind === "newline" && depth === 0) || text === ";") statement = at + 1;
		const first = tokens[statement]?.text;
		const isListed = first === "import" || first === "from" || first === "global" || first === "nonlocal";
		const isHead = /^(?:case|type|except|with|class)$/.test(first ?? "");
		if (kind === "name" && (isListed || isHead)) names.add(text);
	}
	return names;
};
