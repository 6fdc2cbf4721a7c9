/** A token of Python, as far as completions need them. Blanks and comments are left out. */
export type Token = {
	readonly kind: "name" | "string" | "number" | "newline" | "operator";
	readonly text: string;
	readonly start: number;
	readonly end: number;
};

const pattern =
	/(?<skipped>[ \t\r\f]+|\\\r?\n|#[^\n]*)|(?<string>[rRbBuUfFtT]{0,2}(?:"""(?:\\.|[^\\])*?(?:"""|$)|'''(?:\\.|[^\\])*?(?:'''|$)|"(?:\\.|[^"\\\n])*(?:"|(?=\n)|$)|'(?:\\.|[^'\\\n])*(?:'|(?=\n)|$)))|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d[\p{L}\p{N}_.]*)|(?<newline>\n)|(?<operator>[=!<>]=|:=|->|[-+*/%&|^@]=|\*\*=?|\/\/=?|<<=?|>>=?|.)/suy;

export const pythonTokens = (code: string): Token[] => {
	const tokens: Token[] = [];
	const scanner = new RegExp(pattern);
	for (let match = scanner.exec(code); match?.groups; match = scanner.exec(code)) {
		const kind = (["name", "string", "number", "newline", "operator"] as const).find(
			(each) => match?.groups?.[each] !== undefined,
		);
		if (kind) tokens.push({ kind, text: match[0], start: match.index, end: scanner.lastIndex });
	}
	return tokens;
};

/** The value of a plain literal; `null` for f-strings, bytes and what has escapes. */
export const plainString = (literal: string): string | null =>
	/^[uUrR]?(?:"([^"\\]*)"|'([^'\\]*)')$/
		.exec(literal)
		?.slice(1)
		.find((each) => each !== undefined) ?? null;

export const keywords: ReadonlySet<string> = new Set(
	"False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
		" ",
	),
);
