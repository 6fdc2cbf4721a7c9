import { describe, expect, test } from "vitest";
import { createEditor } from "../../../../clients/terminal/editor/editor.ts";
import { createKeyDecoder } from "../../../../clients/terminal/editor/keyDecoder.ts";
import type { Completions, EditorOptions } from "../../../../clients/terminal/editor/types.ts";
import { plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import { stripStyles } from "../../../../clients/terminal/screen/styledText.ts";
import { type Completeness, isComplete } from "../../../../ground/python/completeness.ts";

const start = (text = "|", options: Partial<EditorOptions> = {}) => {
	const submitted: string[] = [];
	const onSubmit = (text: string) => submitted.push(text);
	const editor = createEditor({ theme: plainTheme, onSubmit, isComplete, ...options });
	const decoder = createKeyDecoder((key) => editor.handleKey(key), 1e6);
	editor.setText(text.replace("|", ""), text.indexOf("|"));
	return {
		editor,
		submitted,
		/** Sends bytes as a terminal would. */
		type(...pieces: string[]) {
			for (const piece of pieces) {
				decoder.feed(piece);
				decoder.flush();
			}
		},
		shown: () => `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`,
		screen: (width = 40, rows?: number) => editor.render(width, rows).lines.map(stripStyles),
	};
};

const edit = (text: string, ...keys: string[]): string => {
	const input = start(text);
	input.type(...keys);
	return input.shown();
};

const key = {
	up: "\x1b[A",
	down: "\x1b[B",
	right: "\x1b[C",
	left: "\x1b[D",
	altUp: "\x1b[1;3A",
	altDown: "\x1b[1;3B",
	altEnter: "\x1b\r",
	enter: "\r",
	tab: "\t",
	shiftTab: "\x1b[Z",
	escape: "\x1b",
	undo: "\x1f",
};

describe("keys", () => {
	test.each([
		["typing", "ab|d", ["c"], "abc|d"],
		["left and right by what a person sees", "e\u0301👨‍👩‍👧|", [key.left, key.left], "|e\u0301👨‍👩‍👧"],
		["Ctrl-A and Ctrl-E stay on the line", "one\ntwo|\nthree", ["\x01"], "one\n|two\nthree"],
		["Alt-b goes back a word", "foo.bar(baz|)", ["\x1bb", "\x1bb"], "foo.|bar(baz)"],
		["Alt-f goes on a word", "|foo.bar", ["\x1bf"], "foo|.bar"],
		["Alt-d kills a word", "|foo.bar", ["\x1bd"], "|.bar"],
		["Ctrl-W kills to the blank", "x = foo.bar|", ["\x17"], "x = |"],
		["Ctrl-K and Ctrl-Y", "ab|cd", ["\x0b", "\x01", "\x19"], "cd|ab"],
		["kills in a row are one", "a b c|", ["\x17", "\x17", "\x19"], "a b c|"],
		["Ctrl-U kills to the line's beginning", "one\ntwo|", ["\x15"], "one\n|"],
		["undo takes words back", "|", ["f", "o", "o", " ", "b", key.undo], "foo|"],
		["backspace in an indent takes four", "if x:\n        |", ["\x7f"], "if x:\n    |"],
		["Tab indents", "if x:\n|", [key.tab], "if x:\n    |"],
		["Shift-Tab takes an indent back", "    x|", [key.shiftTab], "x|"],
		["Up keeps the column over a short line", "abcd\n\nefgh|", [key.up, key.up], "abcd|\n\nefgh"],
		["Alt-Enter makes a line with its indent", "if x:|", [key.altEnter], "if x:\n    |"],
		["Ctrl-D deletes", "a|bc", ["\x04"], "a|c"],
		["Ctrl-T swaps", "ab|", ["\x14"], "ba|"],
		["a paste keeps its lines", "x|", ["\x1b[200~1\r2\x1b[201~"], "x1\n2|"],
	])("%s", (_, before, keys, after) => {
		expect(edit(before, ...keys)).toBe(after);
	});

	test("Ctrl-D on nothing is left to the owner, as is Ctrl-C", () => {
		const { editor } = start();
		expect(editor.handleKey({ kind: "key", id: "ctrl+d", text: "" })).toBe(false);
		expect(editor.handleKey({ kind: "key", id: "ctrl+c", text: "" })).toBe(false);
	});
});

describe("Enter", () => {
	test("submits a complete line and starts anew", () => {
		const { type, submitted, shown } = start();
		type("1+1", key.enter);
		expect(submitted).toEqual(["1+1"]);
		expect(shown()).toBe("|");
	});

	test("continues a block with its indent, a blank line ends it", () => {
		const { type, submitted, shown } = start();
		type("def f():", key.enter);
		expect(shown()).toBe("def f():\n    |");
		type("return 1", key.enter, key.enter);
		expect(submitted.map((text) => text.trimEnd())).toEqual(["def f():\n    return 1"]);
	});

	test("in the middle of an input makes a line", () => {
		expect(edit("a = 1|\nb = 2", key.enter)).toBe("a = 1\n|\nb = 2");
	});

	test("submits what its owner takes for whole, whatever it looks like", () => {
		const { type, submitted } = start("|", { isComplete: () => ({ status: "complete", indent: "" }) });
		type(".what is f(x", key.enter);
		expect(submitted).toEqual([".what is f(x"]);
	});

	test("keys typed while it waits for the kernel follow in order", async () => {
		let answer: (result: Completeness) => void = () => {};
		const asks = () => new Promise<Completeness>((resolve) => (answer = resolve));
		const { type, submitted, shown } = start("|", { isComplete: asks });
		type("x = 1", key.enter, "y", " ");
		expect(shown()).toBe("x = 1|");
		answer({ status: "complete", indent: "" });
		await Promise.resolve();
		await Promise.resolve();
		expect(submitted).toEqual(["x = 1"]);
		expect(shown()).toBe("y |");
	});
});

describe("history", () => {
	const withHistory = (text = "|") => {
		const input = start(text);
		input.editor.setHistory(["import os", "x = 1", "def f():\n    pass", "import sys"]);
		return input;
	};
	test("Up and Down walk, and what was being typed comes back", () => {
		const { type, shown } = withHistory();
		type(key.up);
		expect(shown()).toBe("import sys|");
		type(key.up, key.up, key.up);
		expect(shown()).toBe("x = 1|");
		type(key.altDown, key.altDown, key.altDown);
		expect(shown()).toBe("|");
	});
	test("Up after some text finds entries that begin so", () => {
		const { type, shown } = withHistory();
		type("im", key.up, key.up);
		expect(shown()).toBe("import os|");
		type(key.down, key.down);
		expect(shown()).toBe("im|");
	});
	test("Alt-Up takes whole entries also from inside of one", () => {
		const { type, shown } = withHistory();
		type(key.altUp, key.altUp, key.altUp);
		expect(shown()).toBe("x = 1|");
	});
	test("Ctrl-R finds as one types, again finds older, Escape keeps", () => {
		const { type, shown, screen, editor } = withHistory("before|");
		type("\x12", "i", "m");
		expect(screen().at(-1)).toBe("I-search backward: im");
		expect(shown()).toBe("|import sys");
		type("\x12");
		expect(shown()).toBe("|import os");
		type("zz");
		expect(screen().at(-1)).toBe("failing I-search backward: imzz");
		type(key.escape);
		expect(shown()).toBe("import os|");
		expect(editor.mode).toBe("edit");
	});
	test("Ctrl-G brings back what was there", () => {
		const { type, shown } = withHistory("bef|ore");
		type("\x12", "x", "\x07");
		expect(shown()).toBe("bef|ore");
	});
	test("suggests the newest entry that begins so", () => {
		const { type, editor, shown } = withHistory();
		type("imp");
		expect(editor.ghost).toBe("ort sys");
		type(key.right);
		expect(shown()).toBe("import sys|");
	});
});

describe("ghost text", () => {
	const ghosted = (text: string, ghost: string, replaced = "") => {
		const accepted: number[] = [];
		const input = start(text);
		input.editor.setGhost({ text: ghost, replaced, onAccept: (length) => accepted.push(length) });
		return { ...input, accepted };
	};
	test("Right accepts all, also in mid-line", () => {
		const { type, shown, accepted } = ghosted("df.|.sum()", "groupby('day')");
		type(key.right);
		expect(shown()).toBe("df.groupby('day')|.sum()");
		expect(accepted).toEqual([14]);
	});
	test("what it says of the text behind the cursor is not shown twice, and is taken the place of", () => {
		const { type, shown, screen, editor, accepted } = ghosted("df['|'] # x", "a'].mean()", "']");
		expect(screen()).toEqual(["In [1]: df['a'].mean() # x"]);
		expect(editor.render(40).cursor).toEqual({ line: 0, column: 12 });
		type("a");
		expect(screen()).toEqual(["In [1]: df['a'].mean() # x"]);
		type(key.right);
		expect(shown()).toBe("df['a'].mean()| # x");
		expect(editor.ghost).toBe("");
		expect(accepted).toEqual([1, 10]);
	});
	test("Alt-f accepts a word, the rest stays", () => {
		const { type, shown, editor } = ghosted("df.|", "groupby('day').sum()");
		type("\x1bf");
		expect(shown()).toBe("df.groupby|");
		expect(editor.ghost).toBe("('day').sum()");
		type("\x1bf");
		expect(shown()).toBe("df.groupby('day|");
	});
	test("typing along consumes it, taking that back restores it", () => {
		const { type, editor } = ghosted("df.|", "groupby");
		type("g", "r");
		expect(editor.ghost).toBe("oupby");
		type("\x7f");
		expect(editor.ghost).toBe("roupby");
	});
	test("anything else drops it", () => {
		for (const other of ["x", key.left, key.escape]) {
			const { type, editor } = ghosted("df.|", "groupby");
			type(other);
			expect(editor.ghost).toBe("");
		}
	});
	test("shows lines of its own below the cursor's line, before the rest of it", () => {
		const { screen, editor } = ghosted("f(|)", "\n    x,\n");
		expect(screen()).toEqual(["In [1]: f(", "   ...:     x,", "   ...: )"]);
		expect(editor.render(40).cursor).toEqual({ line: 0, column: 10 });
	});
});

describe("completion menu", () => {
	const completions: Completions = {
		start: 2,
		end: 4,
		matches: [
			{ text: "path", type: "module" },
			{ text: "pathsep", type: "statement" },
			{ text: "putenv", type: "function", signature: "(name, value)" },
		],
	};
	const opened = () => {
		const input = start("x.p|");
		input.editor.openMenu({ ...completions, end: 3 });
		return input;
	};
	test("shows below the input, Tab goes round, Escape brings the text back", () => {
		const { type, shown, screen } = opened();
		expect(screen()).toEqual([
			"In [1]: x.p",
			" path     module",
			" pathsep  statement",
			" putenv   function (name, value)",
		]);
		type(key.tab);
		expect(shown()).toBe("x.path|");
		type(key.tab, key.tab);
		expect(shown()).toBe("x.putenv|");
		type(key.tab);
		expect(shown()).toBe("x.p|");
		type(key.down, key.escape);
		expect(shown()).toBe("x.p|");
		expect(screen()).toHaveLength(1);
	});
	test("typing narrows it", () => {
		const { type, screen } = opened();
		type("a");
		expect(screen().map((line) => line.trim())).toEqual([
			"In [1]: x.pa",
			"path     module",
			"pathsep  statement",
		]);
	});
	test("Enter takes the chosen one and does not submit", () => {
		const { type, shown, submitted } = opened();
		type(key.tab, key.enter);
		expect(shown()).toBe("x.path|");
		expect(submitted).toEqual([]);
	});
	test("Tab asks; a single match is inserted, an old answer is not", async () => {
		let answer: (result: Completions) => void = () => {};
		const input = start("x.pu|", { complete: () => new Promise((resolve) => (answer = resolve)) });
		input.type(key.tab);
		answer({ ...completions, matches: [completions.matches[2]!] });
		await Promise.resolve();
		expect(input.shown()).toBe("x.putenv|");
		input.type(key.tab, "x");
		answer({ ...completions, matches: [completions.matches[0]!] });
		await Promise.resolve();
		expect(input.shown()).toBe("x.putenvx|");
	});
});

describe("render", () => {
	test("wraps at the width, the cursor stays on its cell", () => {
		const { editor, screen } = start("abcdefghij|");
		expect(screen(12)).toEqual(["In [1]: abcd", "efghij"]);
		expect(editor.render(12).cursor).toEqual({ line: 1, column: 6 });
	});
	test("a full last row gives the cursor a row of its own", () => {
		const { editor, screen } = start("abcd|");
		expect(screen(12)).toEqual(["In [1]: abcd", ""]);
		expect(editor.render(12).cursor).toEqual({ line: 1, column: 0 });
	});
	test("wide characters never straddle rows", () => {
		const { editor } = start("漢字漢|");
		expect(editor.render(13).cursor).toEqual({ line: 1, column: 2 });
	});
	test("shows the rows around the cursor of an input taller than its room", () => {
		const { screen, editor } = start(`${Array.from({ length: 100 }, (_, index) => `l${index}`).join("\n")}|`);
		expect(screen(40, 3)).toEqual(["   ...: l97", "   ...: l98", "   ...: l99"]);
		expect(editor.render(40, 3).cursor).toEqual({ line: 2, column: 11 });
	});
	test("control characters are shown, not sent", () => {
		expect(start("a\x1b[2Jb|").screen()).toEqual(["In [1]: a^[[2Jb"]);
	});
});
