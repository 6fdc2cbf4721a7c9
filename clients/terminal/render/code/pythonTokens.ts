/**
 * Python in colours, line by line while it is typed: what is open at a line's end is the whole state. IPython's
 * `%magic`, `!command` and `?` are known.
 */
import { type LexState, lexPython, nothingOpen } from "../../../../ground/python/lexer.ts";
import type { Role } from "../theme.ts";
import type { CodeReader, Span } from "./codeReader.ts";

/** What is open at the end of a line. */
export type PythonState = LexState;
export const pythonStart: PythonState = nothingOpen;

/** The spans of one line, whose texts joined are the line, and the state for the next. */
export const tokenizePython = (line: string, state: PythonState): { spans: Span[]; state: PythonState } => {
	const magic = state.frames.length === 0 ? (/^\s*(?:%%?\w+|!!?|\?\??)/.exec(line)?.[0] ?? "") : "";
	const spans: Span[] = magic === "" ? [] : [{ text: magic, role: "decorator" }];
	// With its end, which breaks a string off that must not go on.
	const read = lexPython(`${line.slice(magic.length)}\n`, state);
	let before = "";
	for (const { kind, text, start, end } of read.tokens) {
		const shown = end > line.length - magic.length ? text.replace(/\n$/, "") : text;
		if (shown === "") continue;
		const role = kind === "string" ? "string" : roleOf(shown, before, line, start + magic.length);
		spans.push({ text: shown, role });
		if (kind !== "blank") before = kind === "string" ? "" : shown;
	}
	return { spans, state: read.state };
};

const readerFrom = (state: PythonState): CodeReader => {
	const reader: CodeReader = (line) => {
		const read = tokenizePython(line, state);
		return { spans: read.spans, next: read.state === state ? reader : readerFrom(read.state) };
	};
	return reader;
};

/** Python from its beginning. */
export const pythonReader: CodeReader = readerFrom(pythonStart);

const roleOf = (text: string, before: string, line: string, at: number): Role | null => {
	const first = text[0]!;
	if (first === "#") return "comment";
	if (/\d/.test(first) || (first === "." && text.length > 1)) return "number";
	if (/[\p{L}_]/u.test(first)) {
		if (before === "@") return "decorator";
		if (before === "def") return "function";
		if (before === "class") return "type";
		if (before !== "." && keywords.has(text)) return "keyword";
		if (before !== "." && constants.has(text)) return "number";
		if (before !== "." && builtins.has(text)) return "builtin";
		return line[at + text.length] === "(" ? "function" : null;
	}
	if (text === "@" && /^\s*$/.test(line.slice(0, at))) return "decorator";
	return /^[-+*/%=<>!&|^~:@]+$/.test(text) && text !== ":" ? "operator" : null;
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const keywords = words(
	"and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield match case",
);
const constants = words("True False None");
const builtins = words(
	"abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip self cls Exception ValueError TypeError KeyError IndexError AttributeError RuntimeError StopIteration OSError",
);
