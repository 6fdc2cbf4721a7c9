/** A tool call in one line, as Python would write it: `pyrun(code='len(df)') => 42`. */
import type { Content } from "../../protocol/index.ts";
import type { ToolCallView } from "./sessionView.ts";

const maxArgumentChars = 200;
const maxResultChars = 100;

export const callText = (call: Pick<ToolCallView, "name" | "args">): string => {
	const args = Object.keys(call.args)
		.sort()
		.map((name) => `${name}=${pythonRepr(call.args[name])}`)
		.join(", ");
	return `${call.name}(${cut(args, maxArgumentChars)})`;
};

/** The line for a call that ended; newlines of the result become spaces. */
export const finishedText = (
	call: Pick<ToolCallView, "name" | "args">,
	content: readonly Content[],
	isError: boolean,
): string => {
	const result = content
		.map((part) => (part.kind === "text" ? part.text : `[picture, ${part.mimeType}]`))
		.join(" ")
		.replace(/\s+/g, " ")
		.trim();
	return `${callText(call)}${isError ? " [error]" : ""}${result === "" ? "" : ` => ${cut(result, maxResultChars)}`}`;
};

/** A JSON value as Python's `repr` writes it, except that line breaks in strings are shown as `\n`. */
export const pythonRepr = (value: unknown): string => {
	if (value === null || value === undefined) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	if (typeof value === "string") {
		const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
		const inner = value
			.replaceAll("\\", "\\\\")
			.replaceAll("\n", "\\n")
			.replaceAll("\r", "\\r")
			.replaceAll("\t", "\\t")
			.replaceAll(quote, `\\${quote}`);
		return quote + inner + quote;
	}
	if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
	if (typeof value === "object")
		return `{${Object.entries(value)
			.map(([key, each]) => `${pythonRepr(key)}: ${pythonRepr(each)}`)
			.join(", ")}}`;
	return String(value);
};

const cut = (text: string, maxChars: number): string =>
	text.length <= maxChars ? text : `${text.slice(0, maxChars - 3)}...`;
