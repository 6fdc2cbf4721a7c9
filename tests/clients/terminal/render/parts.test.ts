import { describe, expect, test } from "vitest";
import { createPicker } from "../../../../clients/terminal/asking/picker.ts";
import type { KeyEvent } from "../../../../clients/terminal/editor/keys.ts";
import { renderApproval } from "../../../../clients/terminal/render/approval.ts";
import { highlightPython } from "../../../../clients/terminal/render/highlight.ts";
import {
	renderPromptEcho,
	renderStatus,
	renderThinking,
	renderToolCall,
} from "../../../../clients/terminal/render/parts.ts";
import { inputPrompt } from "../../../../clients/terminal/render/prompt.ts";
import { createTheme, plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import type { Role } from "../../../../clients/terminal/render/theme.ts";
import { stripStyles } from "../../../../clients/terminal/screen/styledText.ts";

/** A theme that writes roles as tags. */
const tagged = (lines: readonly string[]): string[] => {
	const roles = Object.keys(plainTheme.styles) as Role[];
	return lines.map((line) =>
		line.replace(/\x1b\[(\d+)m(.*?)\x1b\[0m/g, (_, number, text) => `<${roles[number - 1]} ${text}>`),
	);
};
const numbered = {
	colors: true,
	styles: Object.fromEntries(
		Object.keys(plainTheme.styles).map((role, index) => [role, String(index + 1)]),
	) as Record<Role, string>,
};

test.each([
	["def f(x):", "<keyword def> <function f>(x):"],
	["return 'a\\'b' # c", "<keyword return> <string 'a\\'b'> <comment # c>"],
	["x = rb'\\x' + 0x1f", "x <operator => <string rb'\\x'> <operator +> <number 0x1f>"],
	["df.print(len(y))", "df.<function print>(<builtin len>(y))"],
	["@cache", "<decorator @><decorator cache>"],
	["%timeit x", "<decorator %timeit> x"],
	["!ls -l", "<decorator !>ls <operator ->l"],
	["class A: pass", "<keyword class> <type A>: <keyword pass>"],
	["été = 1_000.5e-3j", "été <operator => <number 1_000.5e-3j>"],
	["'open", "<string 'open>"],
])("Python: %s", (code, expected) => {
	expect(tagged(highlightPython(code, numbered))).toEqual([expected]);
});

test("a triple-quoted string goes on over lines", () => {
	expect(tagged(highlightPython('x = """a\nb\nc""" + d', numbered))).toEqual([
		'x <operator => <string """a>',
		"<string b>",
		'<string c"""> <operator +> d',
	]);
});

test("without colours nothing is painted", () => {
	for (const env of [{ NO_COLOR: "1", TERM: "xterm" }, { TERM: "dumb" }])
		expect(highlightPython("def f(): 1", createTheme(env))).toEqual(["def f(): 1"]);
});

test("thinking is a quote", () => {
	expect(renderThinking("so\n\nthe thing is \x1b[2J\n", 12, plainTheme)).toEqual([
		"> so",
		">",
		"> the thing",
		"> is ^[[2J",
	]);
});

test("a tool call is one line, whatever it holds", () => {
	expect(renderToolCall("f(x=1) => 2\n3\x1b[2J", "done", 40, plainTheme)).toBe("🔧 f(x=1) => 2 3^[[2J");
	expect(renderToolCall("f(x='long long')", "pending", 12, plainTheme)).toBe("⏳ f(x='lon…");
});

test("an input is echoed with its prompts", () => {
	expect(renderPromptEcho("def f():\n    pass", inputPrompt(12, "python"), plainTheme)).toEqual([
		"In [12]: def f():",
		"    ...:     pass",
	]);
});

test.each([
	[30, "opus · login         idle"],
	[14, "opus · lo…"],
	[5, ""],
])("the status line at %i columns", (width) => {
	const line = renderStatus({ danger: null, left: "opus · login", right: "idle" }, width, plainTheme);
	expect(line.length).toBeLessThanOrEqual(width);
	expect(line.endsWith("idle")).toBe(true);
});

test.each([30, 14, 8])("what is dangerous stands in front, in red, at %i columns", (width) => {
	const status = { danger: "yolo", left: "opus", right: "In [4] runs · thinking" };
	const line = renderStatus(status, width, createTheme({ TERM: "xterm-256color" }));
	expect(line).toMatch(/^\x1b\[[\d;]+myolo \x1b\[/);
	expect(renderStatus(status, width, plainTheme).length).toBeLessThanOrEqual(width);
});

describe("approval", () => {
	const approval = {
		tool: "pyrun",
		code: Array.from({ length: 30 }, (_, line) => `line${line}`).join("\n"),
		language: "python",
	};
	test("shows the whole of a short code and the choices", () => {
		const short = {
			...approval,
			code: "len(df)",
			always: "for pyrun in this session",
			notes: ["df changed since"],
		};
		expect(renderApproval(short, { width: 60, maxRows: 10, theme: plainTheme }).lines).toEqual([
			"pyrun wants to run:",
			"  len(df)",
			"df changed since",
			"[y]es  [a]lways for pyrun in this session  [n]o",
		]);
	});
	test("shows a window of a long one, never more than its rows", () => {
		const view = renderApproval(approval, { width: 60, maxRows: 8, scroll: 27, theme: plainTheme });
		expect(view.lines).toEqual([
			"pyrun wants to run:",
			"  line25",
			"  line26",
			"  line27",
			"  line28",
			"  line29",
			"  lines 26-30 of 30, Up and Down show the others",
			"[y]es  [n]o",
		]);
		expect(view.maxScroll).toBe(25);
	});
	test("code can not hide what it does", () => {
		const hidden = { ...approval, code: "safe()\x1b[2K\revil()\u202e#" };
		const text = renderApproval(hidden, { width: 60, maxRows: 8, theme: plainTheme }).lines.join("\n");
		expect(text).toContain("evil()<U+202E>#");
		expect(text).toContain("safe()");
	});
	test.each(["\u{e0041}", "\u3164", "\u034f", "\u180e", "\u115f", "\u2800", "\u00a0", "\u200d", "\ufe0f"])(
		"nothing that is not seen hides in it: %j",
		(character) => {
			const card = {
				tool: `t${character}`,
				code: `a${character}b`,
				language: "python",
				always: `for ${character}`,
			};
			const text = renderApproval(card, { width: 60, maxRows: 8, theme: plainTheme }).lines.join("\n");
			expect(text).not.toContain(character);
			expect(text.match(/<U\+[\dA-F]{4,6}>/g)).toHaveLength(3);
		},
	);
});

test("a picker filters, moves and chooses", () => {
	const items = ["opus", "sonnet", "haiku"].map((label, value) => ({ value, label, about: "a model" }));
	const picker = createPicker("model", items, plainTheme);
	const press = (id: string, text = ""): number | null | undefined =>
		picker.handleKey({ kind: "key", id, text } satisfies KeyEvent);
	expect(picker.render(40, 5)).toEqual([
		"model",
		"> opus    a model",
		"  sonnet  a model",
		"  haiku   a model",
	]);
	press("down");
	expect(picker.render(40, 5).map(stripStyles)[2]).toBe("> sonnet  a model");
	press("k", "k");
	expect(picker.render(40, 5)).toEqual(["model k", "> haiku  a model"]);
	expect(press("enter")).toBe(2);
	expect(press("escape")).toBe(null);
});
