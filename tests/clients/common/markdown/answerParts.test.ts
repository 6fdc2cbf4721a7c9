import { expect, test } from "vitest";
import { answerParts, codeBlocks } from "../../../../clients/common/markdown/answerParts.ts";

const blocks = (...lines: string[]) => codeBlocks(lines.join("\n"));

test("fences of Python, whatever its name, and of no other language or none", () => {
	expect(blocks("```python", "a = 1", "```", "```sh", "ls", "```", "~~~py", "b", "~~~")).toEqual([
		"a = 1",
		"b",
	]);
	expect(blocks("```", "plain", "```", "    indented = 1")).toEqual([]);
	expect(blocks("```{python}", "z", "", "```", "```python", "", "```")).toEqual(["z"]);
	expect(blocks("``` a`b", "no")).toEqual([]);
});

test("nested fences, list items without their indent, quotes without their marks, and a fence that never ends", () => {
	expect(blocks("````py", "```", "x", "```", "````")).toEqual(["```\nx\n```"]);
	expect(blocks("- item", "  ```python", "  if x:", "      y", "  ```")).toEqual(["if x:\n    y"]);
	expect(blocks("1. a", "   > ```python", "   > quoted", "   >   x", "   > ```")).toEqual(["quoted\n  x"]);
	expect(blocks("```python", "still = 1")).toEqual(["still = 1"]);
	expect(blocks("- ```py", "  a", "outside")).toEqual(["a"]);
});

test("a fence's info may say more, and what only looks like a fence is none", () => {
	expect(
		blocks("```Python title='x'", "a", "```", "~~~{.python #id}", "b", "~~~", "```ipython3", "c", "```"),
	).toEqual(["a", "b", "c"]);
	expect(blocks("```pycon", ">>> a", "```", "```python-repl", "b", "```")).toEqual([]);
	expect(blocks("    ```python", "    a", "    ```", "<!--", "```python", "b", "```", "-->")).toEqual([]);
	expect(blocks("```python\r", "a\r", "```\r")).toEqual(["a"]);
});

test("what stands between the blocks is text, without blank ends", () => {
	const answer = "So:\n\n1. first\n   ```py\n   x\n   ```\n2. second\n```sh\nls\n```\n\n~~~python\ny\n\n";
	expect(answerParts(answer)).toEqual([
		{ kind: "text", text: "So:\n\n1. first" },
		{ kind: "python", text: "x" },
		{ kind: "text", text: "2. second\n```sh\nls\n```" },
		{ kind: "python", text: "y" },
	]);
	expect(answerParts("> a\n> ```py\n> b\nc")).toEqual([
		{ kind: "text", text: "> a" },
		{ kind: "python", text: "b" },
		{ kind: "text", text: "c" },
	]);
	expect(answerParts(" \n\n")).toEqual([]);
});
