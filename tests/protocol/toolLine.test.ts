import { expect, test } from "vitest";
import { pythonRepr, toolLine } from "../../protocol/toolLine.ts";

test("shows a call and its result in one line", () => {
	expect(toolLine("f", { x: 1 }, { text: "2", isError: false })).toBe("🔧 f(x=1) => 2");
	expect(toolLine("mcp__ipy__pyrun", { code: "sum(squares)" }, { text: "30\n", isError: false })).toBe(
		"🔧 pyrun(code='sum(squares)') => 30",
	);
});

test("sorts arguments and marks errors", () => {
	expect(toolLine("f", { b: null, a: true }, { text: "a\nb", isError: true })).toBe(
		"🔧 f(a=True, b=None) [error] => a b",
	);
});

test("shows a call that runs, and one without a result", () => {
	expect(toolLine("f", {}, null)).toBe("🔧 f()");
	expect(toolLine("f", {}, { text: "", isError: false })).toBe("🔧 f()");
});

test("cuts a long result to a hundred characters", () => {
	const line = toolLine("f", {}, { text: "x".repeat(101), isError: false });
	expect(line).toBe(`🔧 f() => ${"x".repeat(97)}...`);
	expect(toolLine("f", {}, { text: "x".repeat(100), isError: false })).toContain("x".repeat(100));
});

test.each([
	["it's", `"it's"`],
	[`it's "x"`, `'it\\'s "x"'`],
	["a\n\t\x1b\\", "'a\\n\\t\\x1b\\\\'"],
	["é\u{1f600}\udc80", "'é\u{1f600}\\udc80'"],
	[[1, "a", null, { k: false }], "[1, 'a', None, {'k': False}]"],
	[1.5, "1.5"],
])("writes %j as Python does", (value, expected) => expect(pythonRepr(value)).toBe(expected));
