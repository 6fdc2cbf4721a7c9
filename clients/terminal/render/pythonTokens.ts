/**
 * A tokenizer for Python, good enough to colour a line while it is typed: it works line by line, and what is open at
 * a line's end (a triple-quoted string) is the whole state. IPython's `%magic`, `!command` and `?` are known.
 */
import type { Role } from "./theme.ts";

export type Span = { readonly text: string; readonly role: Role | null };

/** What is open at the end of a line: the quotes of a string, or nothing. */
export type PythonState = { readonly quote: string; readonly raw: boolean };
export const pythonStart: PythonState = { quote: "", raw: false };

/** The spans of one line, whose texts joined are the line, and the state for the next. */
export const tokenizePython = (line: string, state: PythonState): { spans: Span[]; state: PythonState } => {
	const spans: Span[] = [];
	let at = 0;
	let open = state;
	if (open.quote !== "") {
		const end = stringEnd(line, 0, open);
		spans.push({ text: line.slice(0, end < 0 ? line.length : end), role: "string" });
		if (end < 0) return { spans, state: open };
		at = end;
		open = pythonStart;
	} else {
		const magic = /^\s*(?:%%?\w+|!!?|\?\??)/.exec(line);
		if (magic) {
			spans.push({ text: magic[0], role: "decorator" });
			at = magic[0].length;
		}
	}
	let before = "";
	while (at < line.length) {
		token.lastIndex = at;
		const match = token.exec(line)!;
		const text = match[0];
		if (match[1] !== undefined) {
			const quote = match[2]!;
			const raw = /r/i.test(match[1]);
			const from = at + text.length;
			const end = stringEnd(line, from, { quote, raw });
			const stop = end < 0 ? line.length : end;
			spans.push({ text: line.slice(at, stop), role: "string" });
			at = stop;
			before = "";
			if (end < 0 && quote.length === 3) return { spans, state: { quote, raw } };
			continue;
		}
		const role = roleOf(text, before, line, at);
		spans.push({ text, role });
		if (text.trim() !== "") before = text;
		at += text.length;
	}
	return { spans, state: pythonStart };
};

/** The offset behind the closing quotes, or -1. */
const stringEnd = (line: string, from: number, { quote }: PythonState): number => {
	for (let at = from; at < line.length; at++) {
		if (line[at] === "\\") at++;
		else if (line.startsWith(quote, at)) return at + quote.length;
	}
	return -1;
};

const token =
	/((?:[rbuft]|br|rb|fr|rf|tr|rt)?)("""|'''|"|')|#.*|@(?=[\p{L}_])|[\p{L}_][\p{L}\p{N}_]*|(?:0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d[\d_]*)?j?|\.\d[\d_]*(?:e[+-]?\d+)?j?)|\s+|[-+*/%=<>!&|^~:@]+|./giuy;

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
