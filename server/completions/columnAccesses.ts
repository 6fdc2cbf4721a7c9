/**
 * Columns of frames that code names in other ways than `df["a"]`: in lists, in `loc`, in the arguments of the methods
 * that take columns, in `query`. Pure.
 */
import { codeTokens, keywords, plainString, type Token } from "../../ground/python/lexer.ts";
import type { AccessStep } from "../context/access.ts";

/** A column, and where its name stands. */
export type NamedColumn = { readonly step: AccessStep; readonly place: readonly [number, number] };

/** Which arguments of a method are columns: the first ones without a name, and those of these names. */
const methods: Readonly<Record<string, { readonly positional: number; readonly named: readonly string[] }>> =
	{
		groupby: { positional: 1, named: ["by"] },
		sort_values: { positional: 1, named: ["by"] },
		set_index: { positional: 1, named: ["keys"] },
		drop_duplicates: { positional: 1, named: ["subset"] },
		duplicated: { positional: 1, named: ["subset"] },
		explode: { positional: 1, named: ["column"] },
		dropna: { positional: 0, named: ["subset"] },
		value_counts: { positional: 1, named: ["subset"] },
		nlargest: { positional: 0, named: ["columns"] },
		nsmallest: { positional: 0, named: ["columns"] },
		drop: { positional: 0, named: ["columns"] },
		pivot: { positional: 0, named: ["columns", "index", "values"] },
		pivot_table: { positional: 0, named: ["columns", "index", "values"] },
		melt: { positional: 0, named: ["id_vars", "value_vars"] },
	};

/** Whether an argument of a method is a column: by its place among those without a name, or by its name. */
export const takesColumns = (method: string, argument: number | string): boolean => {
	const taken = Object.hasOwn(methods, method) ? methods[method]! : null;
	if (taken === null) return false;
	return typeof argument === "string" ? taken.named.includes(argument) : argument < taken.positional;
};

/**
 * What follows a chain whose last attribute is `method`, from the token `at` on. The steps go on from what the method
 * is called on; `list` goes on from the chain itself.
 */
export const columnsAfter = (
	tokens: readonly Token[],
	at: number,
	method: string | null,
): { readonly of: "chain" | "receiver"; readonly columns: readonly NamedColumn[] } => {
	const [first, second] = tokens.slice(at, at + 2);
	if (first?.text === "[" && second?.text === "[" && method !== "loc" && method !== "iloc")
		return { of: "chain", columns: labels(element(tokens, at + 1), "key") };
	if (first?.text === "[" && method === "loc") {
		const [, columns] = parts(tokens, at);
		return { of: "receiver", columns: columns ? labels(columns, "column") : [] };
	}
	if (first?.text !== "(" || method === null) return { of: "chain", columns: [] };
	if (method === "query") return { of: "receiver", columns: inQuery(parts(tokens, at)[0] ?? []) };
	if (!Object.hasOwn(methods, method)) return { of: "chain", columns: [] };
	return {
		of: "receiver",
		columns: parts(tokens, at).flatMap((part, index) => {
			const [name, equals, ...value] = part;
			if (equals?.text === "=" && name?.kind === "name")
				return takesColumns(method, name.text) ? labels(value, "column") : [];
			return takesColumns(method, index) ? labels(part, "column") : [];
		}),
	};
};

/** The labels of one string or of a list of strings alone; none of anything else. */
const labels = (part: readonly Token[], kind: "key" | "column"): NamedColumn[] => {
	const inner =
		part[0]?.text === "[" ? part.slice(1, part.at(-1)?.text === "]" ? -1 : part.length) : part.slice(0, 1);
	if (part[0]?.text !== "[" && part.length !== 1) return [];
	if (inner.some(({ kind: each, text }) => each !== "string" && text !== "," && each !== "newline"))
		return [];
	return inner.flatMap(({ text, start, end }) => {
		const key = plainString(text);
		return key === null ? [] : [{ step: { kind, key }, place: [start, end] as const }];
	});
};

/** The names in the expression of a query: columns, or names of the index. Names of Python's have an `@`. */
const inQuery = ([literal, ...more]: readonly Token[]): NamedColumn[] => {
	const expression = literal && more.length === 0 ? plainString(literal.text) : null;
	if (literal === undefined || expression === null || /[`\\]/.test(expression)) return [];
	const offset = literal.start + literal.text.indexOf(expression);
	const tokens = codeTokens(expression);
	return tokens.flatMap(({ kind, text, start, end }, at) => {
		const before = tokens[at - 1]?.text;
		if (kind !== "name" || keywords.has(text) || text === "index" || before === "." || before === "@")
			return [];
		if (tokens[at + 1]?.text === "(") return [];
		return [{ step: { kind: "column" as const, key: text }, place: [offset + start, offset + end] as const }];
	});
};

/** The bracketed piece that begins at this token. */
const element = (tokens: readonly Token[], at: number): Token[] => {
	let depth = 0;
	for (let end = at; end < tokens.length; end++) {
		const { kind, text } = tokens[end]!;
		if (kind !== "operator") continue;
		if ("([{".includes(text)) depth++;
		if (")]}".includes(text) && --depth === 0) return tokens.slice(at, end + 1);
	}
	return tokens.slice(at);
};

/** What stands between the commas of the brackets that begin at this token. */
const parts = (tokens: readonly Token[], at: number): Token[][] => {
	const found: Token[][] = [[]];
	let depth = 0;
	for (const token of element(tokens, at)) {
		const isOperator = token.kind === "operator";
		const closes = isOperator && ")]}".includes(token.text);
		if (closes) depth--;
		if (depth === 1 && isOperator && token.text === ",") found.push([]);
		else if (depth > 0 && token.kind !== "newline") found.at(-1)!.push(token);
		if (isOperator && "([{".includes(token.text)) depth++;
	}
	return found;
};
