import { describe, expect, test } from "vitest";
import { createMarkdownStream, renderMarkdown } from "../../../../clients/terminal/render/markdownStream.ts";
import { createTheme, plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import { lineWidth, stripStyles } from "../../../../clients/terminal/screen/styledText.ts";
import { createRandom, scaled, seededRandom } from "../../../support/random.ts";

const colors = createTheme({ TERM: "xterm-256color" });
const plain = (text: string, width = 40) => renderMarkdown(text, width).join("\n");

const everything = `# Grouping *by* day

You can use \`df.groupby('day')\` with **any** aggregate; see [the guide](https://pandas.pydata.org/docs) for _all_ of them, or https://example.org itself.
Soft break, then hard  
break & an entity &lt;b&gt; ~~gone~~.

Setext
------

1. First
2. Second, which is long enough to be wrapped at forty columns
   - nested *item*
   - [x] done
   - [ ] open

   A paragraph in the item.
3. Third

- loose one

- loose two

> A quote that is long enough to be wrapped at forty columns,
lazily continued.
>
> \`\`\`python
> x = 1
> \`\`\`

\`\`\`python
def f(x: int) -> str:
    """Doc
    string"""
    return f"{x!r}"  # comment
\`\`\`

| name | mean of all the values | n |
|:-----|:----------:|--:|
| a | 1.5 and some more text that has to wrap | 10 |
| b\\|c | \`x \\| y\` | 2 |

---

    indented code

Last 漢字 🎉 line.
`;

test("at 40 columns", () => {
	expect(plain(everything, 40)).toMatchSnapshot();
});

test("at 80 columns", () => {
	expect(plain(everything, 80)).toMatchSnapshot();
});

test("with colours", () => {
	expect(renderMarkdown(everything, 60, colors).join("\n").replaceAll("\x1b", "␛")).toMatchSnapshot();
});

test("nothing but code is wider than the width", () => {
	for (const width of [20, 33, 60])
		for (const line of renderMarkdown(everything.replace(/```[\s\S]*?```/g, ""), width, colors))
			expect(lineWidth(line)).toBeLessThanOrEqual(width);
});

test.each([
	["a fence with a longer marker holds the shorter", "````\n```\nx\n```\n````", "````\n```\nx\n```\n````"],
	["a fence without an end is code to the end", "```\nx *y*", "```\nx *y*"],
	["a fence keeps blank lines and indents", "```\na\n\n\tb\n```", "```\na\n\n\tb\n```"],
	["a list begins after a paragraph without a blank line", "Do:\n- a\n- b", "Do:\n\n- a\n- b"],
	["a nested list stays tight", "- a\n  - b\n    - c\n- d", "- a\n  - b\n    - c\n- d"],
	["an ordered list counts from its first number", "3. a\n9. b", "3. a\n4. b"],
	["a year does not begin a list", "It was in\n1984. A good year", "It was in 1984. A good year"],
	["code in a list item", "- a\n  ```\n  x\n  ```\n- b", "- a\n  ```\n  x\n  ```\n- b"],
	["a hash without a blank is no heading", "#hashtag", "#hashtag"],
	["underscores inside of words", "snake_case_name", "snake_case_name"],
	["stars in code", "`a*b*c` d", "`a*b*c` d"],
	["an escape", "\\*no\\*", "*no*"],
	["HTML is text", "a <b>x</b><br>y", "a <b>x</b>\ny"],
	["a picture is named", "![plot](a.png)", "[image: plot] (a.png)"],
	["a link shows where it goes", "[google.com](http://evil.example)", "google.com (http://evil.example)"],
	["an empty item", "-\n- b", "-\n- b"],
	["a table without rows", "|a|b|\n|-|-|", "a | b\n--+--"],
	["text right after a table", "|a|\n|-|\n|1|\nno", "a\n-\n1\n\nno"],
])("%s", (_, source, expected) => {
	expect(plain(source)).toBe(expected);
});

test.each([
	[
		"a reference is resolved that is defined below",
		"See [a][1].\n\n[1]: https://x.example",
		"See a (https://x.example).",
	],
	["one that nothing defines stays", "See [a][1] b.", "See [a][1] b."],
	[
		"a definition nothing refers to is shown",
		"b [1]\n\n[1]: https://x.example\n[2]: y 'z'",
		'b [1]\n\n[1]: https://x.example\n[2]: y "z"',
	],
	["a reference to what stands above", "[1]: x\n\n[a][1] [1]", "[1]: x\n\na (x) 1 (x)"],
	["mathematics", "\\(a*b*c\\)\n\n\\[\nd*e*f\n\\]", "\\(a*b*c\\)\n\n\\[\nd*e*f\n\\]"],
	["lists with their own numbers", "1) a\n2) b\n10. c", "1) a\n2) b\n\n10. c"],
	["footnotes", "a[^x]\n\n[^x]: b\n    c", "a[^x]\n\n[^x]: b c"],
	["a hard break", "a  \nb\\\nc", "a\nb\nc"],
	["HTML over lines", "<ul>\n  <li>*a*</li>\n</ul>\n\nb", "<ul>\n  <li>*a*</li>\n</ul>\n\nb"],
	[
		"a table in a quote in a list",
		"- > |a|b|\n  > |-|-|\n  > |`c`|d|",
		"- > a   | b\n  > ----+--\n  > `c` | d",
	],
])("%s", (_, source, expected) => {
	expect(plain(source)).toBe(expected);
});

test("what a reference waits for is bounded", () => {
	const stream = createMarkdownStream({ width: 40 });
	expect(stream.append("[a][1]\n\n")).toEqual([]);
	expect(stream.live()).toEqual(["[a][1]"]);
	const out = stream.append("word\n\n".repeat(100));
	expect(out[0]).toBe("[a][1]");
	expect(stream.append("[b][1]\n\n")).toContain("[b][1]");
});

test("control sequences of a model do nothing, also as character references", () => {
	const text =
		"a\x1b[2Jb\x1b]52;c;x\x07 &#27;[2J &#x9b;3J `\x1b[31mred`\n\n```\n\x1b[2Jcode\u202e\n```\n[x](http://a\x1b[2J)";
	expect(renderMarkdown(text, 80, plainTheme).join("\n")).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

describe("streaming", () => {
	const source = `${everything}\n\n\`\`\`javascript\nconst a = \`x\n\${1}\`;\n\`\`\`\n\n${Array.from({ length: 60 }, (_, row) => (row === 0 ? "|a|b|\n|-|-|" : `|${row}|x|`)).join("\n")}\n\nend`;
	const scale = Number(process.env.IPYAI_TEST_SCALE ?? 1);
	test.each(Array.from({ length: Math.ceil(15 * scale) }, (_, seed) => seed))(
		"equals the whole (seed %i)",
		(seed) => {
			const random = seededRandom(seed);
			const stream = createMarkdownStream({ width: 50, theme: colors });
			const out: string[] = [];
			let at = 0;
			while (at < source.length) {
				const size = 1 + Math.floor(random() * (seed % 3 === 0 ? 4 : 200));
				out.push(...stream.append(source.slice(at, at + size)));
				at += size;
				if (random() < 0.3) stream.live();
			}
			out.push(...stream.end());
			expect(out).toEqual(renderMarkdown(source, 50, colors));
		},
	);

	const parts = [
		"Some *text* with `code` and [a][1], [b] and \\(x_1\\).  \nNext\n",
		"1) one\n2) two\n10. ten\n",
		"- [ ] a\n  - b\n\n    c\n- [x] d\n",
		"> quoted\nlazy\n> ```py\n> x = [\n> 1]\n> ```\n",
		"```cpp\nint a; /* b\n*/ a **** b;\n```\n",
		"~~~\nunclosed *\n",
		"| a | b |\n|---|:-:|\n| `c\\|d` | *e* |\n",
		"[1]: https://x.example\n[b]: <y z> 'w'\n",
		"\\[\na*b\n\\]\n$$\nc\n$$\n",
		"<details>\n<summary>*s*</summary>\n\ninside\n\n</details>\n",
		"text[^1]\n\n[^1]: note\n    more\n\n    again\n",
		"# Head\nSetext\n===\n***\n",
		"    indented\n\n    code\n",
		"\n",
		"\r\nwith CR\r\n",
	];
	test.each(Array.from({ length: scaled(60) }, (_, seed) => seed))(
		"any blocks in any pieces are the same as at once (seed %i)",
		(seed) => {
			const random = createRandom(seed + 1);
			const source = Array.from({ length: 1 + random.int(12) }, () => random.pick(parts)).join(
				random.pick(["", "\n"]),
			);
			const stream = createMarkdownStream({ width: 30, theme: colors });
			const out: string[] = [];
			for (let at = 0; at < source.length; ) {
				const size = 1 + random.int(random.pick([2, 10, 100]));
				out.push(...stream.append(source.slice(at, at + size)));
				at += size;
				if (random.int(3) === 0) stream.live();
			}
			out.push(...stream.end());
			expect(out).toEqual(renderMarkdown(source, 30, colors));
		},
	);

	test("what is live now is what the end would give", () => {
		for (let cut = 0; cut < source.length; cut += 7) {
			const stream = createMarkdownStream({ width: 50, theme: plainTheme });
			stream.append(source.slice(0, cut));
			const live = stream.live().map(stripStyles);
			const rest = stream.end();
			if (!/(^|\n)[\s>]*(?:[-*+_=]+|\d+[.)]?|#+|`+|~+|>)\s*$/.test(source.slice(0, cut)))
				expect(live.join(""), `cut at ${cut}`).toBe(rest.join(""));
		}
	});

	test("code goes out line by line", () => {
		const stream = createMarkdownStream({ width: 50 });
		expect(stream.append("```python\nx = 1\ny =")).toEqual(["```python", "x = 1"]);
		expect(stream.live()).toEqual(["y ="]);
		expect(stream.append(" 2\n")).toEqual(["y = 2"]);
		expect(stream.append("```\n")).toEqual(["```"]);
		expect(stream.live()).toEqual([]);
	});

	test("what is open stays small in a long answer", () => {
		const stream = createMarkdownStream({ width: 80 });
		let most = 0;
		for (let item = 0; item < 2000; item++) {
			stream.append(`- item ${item} with some words\n  - and a nested one\n`);
			most = Math.max(most, stream.live().length);
		}
		expect(most).toBeLessThanOrEqual(2);
	});

	test("an endless line goes out in parts", () => {
		const stream = createMarkdownStream({ width: 80 });
		const out = stream.append("word ".repeat(10_000));
		expect(out.length).toBeGreaterThan(300);
		expect([...out, ...stream.end()].join(" ").split(/\s+/).filter(Boolean)).toHaveLength(10_000);
	});
});
