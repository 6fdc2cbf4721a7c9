/**
 * A lexer for Python as it is typed: it never fails, and goes on where an earlier text ended, so that code can be read
 * line by line. A string is one token, an f-string with all that stands in its fields. IPython's magics are not known
 * here: their lines are read as Python.
 */
export type Token = {
	readonly kind:
		| "name"
		| "number"
		| "string"
		| "operator"
		| "comment"
		| "newline"
		| "blank"
		/** A backslash that joins the next line. */
		| "continuation";
	readonly text: string;
	/** Offsets in the text that was given; a string that goes on from before begins at 0. */
	readonly start: number;
	readonly end: number;
	/** A string without its closing quotes: it goes on, or was broken off by the line's end. */
	readonly isOpen: boolean;
};

/** What is open at the end of a text: the string with the fields in it, a comment, or nothing. */
export type LexState = {
	readonly frames: readonly Frame[];
	readonly isComment: boolean;
};

type StringFrame = { readonly kind: "string"; readonly quote: string; readonly isFormat: boolean };

type Frame =
	| StringFrame
	/** The expression between the braces of an f-string. */
	| { readonly kind: "field" }
	/** What stands after a field's colon. */
	| { readonly kind: "spec" }
	/** A bracket inside of a field. */
	| { readonly kind: "bracket" };

export const nothingOpen: LexState = { frames: [], isComment: false };

export const isSameState = (a: LexState, b: LexState): boolean =>
	a === b || (a.isComment === b.isComment && JSON.stringify(a.frames) === JSON.stringify(b.frames));

/** The quotes of the string that is open, `null` for none. */
export const openQuotes = ({ frames: [first] }: LexState): string | null =>
	first?.kind === "string" ? first.quote : null;

export type Lexed = { readonly tokens: Token[]; readonly state: LexState };

/** The tokens of `text`, which joined are the text, and what is open behind it. */
export const lexPython = (text: string, from: LexState = nothingOpen): Lexed => lex(text, from, pattern);

/** As `lexPython`, for long texts: all that stands between strings, comments, brackets and line ends is one blank. */
export const skimPython = (text: string, from: LexState = nothingOpen): Lexed =>
	lex(text, from, coarsePattern);

const lex = (text: string, from: LexState, pattern: RegExp): Lexed => {
	const tokens: Token[] = [];
	let frames = [...from.frames];
	let isComment = false;
	let at = 0;
	const endsInField = fieldEnds(text);
	const push = (kind: Token["kind"], end: number, isOpen = false): void => {
		tokens.push({ kind, text: text.slice(at, end), start: at, end, isOpen });
		at = end;
	};
	if (from.isComment) {
		const end = text.indexOf("\n");
		isComment = end < 0;
		if (text !== "") push("comment", end < 0 ? text.length : end);
	} else if (frames.length > 0 && text !== "") {
		const string = readString(text, 0, frames, endsInField);
		push("string", string.end, !string.isEnded);
	}
	while (at < text.length) {
		pattern.lastIndex = at;
		const { groups = {}, 0: found } = pattern.exec(text)!;
		const end = at + found.length;
		if (groups.quote !== undefined) {
			frames = [stringFrame(groups.prefix ?? "", groups.quote)];
			const string = readString(text, end, frames, endsInField);
			push("string", string.end, !string.isEnded);
			continue;
		}
		isComment = groups.comment !== undefined && end === text.length;
		push(kinds.find((kind) => groups[kind] !== undefined) ?? "operator", end);
	}
	return { tokens, state: { frames, isComment } };
};

/** The tokens that mean something: without blanks, comments and joined lines. */
export const codeTokens = (code: string): Token[] =>
	lexPython(code).tokens.filter(
		({ kind }) => kind !== "blank" && kind !== "comment" && kind !== "continuation",
	);

const kinds = ["name", "blank", "newline", "number", "comment", "continuation"] as const;

const pattern =
	/(?<blank>[ \t\r\f]+)|(?<newline>\n)|(?<comment>#[^\n]*)|(?<continuation>\\(?:\r?\n|$))|(?<prefix>[rbuft]|br|rb|fr|rf|tr|rt)?(?<quote>"""|'''|"|')|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d[\d_]*)?j?|\.\d[\d_]*(?:e[+-]?\d+)?j?)|\*\*=?|\/\/=?|<<=?|>>=?|[=!<>]=|:=|->|\.\.\.|[-+*/%&|^@]=|[^\n]/giuy;

const coarsePattern =
	/(?<blank>(?:[^\w"'#()[\]{}\\\n]+|\w+(?![\w"']))+)|(?<newline>\n)|(?<comment>#[^\n]*)|(?<continuation>\\(?:\r?\n|$))|(?<prefix>[rbuft]|br|rb|fr|rf|tr|rt)?(?<quote>"""|'''|"|')|[^\n]/giuy;

const stringFrame = (prefix: string, quote: string): StringFrame => ({
	kind: "string",
	quote,
	isFormat: /[ft]/i.test(prefix),
});

/**
 * Reads on in the string that `frames` begins with, which it changes: empty when the string has ended, or was broken
 * off by the end of the line. Takes time in proportion to the text, however deep it nests.
 */
const readString = (
	text: string,
	from: number,
	frames: Frame[],
	endsInField: FieldEnds,
): { end: number; isEnded: boolean } => {
	/** Where in `frames` the strings stand. */
	const strings = frames.flatMap((frame, index) => (frame.kind === "string" ? [index] : []));
	let at = from;
	while (at < text.length) {
		const top = frames.at(-1)!;
		const char = text[at]!;
		if (char === "\\") {
			at += text.startsWith("\r\n", at + 1) ? 3 : 2;
			continue;
		}
		if (char === "\n" && strings.some((index) => (frames[index] as StringFrame).quote.length === 1)) {
			frames.length = 0;
			return { end: at, isEnded: false };
		}
		const inner = strings.at(-1)!;
		const { quote } = frames[inner] as StringFrame;
		// Since Python 3.12 the same quotes may stand in a field; before, and while it is typed, they end the string.
		const inField = top.kind === "field" || top.kind === "bracket";
		if (text.startsWith(quote, at) && !(inField && endsInField(at + quote.length, quote))) {
			at += quote.length;
			frames.length = inner;
			strings.pop();
			if (inner === 0) return { end: at, isEnded: true };
			continue;
		}
		at += step(text, at, char, top, frames);
		if (frames.at(-1)?.kind === "string" && strings.at(-1) !== frames.length - 1)
			strings.push(frames.length - 1);
	}
	return { end: Math.min(at, text.length), isEnded: false };
};

type FieldEnds = (from: number, quote: string) => boolean;

/** Whether the quotes come again in the same line, with the end of a field behind them. */
const fieldEnds = (text: string): FieldEnds => {
	let lineEnd = -1;
	let lastBrace = -1;
	return (from, quote) => {
		if (from > lineEnd) {
			const newline = text.indexOf("\n", from);
			lineEnd = newline < 0 ? text.length : newline;
			lastBrace = text.lastIndexOf("}", lineEnd);
		}
		const again = text.indexOf(quote, from);
		return again >= 0 && again + quote.length <= lineEnd && again <= lastBrace;
	};
};

/** Takes the character here into account; how many were read. */
const step = (text: string, at: number, char: string, top: Frame, frames: Frame[]): number => {
	if (top.kind === "string") {
		if (!top.isFormat || (char !== "{" && char !== "}")) return 1;
		if (text[at + 1] === char) return 2;
		if (char === "{") frames.push({ kind: "field" });
		return 1;
	}
	if (char === "{") frames.push(top.kind === "spec" ? { kind: "field" } : { kind: "bracket" });
	else if (top.kind === "spec") {
		if (char === "}") frames.splice(-2);
	} else if (char === '"' || char === "'") {
		const quote = text.startsWith(char.repeat(3), at) ? char.repeat(3) : char;
		const [prefix] = /[a-z]{0,2}$/i.exec(text.slice(Math.max(0, at - 2), at))!;
		frames.push(stringFrame(prefix, quote));
		return quote.length;
	} else if (char === "(" || char === "[") frames.push({ kind: "bracket" });
	else if (char === "}" || char === ")" || char === "]") {
		if (top.kind === "bracket" || char === "}") frames.pop();
	} else if (char === ":" && top.kind === "field" && text[at + 1] !== "=") frames.push({ kind: "spec" });
	return 1;
};

/** Words that are no names. */
export const keywords: ReadonlySet<string> = new Set(
	"False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
		" ",
	),
);

/** The value of a plain literal; `null` for f-strings, bytes and what has escapes. */
export const plainString = (literal: string): string | null =>
	/^[uUrR]?(?:"([^"\\]*)"|'([^'\\]*)')$/
		.exec(literal)
		?.slice(1)
		.find((each) => each !== undefined) ?? null;
