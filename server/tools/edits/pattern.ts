/** Patterns as the predecessors' models write them, which is Rust's way, on JavaScript's engine and with a time limit. */
import { createContext, Script } from "node:vm";
import { EditError } from "./editError.ts";

/** A pattern that goes back and forth for longer than this has no end in sight. */
const maxMs = 500;

/** Each line with what was replaced in it, `null` where nothing matched. Throws `EditError`. */
export const substituteIn = (
	lines: readonly string[],
	pattern: string,
	replacement: string,
	flags: string,
): readonly (string | null)[] => {
	const expression = compile(pattern, flags);
	const filled = toReplacement(replacement, expression);
	return limited(replacing, { lines, expression, filled }) as (string | null)[];
};

/** Which of the lines match. Throws `EditError`. */
export const matching = (lines: readonly string[], pattern: string): readonly boolean[] =>
	limited(testing, { lines, expression: compile(pattern, "") }) as boolean[];

// A name of the context is slow to look up: each is taken once.
const replacing = `((lines, expression, filled) => {
	const changed = new Array(lines.length).fill(null);
	for (let at = 0; at < lines.length; at++) {
		expression.lastIndex = 0;
		if (!expression.test(lines[at])) continue;
		expression.lastIndex = 0;
		changed[at] = lines[at].replace(expression, filled);
	}
	return changed;
})(lines, expression, filled)`;
const testing = "((lines, expression) => lines.map((line) => expression.test(line)))(lines, expression)";

const limited = (code: string, given: Record<string, unknown>): unknown => {
	try {
		return new Script(code).runInContext(createContext(given), { timeout: maxMs });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
			throw new EditError("the pattern takes too long on these lines: write a simpler one.");
		throw error;
	}
};

const compile = (pattern: string, flags: string): RegExp => {
	const [, given = ""] = /^\(\?([imsx]+)\)/.exec(pattern) ?? [];
	if (given.includes("x")) throw new EditError("patterns with spaces and remarks, (?x), are not known.");
	const body = given === "" ? pattern : pattern.slice(given.length + 3);
	const all = new Set([...flags, ...given].filter((flag) => "gims".includes(flag)));
	try {
		return new RegExp(translate(body), [...all, "u"].join(""));
	} catch (error) {
		throw new EditError(`the pattern ${JSON.stringify(pattern)} is none: ${(error as Error).message}.`);
	}
};

const classes: Readonly<Record<string, string>> = {
	"[:alpha:]": "\\p{L}",
	"[:digit:]": "0-9",
	"[:alnum:]": "\\p{L}0-9",
	"[:space:]": "\\s",
	"[:upper:]": "\\p{Lu}",
	"[:lower:]": "\\p{Ll}",
	"[:xdigit:]": "0-9A-Fa-f",
	"[:word:]": "\\w",
	"[:punct:]": "!-\\/:-@\\[-`\\{-~",
};

const translate = (pattern: string): string =>
	pattern
		.replaceAll("(?P<", "(?<")
		.replace(/\[:[a-z]+:\]/g, (name) => classes[name] ?? name)
		.replace(/\\([^\w\s])|\\([Az])/g, (whole, mark: string | undefined, anchor: string | undefined) => {
			if (anchor !== undefined) return anchor === "A" ? "(?<![\\s\\S])" : "(?![\\s\\S])";
			// JavaScript takes a backslash only before what has a meaning.
			return /[\^$\\.*+?()[\]{}|/]/.test(mark!) ? whole : `\\u{${mark!.codePointAt(0)!.toString(16)}}`;
		});

/** `$1`, `${1}`, `$name` and `${name}` as groups, `$$` as a dollar. */
const toReplacement = (replacement: string, expression: RegExp): string => {
	const names = new Set(
		Object.keys(new RegExp(`${expression.source}|`, expression.flags).exec("")?.groups ?? {}),
	);
	const count = new RegExp(`${expression.source}|`, expression.flags).exec("")!.length;
	return replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))?/g, (_, braced?: string, bare?: string) => {
		const name = braced ?? bare;
		// A dollar that names nothing stands for itself.
		if (name === undefined) return "$$";
		if (/^\d+$/.test(name) && Number(name) < count) return name === "0" ? "$&" : `$${name.padStart(2, "0")}`;
		if (names.has(name)) return `$<${name}>`;
		throw new EditError(
			`the pattern has no group ${name}: write \${1}x for group 1 and an x, and $$ for a dollar.`,
		);
	});
};
