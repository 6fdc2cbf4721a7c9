/** What stands before the cursor in Python that is being typed: its statement, the string or the call it is in. Pure. */
import { lexPython, plainString, type Token } from "../../ground/python/lexer.ts";
import type { Access, AccessStep } from "../context/access.ts";
import { takesColumns } from "./columnAccesses.ts";

/** Where the statement begins that is open at the end of a text. A text that begins inside of one is read as if it did not. */
export const statementStart = (before: string): number => {
	let depth = 0;
	let start = 0;
	for (const { kind, text, end } of lexPython(before).tokens) {
		if (kind === "operator" && isOpening(text)) depth++;
		if (kind === "operator" && isClosing(text)) depth = Math.max(0, depth - 1);
		if (kind === "newline" && depth === 0) start = end;
	}
	return start;
};

/** A string that is being typed where a label belongs. */
export type LabelPlace = {
	/** What the label is of; `null` where that is no chain of names and constants. */
	readonly of: Access | null;
	/** The names of a frame's index count there, too. */
	readonly levels: boolean;
	/** The label as far as it is typed. */
	readonly typed: string;
};

/** `null` where no string is open at the end of the text, or where it may be anything. */
export const labelPlace = (before: string): LabelPlace | null => {
	const tokens = codeOf(before);
	const last = tokens.at(-1);
	if (last?.kind !== "string" || !last.isOpen) return null;
	const typed = /^[a-zA-Z]*(?:"""|'''|["'])([\s\S]*)$/.exec(last.text)?.[1] ?? "";
	let bracket = enclosing(tokens, tokens.length - 1);
	// A list of labels stands where one may.
	if (bracket !== null && tokens[bracket.at]!.text === "[" && !isOperand(tokens[bracket.at - 1]))
		bracket = enclosing(tokens, bracket.at);
	if (bracket === null) return null;
	const { at, argument } = bracket;
	const method = tokens[at - 1]?.kind === "name" ? tokens[at - 1]!.text : null;
	const isMethod = method !== null && tokens[at - 2]?.text === ".";
	if (tokens[at]!.text === "[") {
		if (isMethod && method === "loc")
			return { of: argument === 1 ? chainBefore(tokens, at - 2) : null, levels: false, typed };
		if (!isOperand(tokens[at - 1])) return null;
		return { of: chainBefore(tokens, at), levels: false, typed };
	}
	if (!isMethod) return null;
	const of = chainBefore(tokens, at - 2);
	if (method === "query" && argument === 0)
		return { of, levels: true, typed: /[\p{L}\p{N}_]*$/u.exec(typed)![0] };
	return takesColumns(method, argument) ? { of, levels: true, typed } : null;
};

/** The call whose arguments are being typed. */
export type CallPlace = {
	/** A dotted name. */
	readonly name: string;
	/** Which argument: its name, or its place among those without one. */
	readonly argument: number | string;
};

export const callPlace = (before: string): CallPlace | null => {
	const tokens = codeOf(before);
	for (let bracket = enclosing(tokens, tokens.length); bracket; bracket = enclosing(tokens, bracket.at)) {
		if (tokens[bracket.at]!.text !== "(" || !isOperand(tokens[bracket.at - 1])) continue;
		const chain = chainBefore(tokens, bracket.at);
		if (chain === null || chain.steps.some(({ kind }) => kind !== "attribute")) return null;
		const isDefinition = /^(?:def|class)$/.test(tokens[bracket.at - 2]?.text ?? "");
		const name = [chain.name, ...chain.steps.map(({ key }) => key)].join(".");
		return isDefinition ? null : { name, argument: bracket.argument };
	}
	return null;
};

const isOpening = (text: string): boolean => text === "(" || text === "[" || text === "{";
const isClosing = (text: string): boolean => text === ")" || text === "]" || text === "}";

/** What an index or a call may follow. */
const isOperand = (token: Token | undefined): boolean =>
	token !== undefined &&
	(token.text === ")" || token.text === "]" || (token.kind === "name" && !statementWords.test(token.text)));

const statementWords =
	/^(?:and|as|assert|await|del|elif|else|for|from|if|import|in|is|lambda|not|or|print|raise|return|while|with|yield)$/;

const codeOf = (text: string): Token[] =>
	lexPython(text).tokens.filter(({ kind }) => !/^(?:blank|comment|newline|continuation)$/.test(kind));

/** The bracket that is open before a token, and which of its parts the token is in: by place, or by name. */
const enclosing = (
	tokens: readonly Token[],
	before: number,
): { readonly at: number; readonly argument: number | string } | null => {
	let depth = 0;
	let commas = 0;
	let begins = before;
	for (let at = before - 1; at >= 0; at--) {
		const { text, kind } = tokens[at]!;
		if (kind !== "operator") continue;
		if (isClosing(text)) depth++;
		else if (isOpening(text)) {
			if (depth-- > 0) continue;
			if (commas === 0) begins = at + 1;
			const [name, equals] = [tokens[begins], tokens[begins + 1]];
			const isNamed = begins + 1 < before && name?.kind === "name" && equals?.text === "=";
			return { at, argument: isNamed ? name.text : commas };
		} else if (text === "," && depth === 0 && ++commas === 1) begins = at + 1;
	}
	return null;
};

/** The chain of names and constant keys that ends before a token. */
const chainBefore = (tokens: readonly Token[], end: number): Access | null => {
	const steps: AccessStep[] = [];
	for (let at = end - 1; at >= 0; ) {
		const { kind, text } = tokens[at]!;
		if (text === "]") {
			const [open, constant] = [tokens[at - 2], tokens[at - 1]];
			const key = constant?.kind === "string" ? plainString(constant.text) : numberOf(constant);
			if (open?.text !== "[" || key === null || !isOperand(tokens[at - 3])) return null;
			steps.unshift({ kind: "key", key });
			at -= 3;
		} else if (kind !== "name") return null;
		else if (tokens[at - 1]?.text !== ".") return { name: text, steps };
		else {
			steps.unshift({ kind: "attribute", key: text });
			at -= 2;
		}
	}
	return null;
};

const numberOf = (token: Token | undefined): number | null =>
	token?.kind === "number" && /^\d{1,9}$/.test(token.text) ? Number(token.text) : null;
