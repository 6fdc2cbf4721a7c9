/**
 * A tool call in one line, `🔧 f(x=1) => 2`: what terminals show and what stored answers hold. Free of dependencies.
 */

import { headOf } from "../ground/text/wholeCharacters.ts";
export type ToolLineResult = { readonly text: string; readonly isError: boolean };

const maxResultChars = 100;

/** The line with its result; newlines become spaces. `null` while the call runs. */
export const toolLine = (
	name: string,
	args: Readonly<Record<string, unknown>>,
	result: ToolLineResult | null,
): string => {
	const call = `🔧 ${callText(name, args)}`;
	if (!result) return call;
	const text = result.text.replaceAll("\n", " ").trim();
	const marked = result.isError ? `${call} [error]` : call;
	return text === "" ? marked : `${marked} => ${cut(text, maxResultChars)}`;
};

/** The call as Python would write it, arguments sorted by name. */
export const callText = (name: string, args: Readonly<Record<string, unknown>>): string => {
	const shown = Object.keys(args)
		.sort()
		.map((key) => `${key}=${pythonRepr(args[key])}`);
	return `${shortName(name)}(${shown.join(", ")})`;
};

/** A tool's name without that of the MCP server it comes of. */
export const shortName = (name: string): string => name.replace(/^mcp__.+?__/, "");

/** A JSON value as Python's `repr` writes it. */
export const pythonRepr = (value: unknown): string => {
	if (value === null || value === undefined) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	if (typeof value === "string") return stringRepr(value);
	if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
	if (typeof value === "object")
		return `{${Object.entries(value)
			.map(([key, each]) => `${stringRepr(key)}: ${pythonRepr(each)}`)
			.join(", ")}}`;
	return String(value);
};

const stringRepr = (text: string): string => {
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	const inner = text.replace(/[\\'"\p{Cc}\p{Cs}\u2028\u2029]/gu, (char) => {
		if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
		return escapes[char] ?? codeEscape(char.charCodeAt(0));
	});
	return quote + inner + quote;
};

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const codeEscape = (code: number): string =>
	code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;

const cut = (text: string, maxChars: number): string =>
	text.length <= maxChars ? text : `${headOf(text, maxChars - 3)}...`;
