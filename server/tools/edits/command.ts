/** Edits as models write them: an address of lines with their hashes, and what to do there. */
import { EditError } from "./editError.ts";

export type Address =
	/** A line by number and hash; without a hash only where nothing is changed. */
	| { readonly kind: "line"; readonly number: number; readonly hash: string | null }
	| { readonly kind: "last" }
	/** Before the first line. */
	| { readonly kind: "start" };

export type Range =
	| { readonly kind: "all" }
	| { readonly kind: "lines"; readonly from: Address; readonly to: Address };

export type Action =
	| {
			readonly kind: "substitute";
			readonly pattern: string;
			readonly replacement: string;
			readonly flags: string;
	  }
	| { readonly kind: "transliterate"; readonly from: string; readonly to: string }
	| { readonly kind: "delete" | "join" | "sort" | "print" }
	| { readonly kind: "append" | "insert" | "change"; readonly text: string }
	| { readonly kind: "move" | "copy"; readonly to: Address }
	| { readonly kind: "shift"; readonly levels: number }
	| {
			readonly kind: "global";
			readonly pattern: string;
			readonly inverted: boolean;
			readonly action: Action;
	  };

export type Edit = { readonly range: Range; readonly action: Action; readonly source: string };

/** Throws `EditError`. The parts of a list are an address, a command, and what it takes. */
export const parseEdit = (given: string | readonly string[]): Edit => {
	if (typeof given !== "string") return parseList(given);
	const [range, rest] = takeRange(given);
	return { range, action: parseAction(rest.replace(/^[ \t]+/, "")), source: given };
};

const takeRange = (text: string): readonly [Range, string] => {
	const start = text.replace(/^\s+/, "");
	if (start.startsWith("%")) return [{ kind: "all" }, start.slice(1)];
	const [from, rest] = takeAddress(start);
	const second = /^\s*,\s*/.exec(rest)?.[0];
	if (second === undefined) return [{ kind: "lines", from, to: from }, rest];
	const [to, left] = takeAddress(rest.slice(second.length));
	return [{ kind: "lines", from, to }, left];
};

const takeAddress = (text: string): readonly [Address, string] => {
	if (text.startsWith("$")) return [{ kind: "last" }, text.slice(1)];
	const [whole, number, hash] = /^(\d+)(?:\|([0-9a-fA-F]{4}|[A-Za-z0-9_-]{2})\|)?/.exec(text) ?? [];
	if (whole === undefined)
		throw new EditError(
			`it has to begin with an address as views show them, for example 12|3fa9|, 12|3fa9|,15|b02c|, $ or %, not with ${JSON.stringify(text.slice(0, 40))}.`,
		);
	const rest = text.slice(whole.length);
	if (Number(number) !== 0) return [{ kind: "line", number: Number(number), hash: hash ?? null }, rest];
	if (hash !== "0000" && hash !== "AA") throw new EditError("the place before the first line is 0|0000|.");
	return [{ kind: "start" }, rest];
};

const simple = { d: "delete", j: "join", sort: "sort", p: "print" } as const;
const texts = { a: "append", i: "insert", c: "change" } as const;

const parseAction = (text: string): Action => {
	const word = /^sort(?![a-z])/.exec(text) ? "sort" : (text[0] ?? "");
	const rest = text.slice(word.length);
	if (word in simple) {
		if (rest.trim() !== "")
			throw new EditError(`${word} takes nothing after it, and there is ${JSON.stringify(rest)}.`);
		return { kind: simple[word as keyof typeof simple] };
	}
	if (word in texts) {
		const given = rest.replace(/^[ \t]*\r?\n/, "").replace(/\n$/, "");
		return textAction(word as keyof typeof texts, given);
	}
	switch (word) {
		case "s":
		case "y": {
			const [first, second, flags] = delimited(word, rest);
			return word === "s" ? substitute(first, second, flags) : transliterate(first, second);
		}
		case "m":
		case "t":
			return { kind: word === "m" ? "move" : "copy", to: destination(rest) };
		case ">":
		case "<":
			return shift(word, rest.trim());
		case "g":
		case "v":
			return parseGlobal(word, rest);
		default:
			throw new EditError(
				`there is no command ${JSON.stringify(word)}: there are s y d j sort p a i c m t > < g v.`,
			);
	}
};

const textAction = (word: keyof typeof texts, text: string): Action => {
	if (text === "" && word !== "c") throw new EditError(`${word} needs text on the lines below it.`);
	return { kind: texts[word], text };
};

const substitute = (pattern: string, replacement: string, flags: string): Action => {
	if (!/^[gi]*$/.test(flags)) throw new EditError(`s knows the flags g and i, not ${JSON.stringify(flags)}.`);
	return { kind: "substitute", pattern, replacement, flags };
};

const transliterate = (from: string, to: string): Action => {
	if ([...from].length !== [...to].length) throw new EditError("y needs as many characters on both sides.");
	return { kind: "transliterate", from, to };
};

const destination = (text: string): Address => {
	const [address, rest] = takeAddress(text.trim());
	if (rest.trim() !== "")
		throw new EditError(`a place to go to is one address, and there is ${JSON.stringify(rest)}.`);
	return address;
};

const shift = (word: ">" | "<", count: string): Action => {
	if (!/^\d{0,2}$/.test(count))
		throw new EditError(`${word} takes a number of levels, not ${JSON.stringify(count)}.`);
	const levels = count === "" ? 1 : Number(count);
	return { kind: "shift", levels: word === ">" ? levels : -levels };
};

const parseGlobal = (word: "g" | "v", text: string): Action => {
	const isNegated = text.startsWith("!");
	const [pattern, rest] = upTo(isNegated ? text.slice(1) : text, word);
	return {
		kind: "global",
		pattern,
		inverted: word === "v" || isNegated,
		action: parseInner(rest.trimStart()),
	};
};

const parseInner = (text: string): Action => {
	const action = parseAction(text);
	if (action.kind === "global") throw new EditError("g and v cannot stand in one another.");
	return action;
};

/** `/first/second/flags` with any mark for the slash. */
const delimited = (word: string, text: string): readonly [string, string, string] => {
	const mark = text[0] ?? "";
	const [first, rest] = upTo(text, word);
	const [second, flags] = upTo(mark + rest, word);
	return [first, second, flags.trim()];
};

/** What stands between the first character and its next, and what follows; behind a backslash it counts for itself. */
const upTo = (text: string, word: string): readonly [string, string] => {
	const mark = text[0] ?? "";
	if (mark === "" || /[\w\s\\]/.test(mark))
		throw new EditError(`${word} needs a mark that is no letter, for example ${word}/…/.`);
	let part = "";
	for (let at = 1; at < text.length; at++) {
		const char = text[at]!;
		if (char === mark) return [part, text.slice(at + 1)];
		if (char !== "\\" || at + 1 >= text.length) part += char;
		else {
			at++;
			part += text[at] === mark ? mark : `\\${text[at]}`;
		}
	}
	throw new EditError(`${word} has no closing ${mark}.`);
};

const parseList = (given: readonly string[]): Edit => {
	const [address = "", word = "", ...parts] = given;
	const [range, rest] = takeRange(address);
	if (rest.trim() !== "") throw new EditError(`the address ends with ${JSON.stringify(rest)}.`);
	return { range, action: listAction(word, parts), source: JSON.stringify(given) };
};

const listAction = (word: string, parts: readonly string[]): Action => {
	const [first = "", second = "", third = ""] = parts;
	if (word in texts) return textAction(word as keyof typeof texts, first.replace(/\n$/, ""));
	switch (word) {
		case "s":
			return substitute(first, second, third);
		case "y":
			return transliterate(first, second);
		case "g":
		case "g!":
		case "v":
			return {
				kind: "global",
				pattern: first,
				inverted: word !== "g",
				action: listAction(second, parts.slice(2)),
			};
		default:
			return parseInner([word, ...parts].join(" ").replace(/^([<>mt]) /, "$1"));
	}
};
