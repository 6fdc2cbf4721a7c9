import { expect, test } from "vitest";
import { BlockCycle } from "../../../../clients/terminal/input/blockCycle.ts";
import { fullScreenCommand } from "../../../../clients/terminal/programs/shellProgram.ts";

test("cycling goes round, and the first step back shows the last block", () => {
	const blocks = ["a", "b", "c"];
	const down = new BlockCycle();
	expect([1, 1, 1, 1].map(() => down.step("x", blocks, 1))).toEqual(["a", "b", "c", "a"]);
	const up = new BlockCycle();
	expect([1, 1, 1].map(() => up.step("x", blocks, -1))).toEqual(["c", "b", "a"]);
	expect(up.step("another answer", blocks, -1)).toBe("c");
	expect(up.step("empty", [], 1)).toBe(null);
});

test("programs that need the terminal run in the client", () => {
	expect(fullScreenCommand("!vim 'a b.py'")).toBe("vim 'a b.py'");
	expect(fullScreenCommand("! sudo less /etc/hosts")).toBe("sudo less /etc/hosts");
	expect(fullScreenCommand("!python")).toBe("python");
	expect(fullScreenCommand("!git commit")).toBe("git commit");
});

test("others are the kernel's", () => {
	for (const cell of [
		"!ls",
		"!python run.py",
		"!git commit -m x",
		"!git commit -am x",
		"!less a | head",
		"!psql -c 'select 1'",
		"!!vim",
		"x = !vim",
		"!vim a\nprint(1)",
	])
		expect([cell, fullScreenCommand(cell)]).toEqual([cell, null]);
});
