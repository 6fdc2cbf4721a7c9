import { expect, test } from "vitest";
import { evalBlocks } from "../../../server/skills/evalBlocks.ts";

const fence = (head: string, ...lines: string[]): string => [`\`\`\`${head}`, ...lines, "```"].join("\n");

test.each([
	["one that is marked", fence("python", "#| eval: true", "x = 1", "y = 2"), ["x = 1\ny = 2"]],
	["py, spaces, and what else the head says", fence("py title=a", "#|  eval:  true ", "x"), ["x"]],
	[
		"several, in order",
		`${fence("python", "#| eval: true", "a")}\n${fence("py", "#| eval: true", "b")}`,
		["a", "b"],
	],
	["tildes, and a fence in it", "~~~python\n#| eval: true\ns = '''\n```\n'''\n~~~", ["s = '''\n```\n'''"]],
	["CR LF", "```python\r\n#| eval: true\r\nx\r\n```", ["x"]],
	["no mark", fence("python", "x = 1"), []],
	["the mark below", fence("python", "x = 1", "#| eval: true"), []],
	["false", fence("python", "#| eval: false", "x"), []],
	["another language", fence("pythonista", "#| eval: true", "x"), []],
	["shown in another fence", fence("`md", "```python", "#| eval: true", "x", "```", "````"), []],
	["nothing in it", fence("python", "#| eval: true", " "), []],
	["without an end", "```python\n#| eval: true\nx", []],
])("%s", (_, text, expected) => expect(evalBlocks(text)).toEqual(expected));
