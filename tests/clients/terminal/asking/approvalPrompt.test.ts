import { expect, test } from "vitest";
import { ApprovalPrompt } from "../../../../clients/terminal/asking/approvalPrompt.ts";
import { plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";

const prompt = (always: string | null = "run any code", code = "print(1)") =>
	new ApprovalPrompt(
		{
			kind: "approvalAsked",
			approvalId: "a1",
			turnId: "t1",
			callId: "c1",
			tool: "pyrun",
			args: { code },
			always,
		},
		1000,
	);

test("single keys answer only on an empty line, and not at once", () => {
	expect(prompt().key("y", true, 1100)).toBe(null);
	expect(prompt().key("y", false, 5000)).toBe(null);
	expect(["y", "a", "n", "x"].map((key) => prompt().key(key, true, 5000))).toEqual([
		"allow",
		"allowAlways",
		"deny",
		null,
	]);
});

test("with Alt they always do", () => {
	expect(prompt().key("alt+y", false, 1001)).toBe("allow");
	expect(prompt().key("alt+n", false, 1001)).toBe("deny");
});

test("always is taken only where it is offered", () => {
	expect(prompt(null).key("a", true, 5000)).toBe("used");
	expect(
		prompt(null).lines({ width: 60, maxRows: 10, theme: plainTheme, lineIsEmpty: true }).join("\n"),
	).toBe("pyrun wants to run:\n  print(1)\n[y]es  [n]o\n");
});

test("long code scrolls", () => {
	const card = prompt(null, Array.from({ length: 30 }, (_, index) => `line_${index}`).join("\n"));
	const show = () => card.lines({ width: 60, maxRows: 9, theme: plainTheme, lineIsEmpty: true }).join("\n");
	expect(show()).toContain("line_0");
	expect(card.key("down", true, 5000)).toBe("used");
	expect(show()).not.toContain("line_0\n");
});
