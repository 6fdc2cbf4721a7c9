/** A tool call in the conversation. */
import { expect, test } from "vitest";
import { toolText } from "../../../clients/nvim/toolText.ts";

const result = (text: string, isError = false) => ({ content: [{ kind: "text" as const, text }], isError });

test("code stands as code, and what it printed below it, to the column", () => {
	const { text, blocks } = toolText(
		{ name: "mcp__ipyai__pyrun", args: { code: "for x in df:\n    print(x)\n" } },
		result("\n   a  b\n0  \u001b[31m1\u001b[0m  2\n10%\r20%\n"),
	);
	expect(text).toMatchInlineSnapshot(`
		"🔧 \`pyrun\`

		\`\`\`python
		for x in df:
		    print(x)
		\`\`\`

		\`\`\`text
		   a  b
		0  1  2
		20%
		\`\`\`"
	`);
	expect(blocks).toEqual([
		{ first: 2, last: 5, label: "for x in df:" },
		{ first: 7, last: 11, label: "a  b" },
	]);
});

test("a call without code and with a short result is one row; an error says so", () => {
	const call = { name: "look", args: { name: "df" } };
	expect(toolText(call, null).text).toBe("🔧 `look(name='df')`");
	expect(toolText(call, result("3 rows")).text).toBe("🔧 `look(name='df')` → `3 rows`");
	expect(toolText(call, result("no `df`", true)).text).toBe(
		"🔧 `look(name='df')` **failed** → `` no `df` ``",
	);
	expect(toolText(call, result("")).text).toBe("🔧 `look(name='df')`");
	expect(toolText(call, result("a\nb")).text).toBe("🔧 `look(name='df')`\n\n```text\na\nb\n```");
});

test("arguments that no row holds stand below each other, texts of several lines as such", () => {
	const args = { query: 'SELECT """x"""\nFROM t\\u', limit: 3, note: "n".repeat(80) };
	expect(toolText({ name: "sql", args }, null).text).toMatchInlineSnapshot(`
		"🔧 \`sql\`

		\`\`\`python
		sql(
		    limit=3,
		    note='nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn',
		    query="""SELECT \\"""x\\"""
		FROM t\\\\u""",
		)
		\`\`\`"
	`);
});

test("text of others closes no fence", () => {
	const call = { name: "pyrun", args: { code: "s = '''\n```\n# %%\n'''" } };
	expect(toolText(call, result("````\nx")).text).toMatchInlineSnapshot(`
		"🔧 \`pyrun\`

		\`\`\`\`python
		s = '''
		\`\`\`
		# %%
		'''
		\`\`\`\`

		\`\`\`\`\`text
		\`\`\`\`
		x
		\`\`\`\`\`"
	`);
});

test("an edit stands as a diff, and of a long result the middle is cut", () => {
	const args = { path: "a.py", old_string: "x = 1\n", new_string: "x = 2\n" };
	const { text, blocks } = toolText({ name: "edit", args }, result("line\n".repeat(10_000)));
	expect(text.split("\n").slice(0, 6)).toEqual([
		"🔧 `edit(path='a.py')`",
		"",
		"```diff",
		"-x = 1",
		"+x = 2",
		"```",
	]);
	expect(text).toMatch(/\n\[\.\.\. \d+ characters cut \.\.\.\]\n/);
	expect(text.length).toBeLessThan(10_500);
	expect(blocks).toHaveLength(2);
});
