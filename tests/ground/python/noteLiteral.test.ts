import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { noteLiteral, noteValue } from "../../../ground/python/noteLiteral.ts";
import { testPython } from "../../support/python.ts";

const sources = [
	'"""A note: squares & <cubes>"""',
	"'single'",
	'"a \\"quote\\" and \\\\ and \\n line"',
	"r'raw \\n stays'",
	"u'x'",
	"'''three ' and '' inside'''",
	"# a remark\n'after it'  # and more\n",
	'"\\x41\\u00e9\\U0001F916\\101\\0"',
	'"joined \\\nlines"',
	'"unknown \\d escape"',
	'"""ends with \\""""',
	"'a' 'b'",
	"'a' + 'b'",
	"f'{1}'",
	"b'bytes'",
	"'open",
	"'two\nlines'",
	"x = 'a'",
	"'a'.upper()",
	"42",
	"",
	'"bad \\x4"',
	'"""one""" # """two"""',
];

test("reads string literals as Python does, and leaves to it what only it can read", () => {
	const ask = `
import ast, json, sys, warnings
warnings.simplefilter("ignore")
def value(source):
    try: body = ast.parse(source).body
    except Exception: return None
    if len(body) != 1 or not isinstance(body[0], ast.Expr): return None
    constant = body[0].value
    return constant.value if isinstance(constant, ast.Constant) and isinstance(constant.value, str) else None
print(json.dumps([value(source) for source in json.load(sys.stdin)]))
`;
	const texts = ["plain", 'say """x"""', 'ends "', "back\\slash\\", "two\nlines\r\n", "\0 é 🤖", "'", ""];
	const all = [...sources, ...texts.map(noteLiteral)];
	const told = execFileSync(testPython(), ["-c", ask], { input: JSON.stringify(all), encoding: "utf8" });
	const onlyPython = ["'a' 'b'"];
	expect(all.map((source) => [source, noteValue(source)])).toEqual(
		(JSON.parse(told) as (string | null)[]).map((value, index) => [
			all[index],
			onlyPython.includes(all[index]!) ? null : value,
		]),
	);
	expect(texts.map((text) => noteValue(noteLiteral(text)))).toEqual(texts);
});
