/** Words of a command line as bash passes them on. What bash would work out while it runs is not known here. */
import type { BraceExpansionPart, Word, WordPart } from "unbash";
import type { Wildcards } from "../wildcards.ts";

export type Argument =
	| { readonly kind: "text"; readonly value: string }
	/** What bash replaces by names of files. */
	| { readonly kind: "pattern"; readonly pattern: Wildcards }
	/** What commands print, in quotes: one word that nobody knows. */
	| { readonly kind: "printed"; readonly parts: readonly WordPart[] };

/** Why nothing can be shown, in words for a person. */
export type Doubt = { readonly doubt: string };

/** Variables whose values are known before the line runs. */
export type Known = Readonly<Record<string, string>>;

export const readWord = (word: Word, known: Known): Argument | Doubt => {
	const { parts } = word;
	if (parts === undefined) {
		if (word.text.startsWith("~")) return doubt(`${word.text}: write the path in full`);
		return /[{}]/.test(word.text) && word.text !== "{}" && hasBareBrace(word.text)
			? doubt(`${word.text}: braces may stand for several words`)
			: { kind: "text", value: word.value };
	}
	if (parts[0]?.type === "Literal" && parts[0].text.startsWith("~"))
		return doubt(`${word.text}: write the path in full`);
	const pieces: (string | { any: "one" | "many" })[] = [];
	for (const part of parts) {
		const piece = readPart(part, known);
		if (piece === null) return { kind: "printed", parts };
		if (typeof piece === "object" && "doubt" in piece) return piece;
		pieces.push(piece);
	}
	const texts = pieces.filter((piece) => typeof piece === "string");
	return texts.length === pieces.length
		? { kind: "text", value: texts.join("") }
		: { kind: "pattern", pattern: pieces };
};

/** `null` for what commands print. */
const readPart = (part: WordPart, known: Known): string | { any: "one" | "many" } | Doubt | null => {
	switch (part.type) {
		case "Literal":
			return hasBareBrace(part.text) ? doubt(`${part.text}: braces may stand for several words`) : part.value;
		case "SingleQuoted":
		case "AnsiCQuoted":
			return part.value;
		case "Glob":
			return part.kind === "bracket"
				? doubt(`${part.text}: a class of characters means other files elsewhere`)
				: { any: part.kind === "star" ? "many" : "one" };
		case "SimpleExpansion":
		case "ParameterExpansion":
			return knownValue(part, known) ?? doubt(`${part.text}: nobody knows its value before it runs`);
		case "DoubleQuoted": {
			let text = "";
			for (const inner of part.parts) {
				if (inner.type === "Literal") text += inner.value;
				else if (inner.type === "CommandExpansion") return null;
				else if (inner.type === "SimpleExpansion" || inner.type === "ParameterExpansion") {
					const value = knownValue(inner, known);
					if (value === null) return doubt(`${inner.text}: nobody knows its value before it runs`);
					text += value;
				} else return doubt(`${inner.text}: it is worked out while the line runs`);
			}
			return text;
		}
		case "LocaleString":
		case "CommandExpansion":
		case "ArithmeticExpansion":
		case "ProcessSubstitution":
		case "ExtendedGlob":
		case "BraceExpansion":
			return doubt(`${part.text}: it is worked out while the line runs`);
		default:
			return doubt(`${(part satisfies never as BraceExpansionPart).text}: not understood`);
	}
};

type Expansion = Extract<WordPart, { type: "SimpleExpansion" | "ParameterExpansion" }>;

/** Only values that bash would neither split nor take for patterns. */
const knownValue = (part: Expansion, known: Known): string | null => {
	const name =
		part.type === "SimpleExpansion"
			? part.text.slice(1)
			: part.prefix || part.index || part.operation
				? null
				: part.parameter;
	if (name === null || !Object.hasOwn(known, name)) return null;
	const value = known[name]!;
	return /^[\w./+@%:,-]*$/.test(value) ? value : null;
};

/** An opening brace that no backslash takes its meaning from. */
const hasBareBrace = (text: string): boolean => /(^|[^\\])(\\\\)*\{/.test(text);

export const doubt = (text: string): Doubt => ({ doubt: text });
