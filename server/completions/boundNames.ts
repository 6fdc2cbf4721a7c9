import { keywords, type Token } from "../../ground/python/lexer.ts";

/**
 * Names that code gives a value: what is live under such a name says nothing about what the code will see. Of
 * imports only names taken out of a module count: a module is the same after it. Rather too many names than too few.
 */
export const boundNames = (tokens: readonly Token[]): ReadonlySet<string> => {
	const bound = new Set<string>();
	const add = (names: readonly Token[]) => {
		for (const { kind, text } of names) if (kind === "name" && !keywords.has(text)) bound.add(text);
	};
	let statement = 0;
	/** Where the targets of the next `=` begin: `a = b = c` has two. */
	let target = 0;
	let depth = 0;
	for (let at = 0; at < tokens.length; at++) {
		const { kind, text } = tokens[at] as Token;
		const next = tokens[at + 1];
		if (tokens[statement]?.text === "from" && at > statement) add(tokens.slice(at, at + 1));
		if (kind === "operator" && "([{".includes(text)) depth++;
		else if (kind === "operator" && ")]}".includes(text)) depth = Math.max(0, depth - 1);
		else if ((kind === "newline" && depth === 0) || text === ";") {
			statement = at + 1;
			target = at + 1;
		} else if (text === "=" && depth === 0) {
			add(targets(tokens.slice(target, at)));
			target = at + 1;
		} else if (text === ":=" && at > 0) add([tokens[at - 1] as Token]);
		else if (text === ":" && depth === 0 && next?.kind !== "newline" && at === statement + 1)
			add([tokens[at - 1] as Token]);
		else if (text === "for") add(upTo(tokens, at + 1, "in"));
		else if (
			text === "as" &&
			next &&
			tokens[statement]?.text !== "import" &&
			tokens[statement]?.text !== "from"
		)
			add([next]);
		else if (text === "lambda") add(upTo(tokens, at + 1, ":"));
		else if (text === "class" && next) add([next]);
		else if (text === "def" && next) add([next, ...parameters(tokens, at + 2)]);
	}
	return bound;
};

/** Of a function, a loop or a lambda, up to its colon. */
const maxHeadTokens = 500;

/** Names alone between commas: `a, (b, *c)`; `a.b` and `a[b]` give `a` no value. */
const targets = (tokens: readonly Token[]): Token[] =>
	tokens.filter(({ kind }, at) => {
		const [before, after] = [tokens[at - 1]?.text ?? "", tokens[at + 1]?.text ?? ""];
		return kind === "name" && (before === "" || "(,[*=".includes(before)) && !".([".includes(after || " ");
	});

const upTo = (tokens: readonly Token[], from: number, end: string): Token[] => {
	const near = tokens.slice(from, from + maxHeadTokens);
	const at = near.findIndex(({ text, kind }) => text === end || kind === "newline");
	return at < 0 ? near : near.slice(0, at);
};

const parameters = (tokens: readonly Token[], from: number): Token[] => {
	let depth = 0;
	const near = tokens.slice(from, from + maxHeadTokens);
	for (const [at, { text }] of near.entries()) {
		if (text === "(") depth++;
		if (text === ")" && --depth === 0) return near.slice(0, at);
	}
	return near;
};
