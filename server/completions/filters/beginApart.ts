import { codeTokens, keywords, type Token } from "../../../ground/python/lexer.ts";
import { firstLine, indentOf, lastLine } from "../lines.ts";
import { bracketsBefore, type Place } from "../place.ts";
import type { Filter } from "./filter.ts";
import { isHead, stepOf } from "./indentation.ts";

/**
 * Parts an answer from what was typed where it cannot go on with it: code after a comment and a body after its head
 * begin on the next line, a word after a keyword and a value after `=` behind a blank. For answers that do not repeat
 * what was typed: of those the rest goes on as it is.
 */
export const beginApart: Filter = (text, place) => {
	const current = lastLine(place.prefix);
	if (current.trim() === "" || text.startsWith("\n")) return text;
	const { quote } = bracketsBefore(place);
	if (quote === "#") return endsComment(text.trimStart(), place, current) ? below(text, place) : text;
	if (quote !== null) return text;
	if (startsBody(text, place, current)) return below(text, place);
	return !/^\s/.test(text) && needsBlank(text, current) ? ` ${text}` : text;
};

const compoundHead =
	/^\s*(?:async\s+)?(?:def|class|for|while|if|elif|else|try|except|finally|with|match|case)\b.*:$/;

/** The line ends with a head's colon, and what comes is no body for the same line. */
const startsBody = (text: string, place: Place, current: string): boolean => {
	const head = current.trimEnd();
	if (!compoundHead.test(head) || firstLine(place.suffix).trim() !== "") return false;
	const { quote, open } = bracketsBefore(place);
	if (quote !== null || open.length > 0) return false;
	return head === current ? !/^ \S[^\n]*$/.test(text) : /^[ \t]|\n[ \t]*\S/.test(text);
};

/** Code, where a comment was typed: words that go on with it are left. */
const endsComment = (text: string, place: Place, current: string): boolean => {
	if (firstLine(place.suffix).trim() !== "") return false;
	const first = firstLine(text);
	return isStatement(first) || (/[\p{L}\p{N}]$/u.test(current) && /^#/.test(first));
};

const isStatement = (line: string): boolean =>
	/^(?:[\p{L}_][\p{L}\p{N}_.]*(?:\[[^\]]*\])?(?:\s*,\s*[\p{L}_][\p{L}\p{N}_]*)*\s*(?:[-+*/%&|^@]|\/\/|\*\*)?=(?!=)|[\p{L}_][\p{L}\p{N}_.]*[([]|(?:async\s+)?def\s+\w+\(|class\s+\w+\s*[(:]|import\s+\w+(?:[.,]|\s+as\b|$)|from\s+[\w.]+\s+import\b|(?:for\s.+\sin|if|while|with)\s.*:\s*(?:#.*)?$|(?:return|raise|yield|assert|del)\s+\S+$|@\w|%\w|!\w)/u.test(
		line,
	);

/** On the next line, as deep as what stands there; a body deeper than its head. */
const below = (text: string, { prefix }: Place): string => {
	const lines = prefix.split("\n");
	const line = lines.at(-1)!;
	const isBody = isHead(line.replace(/#.*$/, "").trimEnd());
	const depth = indentOf(line) + (isBody ? stepOf(lines) : "");
	const shift = depth.length - indentOf(text).length;
	const moved = text.split("\n").map((one) => {
		if (one.trim() === "") return one;
		return shift >= 0 ? depth.slice(0, shift) + one : one.slice(Math.min(-shift, indentOf(one).length));
	});
	return `\n${moved.join("\n")}`;
};

const needsBlank = (text: string, current: string): boolean => {
	const tokens = codeTokens(current);
	const last = tokens.at(-1);
	if (last === undefined || !current.endsWith(last.text)) return false;
	if (last.kind === "operator") return isSpacedOperator(last, current) && !/^[)\],;:]/.test(text);
	if (last.kind !== "name" || !keywords.has(last.text) || !/^[\p{L}\p{N}_"'([{~-]/u.test(text)) return false;
	if (/^(?:None|True|False|pass|break|continue|try|finally)$/.test(last.text)) return false;
	// A word may become another, longer one; behind a value only a keyword can stand.
	if (isValue(tokens.at(-2))) return true;
	return !/^[\p{L}\p{N}_]/u.test(text) || continuesStatement(last.text, firstLine(text));
};

/** `x =`, `a ==`: with a blank before it the operator has one behind it. */
const isSpacedOperator = ({ text, start }: Token, current: string): boolean =>
	/^(?:[-+*/%&|^@]|\/\/|\*\*|<<|>>|:)?=$|^(?:==|!=|<=|>=|->)$/.test(text) && current[start - 1] === " ";

const isValue = (token: Token | undefined): boolean =>
	token !== undefined &&
	(token.kind === "number" ||
		token.kind === "string" ||
		(token.kind === "name" && (!keywords.has(token.text) || /^(?:None|True|False)$/.test(token.text))) ||
		/^[)\]}]$/.test(token.text));

/** Whether a keyword that a longer word may begin with is meant, by what comes. */
const continuesStatement = (keyword: string, rest: string): boolean => {
	switch (keyword) {
		case "import":
			return !rest.startsWith("lib");
		case "from":
			return /^[\w.]+\s+import\b/.test(rest);
		case "for":
			return /^[\w\s,()]+\sin\b/.test(rest);
		case "def":
			return /^\w+\(/.test(rest);
		case "class":
			return /^\p{Lu}\w*\s*[(:]/u.test(rest);
		case "with":
			return /\bas\b|:\s*$/.test(rest);
		case "if":
		case "elif":
		case "while":
			return !/^\w*\s*=(?!=)/.test(rest);
		case "not":
		case "del":
			return !/^\w*\s*=(?!=)/.test(rest) && !/^\w*\(/.test(rest);
		case "return":
		case "yield":
		case "await":
		case "raise":
		case "assert":
		case "lambda":
		case "global":
		case "nonlocal":
		case "except":
			return true;
		default:
			return false;
	}
};
