import { expect, test } from "vitest";
import { codeBlocks } from "../../../clients/common/codeBlocks.ts";

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

test("nested fences, list items without their indent, quotes not, and a fence that never ends", () => {
	expect(blocks("````py", "```", "x", "```", "````")).toEqual(["```\nx\n```"]);
	expect(blocks("- item", "  ```python", "  if x:", "      y", "  ```")).toEqual(["if x:\n    y"]);
	expect(blocks("> ```python", "> quoted", "> ```")).toEqual([]);
	expect(blocks("```python", "still = 1")).toEqual(["still = 1"]);
});
