import { expect, test } from "vitest";
import {
	codeTokens,
	isSameState,
	lexPython,
	nothingOpen,
	plainString,
} from "../../../ground/python/lexer.ts";
import { suggestedAccesses } from "../../../server/completions/accesses.ts";
import { createRandom, scaled } from "../../support/random.ts";

const tokens = (code: string): string =>
	codeTokens(code)
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
	["f'{d[\"a\"]!r:>{w}}' x", "f'{d[\"a\"]!r:>{w}}' x"],
	['f"{d["a"]}" x', 'f"{d["a"]}" x'],
	["f'{x:\"^10}' y", "f'{x:\"^10}' y"],
	["f'{{x' y", "f'{{x' y"],
	["f'{x' y", "f'{x' y"],
	['print(f"{x")', 'print ( f"{x" )'],
	["f'{(lambda a: {1: a})(2)}' y", "f'{(lambda a: {1: a})(2)}' y"],
	['f"""{\n x[\'a\']}""" y', 'f"""{⏎ x[\'a\']}""" y'],
	["tr'{a}' Rb'x' ur'y'", "tr'{a}' Rb'x' ur 'y'"],
	["r'\\' x", "r'\\' x"],
	["'a\\\nb' c", "'a\\⏎b' c"],
	["x = .5 * (1e-3 + 0xff_ff)", "x = .5 * ( 1e-3 + 0xff_ff )"],
	["a\u2028b", "a \u2028 b"],
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

test("read line by line it is the same as read at once", () => {
	const random = createRandom(7);
	const pieces = [
		"f'",
		'f"',
		'"'.repeat(3),
		"'".repeat(3),
		"'",
		'"',
		"{",
		"}",
		"(",
		")",
		":",
		"#",
		"\\",
		"\n",
		"\n",
		"a",
		" ",
		"rb'",
		"=",
	];
	for (let round = 0; round < scaled(2000); round++) {
		const code = Array.from({ length: 1 + random.int(25) }, () => random.pick(pieces)).join("");
		const whole = lexPython(code);
		expect(whole.tokens.map(({ text }) => text).join("")).toBe(code);
		let state = nothingOpen;
		let read = "";
		for (const line of code.split(/(?<=\n)/)) {
			const part = lexPython(line, state);
			state = part.state;
			read += part.tokens.map(({ text }) => text).join("");
		}
		expect(read).toBe(code);
		expect(isSameState(state, whole.state), JSON.stringify(code)).toBe(true);
	}
});

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
		for (const token of codeTokens(prefix + text)) {
			expect(token.start).toBeGreaterThanOrEqual(end);
			expect((prefix + text).slice(token.start, token.end)).toBe(token.text);
			end = token.end;
		}
		for (const { steps, from } of suggestedAccesses(text, { prefix, suffix }))
			expect(from).toBeLessThan(steps.length);
	}
});

test("what nests in a string is read once, however deep", () => {
	for (const unit of ["f'{[", "f'{a:{", "f'{f\"{", "f\"{(' '", "f'''{[\n"]) {
		const code = unit.repeat(20_000);
		const { tokens } = lexPython(code);
		expect(tokens.map(({ text }) => text).join("")).toBe(code);
	}
});
