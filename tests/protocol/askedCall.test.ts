import { expect, test } from "vitest";
import { askedCall } from "../../protocol/askedCall.ts";

test.each([
	["pyrun", { code: "x = 1\nx" }, "pyrun", "python", "x = 1\nx"],
	["Bash", { command: "ls -l", timeout: 10 }, "Bash(timeout=10)", "bash", "ls -l"],
	["exec_command", { cmd: "ls" }, "exec_command", "bash", "ls"],
	["apply_patch", { patch: "*** Begin Patch" }, "apply_patch", "diff", "*** Begin Patch"],
	["Write", { file_path: "a.py", content: "x\n" }, "Write(file_path='a.py')", "text", "x\n"],
	[
		"Edit",
		{ file_path: "a.py", old_string: "x = 1\n", new_string: "x = 2\ny = 3\n" },
		"Edit(file_path='a.py')",
		"diff",
		"-x = 1\n+x = 2\n+y = 3",
	],
	[
		"Edit",
		{ file_path: "a.py", old_string: "", new_string: "new" },
		"Edit(file_path='a.py')",
		"diff",
		"+new",
	],
	[
		"apply_patch",
		{
			changes: [
				{ path: "/a", kind: "add", diff: "one\n" },
				{ path: "/b", kind: "update", diff: "@@ -1 +1 @@" },
			],
		},
		"apply_patch",
		"diff",
		"add /a\none\nupdate /b\n@@ -1 +1 @@",
	],
	["apply_patch", { changes: [{ path: 1 }] }, "apply_patch", "python", "apply_patch(changes=[{'path': 1}])"],
	["lookup", { code: 1, name: "x" }, "lookup", "python", "lookup(code=1, name='x')"],
])("%s %j is asked about as %s in %s", (tool, args, title, language, text) => {
	expect(askedCall({ tool, args })).toEqual({ title, language, text, notes: [] });
});

test("what the server says of a call goes before its arguments", () => {
	const card = { title: "exhash_file a.py", language: "diff", text: "-a\n+b", notes: ["one"] } as const;
	expect(
		askedCall({ tool: "exhash_file", args: { path: "a.py" }, card: { ...card, notes: [...card.notes] } }),
	).toEqual(card);
});
