import { expect, test } from "vitest";
import { BlockParser } from "../../../../clients/common/markdown/blockParser.ts";

/** The blocks of a text in one line; what is in a container stands in brackets. */
const blocks = (...lines: string[]): string => {
	const told: string[] = [];
	const parser = new BlockParser((block) => {
		switch (block.kind) {
			case "gap":
				told.push("/");
				break;
			case "paragraph":
				told.push(`p"${block.text}"`);
				break;
			case "heading":
				told.push(`h${block.level}"${block.text}"`);
				break;
			case "verbatim":
				told.push(`${block.role}"${block.text}"`);
				break;
			case "definition":
				told.push(`${block.definition.label}=${block.definition.href}`);
				break;
			case "codeStarted":
				told.push(`code(${block.info}`);
				break;
			case "codeLine":
				told.push(`"${block.text}"`);
				break;
			case "codeEnded":
				told.push(block.isClosed ? ")" : "…)");
				break;
			case "tableStarted":
				told.push(`table${JSON.stringify(block.rows)}${block.aligns.map(([first]) => first).join("")}`);
				break;
			case "tableRow":
				told.push(`row${JSON.stringify(block.cells)}`);
				break;
			case "itemStarted":
				told.push(`${block.number ?? ""}${block.type}[`);
				break;
			case "quoteStarted":
				told.push(">[");
				break;
			case "ended":
				told.push("]");
				break;
			case "rule":
				told.push("---");
				break;
			default:
				block satisfies never;
		}
	});
	for (const line of lines) parser.line(line);
	parser.end();
	return told.join(" ");
};

test.each<[string, string[], string]>([
	[
		"a list of another kind is another list",
		["1) a", "2) b", "10. c", "11. d"],
		'1)[ p"a" ] 2)[ p"b" ] / 10.[ p"c" ] 11.[ p"d" ]',
	],
	["bullets too", ["- a", "* b"], '-[ p"a" ] / *[ p"b" ]'],
	["numbers go on from the first", ["3. a", "9. b"], '3.[ p"a" ] 4.[ p"b" ]'],
	["a number within a paragraph is none", ["in", "1984. x", "1. y"], 'p"in\n1984. x" / 1.[ p"y" ]'],
	["lists in quotes in lists", ["- a", "  > 1. b", "  >    - c"], '-[ p"a" >[ 1.[ p"b" -[ p"c" ] ] ] ]'],
	["a quote's paragraph goes on lazily", ["> a", "b", "- c"], '>[ p"a\nb" ] / -[ p"c" ]'],
	[
		"a table below a paragraph's line",
		["a", "|b|c|", "|-|:-:|", "|`d`|e|"],
		'p"a" / table[["b","c"],["`d`","e"]]lc',
	],
	["a pipe in code", ["|a|b|", "|-|-|", "|`x \\| y`|z|"], 'table[["a","b"],["`x | y`","z"]]ll'],
	[
		"HTML as it is written",
		["<details>", "<b>*a*</b>", "", "c <b>d</b>"],
		'html"<details>" html"<b>*a*</b>" / p"c <b>d</b>"',
	],
	["a comment over lines", ["<!-- a", "*b* -->", "c"], 'html"<!-- a" html"*b* -->" / p"c"'],
	[
		"mathematics as it is written",
		["a", "\\[", "*b*", "\\]", "c", "$$ d $$"],
		'p"a" / math"\\[" math"*b*" math"\\]" / p"c" / math"$$ d $$"',
	],
	["brackets that go on in a sentence", ["\\[a\\] b"], 'p"\\[a\\] b"'],
	["definitions", ["[a]: b", "[c d]: <e f> 'g'", "h", "[i]: j"], 'a=b c d=e f / p"h\n[i]: j"'],
	["footnotes", ["[^1]: a", "    b", "", "    c", "[^2]: d"], '[^1]:[ p"a\nb" / p"c" ] [^2]:[ p"d" ]'],
	["tildes hold backticks", ["~~~ py x=1", "```", "~~~"], 'code(py x=1 "```" )'],
	["a fence ends with its item", ["- ```py", "  a", "", "  b", "c"], '-[ code(py "a" "" "b" …) ] / p"c"'],
	["headings", ["# a #", "b", "---", "####### c"], 'h1"a" / h2"b" / p"####### c"'],
	["indented code", ["    a", "", "    b", "c"], 'code"    a" code"" code"    b" / p"c"'],
	["rules", ["***", "- - -"], "--- / ---"],
])("%s", (_, lines, expected) => {
	expect(blocks(...lines)).toBe(expected);
});
