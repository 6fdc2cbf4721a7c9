/** Outputs as lines: what acts, what grows, what is updated. Colours are written as {style:text}. */
import { expect, test } from "vitest";
import { CellOutputs } from "../../../clients/nvim/cellOutputs.ts";
import { OutputWindows } from "../../../clients/nvim/outputWindows.ts";
import { type Line, TerminalLines, terminalLines } from "../../../clients/nvim/terminalLines.ts";
import { plainText } from "../../../ground/text/plainText.ts";
import type { Output } from "../../../protocol/index.ts";

const show = (lines: readonly Line[]): string =>
	lines
		.map((line) => line.map(([text, style]) => (style === "" ? text : `{${style}:${text}}`)).join(""))
		.join("\n");
const check = (text: string, expected: string) => expect(show(terminalLines(text))).toBe(expected);

test("colours of 8, 16, 256 and all, and attributes", () => {
	check("\x1b[31mred\x1b[0m", "{fg=1:red}");
	check("\x1b[1;4;97;44mx\x1b[22;24my\x1b[39;49mz", "{bold,underline,fg=15,bg=4:x}{fg=15,bg=4:y}z");
	check("\x1b[38;5;208ma\x1b[48;2;1;2;255mb", "{fg=208:a}{fg=208,bg=#0102ff:b}");
	check("\x1b[38:5:9ma\x1b[mb", "{fg=9:a}b");
});

test("a carriage return, a backspace and erasing a line act; nothing else does", () => {
	check("10%\r99%\r\nnext", "99%\nnext");
	check("abc\b\bX", "aXc");
	check("long text\r\x1b[Kshort", "short");
	check("a\x1b[2J\x1b[1;1H\x1b]0;title\x07\x1b]52;c;eA==\x1b\\b\x07\x00c", "abc");
	check("x\u202ey\u2066z", "x<U+202E>y<U+2066>z");
	check("\ud800!", "�!");
});

test("nested progress bars are their last state, wherever the text is cut", () => {
	const whole = "begin\n0% a\n\r0% b\x1b[A\r50% a\n\r9% b\x1b[A\r99% a\n\nend\n";
	for (let cut = 0; cut <= whole.length; cut++) {
		const lines = new TerminalLines();
		lines.write(whole.slice(0, cut));
		lines.write(whole.slice(cut));
		expect(show(lines.lines), `cut at ${cut}`).toBe("begin\n99% a\n9% b\nend");
		expect(lines.count).toBe(4);
	}
});

test("text may be cut anywhere", () => {
	const whole = "a\x1b[31mb\r\nc\x1b]0;t\x07d😀\re";
	for (let cut = 0; cut <= whole.length; cut++) {
		const lines = new TerminalLines();
		lines.write(whole.slice(0, cut));
		lines.write(whole.slice(cut));
		expect(show(lines.lines)).toBe("a{fg=1:b}\n{fg=1:ed😀}");
		expect(lines.count).toBe(2);
		expect(show(lines.part(1, "tail"))).toBe("{fg=1:ed😀}");
		expect(show(lines.part(1, "head"))).toBe("a{fg=1:b}");
	}
});

test("plain text has no sequences and no controls but newlines and tabs", () => {
	expect(plainText("a\x1b[31mb\x1b[0m\r\n\tc\x07\u202e")).toBe("ab\n\tc<U+202E>");
});

const outputs = (...all: Output[]): CellOutputs => {
	const cell = new CellOutputs();
	for (const output of all) cell.add(output);
	return cell;
};
const stream = (text: string, name: "stdout" | "stderr" = "stdout"): Output => ({
	kind: "stream",
	name,
	text,
});
const display = (data: Record<string, unknown>, displayId?: string): Output => ({
	kind: "displayData",
	data,
	metadata: {},
	...(displayId !== undefined && { displayId }),
});

test("streams go on where they were, and each begins on its own line", () => {
	expect(show(outputs(stream("a"), stream("b\nc"), stream("warn", "stderr")).lines)).toBe(
		"ab\nc\n{stderr:warn}",
	);
});

test("an update changes a display in its place, and clear_output can wait for the next output", () => {
	const cell = outputs(display({ "text/plain": "one" }, "d"), stream("after"));
	expect(
		cell.add({ kind: "updateDisplayData", displayId: "d", data: { "text/plain": "two" }, metadata: {} }),
	).toBe(true);
	expect(show(cell.lines)).toBe("two\nafter");
	expect(cell.add({ kind: "updateDisplayData", displayId: "e", data: {}, metadata: {} })).toBe(false);
	cell.add({ kind: "clearOutput", wait: true });
	expect(show(cell.lines)).toBe("two\nafter");
	cell.add(stream("new"));
	expect(show(cell.lines)).toBe("new");
	cell.add({ kind: "clearOutput", wait: false });
	expect(show(cell.lines)).toBe("");
});

test("a preview is the head or the tail over all parts", () => {
	const cell = outputs(stream("1\n2\n"), display({ "text/plain": "3\n4" }), stream("5\n6\n"));
	expect(show(cell.preview(3, "head").lines)).toBe("1\n2\n3");
	expect(show(cell.preview(3, "tail").lines)).toBe("4\n5\n6");
	expect(cell.preview(3, "tail").total).toBe(6);
});

test("pictures are named with their size, Markdown goes before plain text", () => {
	const png =
		"iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAEklEQVR42mNkYPhfz0AEYBxVSF+FAP5FDvcfRYWgAAAAAElFTkSuQmCC";
	expect(show(outputs(display({ "image/png": png, "text/plain": "<Figure>" })).lines)).toBe(
		"{note:[image/png, 3×2]}\n<Figure>",
	);
	expect(show(outputs(display({ "text/markdown": "**a**", "text/plain": "obj" })).lines)).toBe("**a**");
	expect(show(outputs(display({ "application/x": {} })).lines)).toBe("{note:[application/x]}");
});

test("a window of a growing output is told what has changed, not all of it", () => {
	const outputs = new CellOutputs();
	const windows = new OutputWindows();
	const print = (text: string) => outputs.add({ kind: "stream", name: "stdout", text });
	const told = (again = true) => {
		const { from, lines } = windows.lines("cell", outputs.lines, again);
		return `${from}: ${lines.map((line) => line.map(([text]) => text).join("")).join(" ")}`;
	};
	print("a\nb\nc");
	expect(told(false)).toBe("0: a b c");
	print("d\ne\n");
	expect(told()).toBe("2: cd e");
	print("1%");
	expect(told()).toBe("4: 1%");
	print("\r2%");
	expect(told()).toBe("4: 2%");
	expect(told(false)).toBe("0: a b cd e 2%");
	outputs.add({ kind: "clearOutput", wait: false });
	expect(told()).toBe("0: ");
	print("new");
	expect(told()).toBe("0: new");
});

test("HTML is shown as text where Python only names the object", () => {
	const shown = (data: Record<string, string>) => {
		const outputs = new CellOutputs();
		outputs.add({ kind: "displayData", data, metadata: {} });
		return show(outputs.lines);
	};
	const html = "<b>a</b><br>b";
	expect(shown({ "text/html": html, "text/plain": "<IPython.core.display.HTML object>" })).toBe("a\nb");
	expect(shown({ "text/html": html, "text/plain": "<pandas.io.Styler at 0x7f01>" })).toBe("a\nb");
	expect(shown({ "text/html": html })).toBe("a\nb");
	expect(shown({ "text/html": html, "text/plain": "a b" })).toBe("a b");
	expect(shown({ "text/html": "<b>\x1b]0;t\x07&#27;[31mred</b>" })).toBe("{fg=1:red}");
	expect(shown({ "text/html": "<div></div>" })).toBe("{note:[text/html]}");
});

test("what stands for the middle of a long output is told anew in its place, with the newest lines", () => {
	const omitted = (chars: number, text: string): Output => ({
		kind: "omitted",
		chars,
		blobId: "b",
		tail: [{ name: "stdout", text }],
	});
	const value: Output = {
		kind: "executeResult",
		executionCount: 1,
		data: { "text/plain": "42" },
		metadata: {},
	};
	const head: Output = { kind: "stream", name: "stdout", text: "first\n" };
	expect(show(outputs(head, omitted(0, "next\n")).lines)).toBe("first\nnext");
	expect(show(outputs(head, omitted(5, "next\n"), value, omitted(900, "last\n")).lines)).toBe(
		"first\n{note:[900 characters of output left out]}\nlast\n42",
	);
});
