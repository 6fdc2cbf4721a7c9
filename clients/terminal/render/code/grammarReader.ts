/** Reads code by its language's grammar. */
import type { Role } from "../theme.ts";
import type { CodeReader, Span } from "./codeReader.ts";
import type { Grammar, TextRule } from "./grammar.ts";

/** A text's rule with what finds its end; without it the closing is searched to the letter. */
type Rule = TextRule & { readonly ends: RegExp | null };

/** What is open, the innermost first. */
type Open =
	| { readonly kind: "text"; readonly rule: Rule; readonly close: string; readonly below: Open | null }
	/** Code in a text; `depth` counts its braces. */
	| { readonly kind: "code"; readonly depth: number; readonly below: Open | null }
	/** Lines of text up to a line that is this word. */
	| { readonly kind: "heredoc"; readonly word: string; readonly below: Open | null };

/** What a token is, by the group of the pattern that found it. */
type Kind =
	| { readonly kind: "token"; readonly role: Role }
	| { readonly kind: "heredoc" | "blank" | "number" | "name" }
	| { readonly kind: "text"; readonly rule: Rule };

type Compiled = {
	readonly grammar: Grammar;
	readonly words: ReadonlyMap<string, Role>;
	/** What the name behind a keyword is. */
	readonly names: ReadonlyMap<string, Role>;
	readonly pattern: RegExp;
	/** By group; behind a heredoc's and a text's stands the group of its `id`. */
	readonly kinds: readonly (Kind | null)[];
};

export const grammarReader = (grammar: Grammar): CodeReader => readerOf(compile(grammar), null);

const readerOf = (compiled: Compiled, open: Open | null): CodeReader => {
	const reader: CodeReader = (line) => {
		const reading = new LineReading(compiled, line, open);
		return {
			spans: reading.spans,
			next: reading.open === open ? reader : readerOf(compiled, reading.open),
		};
	};
	return reader;
};

const compile = (grammar: Grammar): Compiled => {
	const parts: (readonly [source: string, Kind])[] = [
		...(grammar.tokens ?? []).map(([source, role]) => [source, { kind: "token", role }] as const),
		...(grammar.heredoc ? [[grammar.heredoc, { kind: "heredoc" }] as const] : []),
		...grammar.texts.map(
			(rule) => [rule.open, { kind: "text", rule: { ...rule, ends: endsOf(rule) } }] as const,
		),
		["\\s+", { kind: "blank" }],
		["\\.?\\d(?:[eE][+-]\\d|[\\w.])*", { kind: "number" }],
		[grammar.name ?? "[\\p{L}_][\\p{L}\\p{N}_]*", { kind: "name" }],
	];
	const sources = parts.map(([source]) => `(${source.replace("(?<id>", "(")})`);
	return {
		grammar,
		words: rolesOf(grammar.words),
		names: rolesOf(grammar.names ?? {}),
		pattern: new RegExp([...sources, "[\\s\\S]"].join("|"), "uy"),
		kinds: [null, ...parts.flatMap(([source, kind]) => (source.includes("(?<id>") ? [kind, null] : [kind]))],
	};
};

const rolesOf = (lists: Readonly<Partial<Record<Role, string>>>): Map<string, Role> =>
	new Map(
		Object.entries(lists).flatMap(([role, list]) =>
			list.split(" ").map((word): [string, Role] => [word, role as Role]),
		),
	);

const endsOf = ({ close, escapes, nests, code }: TextRule): RegExp | null => {
	if (!escapes && nests === undefined && code === undefined) return null;
	const literals = [close, nests, code].filter((each) => each !== undefined && each !== "");
	const parts = literals.map((each) => each!.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
	return new RegExp([...(escapes ? ["\\\\[\\s\\S]"] : []), ...parts].join("|"), "gu");
};

/** One line, from left to right; nothing is looked at more often than a few times. */
class LineReading {
	readonly spans: Span[] = [];
	open: Open | null;
	readonly #compiled: Compiled;
	readonly #line: string;
	#at = 0;
	/** What the name that comes is, by the keyword before it. */
	#naming: Role | null = null;
	/** Whether a value stands before: a slash divides it then. */
	#afterValue = false;
	/** The rest of the line closes no regular expression. */
	#noSlash = false;
	#heredoc: string | null = null;

	constructor(compiled: Compiled, line: string, open: Open | null) {
		this.#compiled = compiled;
		this.#line = line;
		this.open = open;
		if (open?.kind === "heredoc") {
			const rest = line.trim();
			if (rest.startsWith(open.word) && !/^\w/.test(rest.slice(open.word.length))) this.open = open.below;
			this.#push(line.length, "string");
			return;
		}
		if (open === null)
			for (const { text, role } of compiled.grammar.head?.(line) ?? [])
				this.#push(this.#at + text.length, role);
		while (this.#at < line.length) {
			if (this.open?.kind === "text") this.#text(this.open);
			else this.#code();
		}
		while (this.open?.kind === "text" && !this.open.rule.lines) this.open = this.open.below;
		if (this.#heredoc !== null) this.open = { kind: "heredoc", word: this.#heredoc, below: this.open };
	}

	#push(to: number, role: Role | null): void {
		if (to <= this.#at) return;
		const text = this.#line.slice(this.#at, to);
		const last = this.spans.at(-1);
		if (last !== undefined && last.role === role)
			this.spans[this.spans.length - 1] = { text: last.text + text, role };
		else this.spans.push({ text, role });
		this.#at = to;
	}

	/** Goes on to the end of the text, or to code in it. */
	#text(open: Open & { kind: "text" }): void {
		const { rule } = open;
		const [end, found] = textEnd(this.#line, this.#at, open);
		if (found === "close") this.#endText(open, end);
		else this.#push(end, rule.role);
		if (found === "nested") this.open = { ...open, below: this.open };
		if (found === "code") this.open = { kind: "code", depth: 0, below: this.open };
	}

	#endText({ rule, below }: Open & { kind: "text" }, end: number): void {
		this.open = below;
		this.#push(end, rule.role);
		this.#afterValue = rule.role === "string";
		// A string that is a key is told from a value by what follows.
		const last = this.spans.at(-1)!;
		if (last.role === "string" && this.#isKeyEnd(end))
			this.spans[this.spans.length - 1] = { ...last, role: "builtin" };
	}

	#isKeyEnd(at: number): boolean {
		const { keyEnd } = this.#compiled.grammar;
		if (keyEnd === undefined) return false;
		const blank = this.#line[at] === " " ? 1 : 0;
		return this.#line[at + blank] === keyEnd && this.#line[at + blank + 1] !== keyEnd;
	}

	#code(): void {
		const { pattern, kinds } = this.#compiled;
		pattern.lastIndex = this.#at;
		const match = pattern.exec(this.#line)!;
		const end = this.#at + match[0].length;
		const group = kinds.findIndex((each, index) => each !== null && match[index] !== undefined);
		const found = kinds[group];
		if (!found) {
			this.#sign(match[0], end);
			return;
		}
		switch (found.kind) {
			case "blank":
				this.#push(end, null);
				return;
			case "name":
				this.#name(match[0], end);
				return;
			case "number":
				this.#value(end, "number");
				return;
			case "token":
				this.#value(end, found.role);
				return;
			case "heredoc":
				this.#heredoc = match[group + 1]!;
				this.#value(end, "string");
				return;
			case "text": {
				const { rule } = found;
				const close = rule.close.replace("$id", () => match[group + 1] ?? "");
				this.open = { kind: "text", rule, close, below: this.open };
				this.#push(end, rule.role);
				return;
			}
			default:
				found satisfies never;
		}
	}

	#value(end: number, role: Role): void {
		this.#push(end, role);
		this.#naming = null;
		this.#afterValue = true;
	}

	#name(name: string, end: number): void {
		const { grammar, words, names } = this.#compiled;
		const word = grammar.ignoresCase ? name.toLowerCase() : name;
		const isMember = this.#line[this.#at - 1] === ".";
		const known = isMember ? undefined : words.get(word);
		const role = known ?? this.#naming ?? this.#nameRole(name, end, isMember);
		this.#naming = known === "keyword" ? (names.get(word) ?? null) : null;
		this.#afterValue = known !== "keyword";
		this.#push(end, role);
	}

	#nameRole(name: string, end: number, isMember: boolean): Role | null {
		if (this.#isKeyEnd(end)) return "builtin";
		if (this.#line[end] === "(") return "function";
		const isType =
			this.#compiled.grammar.capitalTypes && !isMember && name.length > 1 && /^\p{Lu}/u.test(name);
		return isType ? "builtin" : null;
	}

	/** A character that is nothing else. */
	#sign(sign: string, end: number): void {
		if (sign === "/" && this.#compiled.grammar.slashes && !this.#afterValue && !this.#noSlash) {
			const close = closingSlash(this.#line, end);
			this.#noSlash = close < 0;
			if (close >= 0) {
				this.#value(close, "string");
				return;
			}
		}
		const { open } = this;
		const endsCode = open?.kind === "code" && open.depth === 0 && sign === "}";
		if (open?.kind === "code" && /[{}]/.test(sign))
			this.open = endsCode ? open.below : { ...open, depth: open.depth + (sign === "{" ? 1 : -1) };
		this.#push(end, endsCode ? "string" : /[-+*/%=<>!&|^~]/.test(sign) ? "operator" : null);
		this.#afterValue = /[)\]}]/.test(sign);
		if (!/[*&[\]]/.test(sign)) this.#naming = null;
	}
}

type TextEnd = readonly [end: number, found: "close" | "nested" | "code" | null];

/** Where a text ends in this line, or where something in it begins. */
const textEnd = (line: string, from: number, { rule, close }: Open & { kind: "text" }): TextEnd => {
	if (rule.ends === null) {
		const end = close === "" ? -1 : line.indexOf(close, from);
		return end < 0 ? [line.length, null] : [end + close.length, "close"];
	}
	rule.ends.lastIndex = from;
	for (let match = rule.ends.exec(line); match !== null; match = rule.ends.exec(line)) {
		const end = match.index + match[0].length;
		if (match[0] === close) return [end, "close"];
		if (match[0] === rule.nests) return [end, "nested"];
		if (match[0] === rule.code) return [end, "code"];
	}
	return [line.length, null];
};

/** Behind the slash and the flags that end a regular expression in this line; -1 for none. */
const closingSlash = (line: string, from: number): number => {
	let inClass = false;
	for (let at = from; at < line.length; at++) {
		const char = line[at];
		if (char === "\\") at++;
		else if (char === "[") inClass = true;
		else if (char === "]") inClass = false;
		else if (char === "/" && !inClass) {
			while (at + 1 < line.length && /[a-z]/.test(line[at + 1]!)) at++;
			return at + 1;
		}
	}
	return -1;
};
