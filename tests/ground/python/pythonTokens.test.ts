import { expect, test } from "vitest";
import { plainString, pythonTokens } from "../../../ground/python/pythonTokens.ts";
import { suggestedAccesses } from "../../../server/completions/accesses.ts";
import { createRandom, scaled } from "../../support/random.ts";

const tokens = (code: string): string =>
	pythonTokens(code)
		.map(({ text }) => text.replaceAll("\n", "⏎"))
		.join(" ");

test.each([
	["a.b[0]", "a . b [ 0 ]"],
	["x=='a # b' # c", "x == 'a # b'"],
	["f\"{x}\" rb'y'", "f\"{x}\" rb'y'"],
	['"""a\n"b" \'c\'""" d', '"""a⏎"b" \'c\'""" d'],
	["'open\nnext", "'open ⏎ next"],
	["a \\\n b", "a b"],
	["1.5e3 + x1", "1.5e3 + x1"],
	["größe := 2", "größe := 2"],
	["'it\\'s' x", "'it\\'s' x"],
	["a **= b // c", "a **= b // c"],
])("%j", (code, expected) => expect(tokens(code)).toBe(expected));

test.each([
	["'a'", "a"],
	['"it\'s"', "it's"],
	["r'a'", "a"],
	["''", ""],
	["f'a'", null],
	["b'a'", null],
	["'a\\n'", null],
	["'open", null],
])("%j has the value %j", (literal, value) => expect(plainString(literal)).toBe(value));

test("whatever is written, tokens are in order and nothing is made up", () => {
	const pieces = [
		"a",
		".",
		"[",
		"]",
		"'",
		'"',
		'"""',
		"\\",
		"\n",
		"#",
		"f'",
		"def ",
		"import ",
		"=",
		"(",
		")",
		"1",
		"ü",
		"😀",
		"for ",
		" in ",
		"!",
		"%",
		":",
	];
	for (let seed = 0; seed < scaled(300); seed++) {
		const random = createRandom(seed);
		const write = () => Array.from({ length: random.int(40) }, () => random.pick(pieces)).join("");
		const [prefix, text, suffix] = [write(), write(), write()];
		let end = 0;
		for (const token of pythonTokens(prefix + text)) {
			expect(token.start).toBeGreaterThanOrEqual(end);
			expect((prefix + text).slice(token.start, token.end)).toBe(token.text);
			end = token.end;
		}
		for (const { steps, from } of suggestedAccesses(text, { prefix, suffix }))
			expect(from).toBeLessThan(steps.length);
	}
});
