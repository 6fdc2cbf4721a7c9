// biome-ignore-all lint/suspicious/noTemplateCurlyInString: code of other languages
import { describe, expect, test } from "vitest";
import type { CodeReader } from "../../../../clients/terminal/render/code/codeReader.ts";
import { grammars } from "../../../../clients/terminal/render/code/grammars.ts";
import { codeReader } from "../../../../clients/terminal/render/code/languages.ts";
import { highlightCode } from "../../../../clients/terminal/render/highlight.ts";
import { createTheme } from "../../../../clients/terminal/render/terminalTheme.ts";

/** The code with what has a role in angle brackets. */
const read = (language: string, code: string): string => {
	let reader: CodeReader = codeReader(language);
	return code
		.split("\n")
		.map((line) => {
			const { spans, next } = reader(line);
			reader = next;
			return spans.map(({ text, role }) => (role === null ? text : `‹${role} ${text}›`)).join("");
		})
		.join("\n");
};

const languages = ["python", "diff", "html", "markdown", ...Object.keys(grammars)];

test.each([
	[
		"cpp",
		'class Foo { /* a\nb */ auto s = R"x(a ")x" + "\\"";\n};',
		'‹keyword class› ‹type Foo› { ‹comment /* a›\n‹comment b */› ‹keyword auto› s ‹operator =› ‹string R"x(a ")x"› ‹operator +› ‹string "\\""›;\n};',
	],
	[
		"c",
		"#include <a.h>\nint f(char c)",
		"‹decorator #include <a.h>›\n‹builtin int› ‹function f›(‹builtin char› c)",
	],
	[
		"ts",
		"const s = `a ${b + `c ${d}`} e`;",
		"‹keyword const› s ‹operator =› ‹string `a ${›b ‹operator +› ‹string `c ${›d‹string }`} e`›;",
	],
	[
		"js",
		"x = /[/]'/g; y = a / b / c",
		"x ‹operator =› ‹string /[/]'/g›; y ‹operator =› a ‹operator /› b ‹operator /› c",
	],
	["json", '{"a": ["b", 1, null]}', '{‹builtin "a"›: [‹string "b"›, ‹number 1›, ‹number null›]}'],
	["yaml", "a b: c # d\n- e: 'f'", "‹builtin a b›: c ‹comment # d›\n- ‹builtin e›: ‹string 'f'›"],
	["toml", "[a.b]\nc = true", "‹type [a.b]›\n‹builtin c ›‹operator =› ‹number true›"],
	[
		"bash",
		'$ echo "$a\nb" # c\ncat <<EOF\nd $e\nEOF\nls',
		'‹dim $ ›‹builtin echo› ‹string "$a›\n‹string b"› ‹comment # c›\n‹builtin cat› ‹string <<EOF›\n‹string d $e›\n‹string EOF›\n‹builtin ls›',
	],
	["sql", "SELECT 'it''s' -- c", "‹keyword SELECT› ‹string 'it''s'› ‹comment -- c›"],
	[
		"rust",
		"fn f<'a>(c: char) { p!('x') } /* /* */ */ let",
		"‹keyword fn› ‹function f›‹operator <›‹type 'a›‹operator >›(c: ‹builtin char›) { ‹function p!›(‹string 'x'›) } ‹comment /* /* */ */› ‹keyword let›",
	],
	[
		"html",
		'<a href="b">c</a><script>let d = "</p>"\n</script>',
		'‹keyword <a› ‹decorator href›=‹string "›‹string b"›‹keyword >›c‹keyword </a›‹keyword >›‹keyword <script›‹keyword >›‹keyword let› d ‹operator =› ‹string "</p>"›\n‹keyword </script›‹keyword >›',
	],
	["diff", "@@ -1 +1 @@\n-a\n+b\n c", "‹builtin @@ -1 +1 @@›\n‹error -a›\n‹success +b›\n c"],
	[
		"md",
		"# a\n```\n# b\n```\n- c",
		"‹heading # a›\n‹fence ```›\n‹inlineCode # b›\n‹fence ```›\n‹bullet -› c",
	],
	["lua", "--[[ a\n]] local b", "‹comment --[[ a›\n‹comment ]]› ‹keyword local› b"],
	["C++", "a", "a"],
	["nobody knows", 'if "a"', 'if "a"'],
	["constructor", "if", "if"],
])("%s", (language, code, expected) => {
	expect(read(language, code)).toBe(expected);
});

describe("whatever stands in a line", () => {
	const heads = ["", "a ", '"', "<script>", "f'{"];
	const units =
		'* ( < " \' \\ { [ /* a $ # - = 1 , ; : :: -> a( a< a. a* <a a= \\" % & | ~ ^ ! ? @ // -- {{ (( [[ <!-- a: ${ `${ $( << _ é 0x 1. 1e ) } ] > */ <<A r# r#" R"a( --[ [= #[ -a a-b ${a #{ "#{ {- (* #| \\a 😀 <a\tb=" <script> </script <![CDATA[ """'.split(
			" ",
		);

	test.each(languages)("%s is read to its end", (language) => {
		for (const head of heads)
			for (const unit of [...units, "a ", " ", "a a a ", "**a ", "a b<c,", "' '", " -", "f'{a:{"]) {
				const line = (head + unit.repeat(100)).slice(0, 100);
				let reader = codeReader(language);
				for (let times = 0; times < 2; times++) {
					const { spans, next } = reader(line);
					expect(spans.map(({ text }) => text).join(""), `${head}${unit}`).toBe(line);
					reader = next;
				}
			}
	});

	test.each(languages)("%s takes a line that is longer than any person writes", (language) => {
		for (const unit of ["a ****", "f'{[", "`${/a<b "]) {
			const line = unit.repeat(20_000 / unit.length);
			const { spans } = codeReader(language)(line);
			expect(spans.reduce((sum, { text }) => sum + text.length, 0)).toBe(line.length);
		}
	});
});

test("a line that is data stays plain, and what is open stays open", () => {
	const theme = createTheme({ TERM: "xterm" });
	const [first, long, last] = highlightCode(`/*\n${"*/".repeat(10_000)}\nint */`, "c", theme);
	expect(first).toContain("\x1b[");
	expect(long).toBe("*/".repeat(10_000));
	expect(last).toBe(first!.replace("/*", "int */"));
});
