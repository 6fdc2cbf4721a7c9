import { describe, expect, test } from "vitest";
import { createKeyDecoder } from "../../../../clients/terminal/editor/keyDecoder.ts";
import type { KeyEvent } from "../../../../clients/terminal/editor/keys.ts";

const decode = (...pieces: (string | Uint8Array)[]): string[] => {
	const events: KeyEvent[] = [];
	const decoder = createKeyDecoder((event) => events.push(event), 1e6);
	for (const piece of pieces) decoder.feed(piece);
	decoder.flush();
	decoder.dispose();
	return events.map((event) =>
		event.kind === "key"
			? `${event.id}${event.text && event.text !== event.id ? `=${event.text}` : ""}`
			: event.kind === "paste"
				? `paste:${JSON.stringify(event.text)}`
				: `report:${JSON.stringify(event.sequence)}`,
	);
};

test.each([
	["a", "a"],
	["A", "A"],
	[" ", "space= "],
	["\r", "enter"],
	["\n", "ctrl+j"],
	["\t", "tab"],
	["\x7f", "backspace"],
	["\x03", "ctrl+c"],
	["\x1a", "ctrl+z"],
	["\x1c", "ctrl+\\"],
	["\x00", "ctrl+space"],
	["\x1f", "ctrl+_"],
	["\x1b", "escape"],
	["\x1b.", "alt+."],
	["\x1bp", "alt+p"],
	["\x1bW", "alt+shift+w"],
	["\x1b!", "alt+!"],
	["\x1b1", "alt+1"],
	["\x1b\r", "alt+enter"],
	["\x1b\x7f", "alt+backspace"],
	["\x1b[A", "up"],
	["\x1bOA", "up"],
	["\x1b[1;3A", "alt+up"],
	["\x1b[1;4B", "alt+shift+down"],
	["\x1b[1;5C", "ctrl+right"],
	["\x1b[Z", "shift+tab"],
	["\x1b[3~", "delete"],
	["\x1b[1~", "home"],
	["\x1bOP", "f1"],
	["\x1b[24~", "f12"],
	["\x1b[13;2u", "shift+enter"],
	["\x1b[13;5u", "ctrl+enter"],
	["\x1b[49;4u", "alt+shift+1"],
	["\x1b[46;5u", "ctrl+."],
	["\x1b[97u", "a"],
	["\x1b[97:65;2u", "A"],
	["\x1b[97;2u", "A"],
	["\x1b[27u", "escape"],
	["\x1b[99;5u", "ctrl+c"],
	["\x1b[27;5;13~", "ctrl+enter"],
	["\x1b[27;4;49~", "alt+shift+1"],
	["\x1b[97;1:3u", 'report:"\\u001b[97;1:3u"'],
	["\x1b[?62;4c", 'report:"\\u001b[?62;4c"'],
	["\x1b[12;40R", 'report:"\\u001b[12;40R"'],
	["\x1b]11;rgb:0000/0000/0000\x1b\\", 'report:"\\u001b]11;rgb:0000/0000/0000\\u001b\\\\"'],
	["é", "é"],
	["🎉", "🎉"],
])("%j is %s", (bytes, expected) => {
	expect(decode(bytes)).toEqual([expected]);
});

test("sequences may arrive in pieces", () => {
	expect(decode("\x1b", "[1", ";3", "A")).toEqual(["alt+up"]);
	expect(decode("\x1b", ".")).toEqual(["alt+."]);
	const bytes = Buffer.from("é🎉");
	expect(decode(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(["é", "🎉"]);
});

test("escape twice is two keys", () => {
	expect(decode("\x1b\x1b")).toEqual(["escape", "escape"]);
	expect(decode("\x1b\x1b[A")).toEqual(["escape", "up"]);
});

describe("paste", () => {
	test("comes whole, with its newlines, in one event", () => {
		expect(decode("\x1b[200~def f():\r    return 1\r\n\x1b[201~x")).toEqual([
			'paste:"def f():\\n    return 1\\n"',
			"x",
		]);
	});
	test("its end marker may be cut anywhere", () => {
		const text = "a\x1b[200~big paste\x1b[201~b";
		for (let cut = 1; cut < text.length; cut++)
			expect(decode(text.slice(0, cut), text.slice(cut))).toEqual(["a", 'paste:"big paste"', "b"]);
	});
	test("brings no control sequences in", () => {
		expect(decode("\x1b[200~\x1b[31mred\x1b[0m\x07\x1b[201~")).toEqual(['paste:"red"']);
	});
	test("of a megabyte is read at once", () => {
		const text = "x = 1\n".repeat(170_000);
		expect(decode(`\x1b[200~${text}\x1b[201~`)[0]).toHaveLength(JSON.stringify(text).length + 6);
	});
});

test("a report that comes in pieces or late types nothing", () => {
	const report = "\x1b]11;rgb:ffff/ffff/ffff\x07";
	for (let cut = 2; cut < report.length; cut++)
		expect(decode(report.slice(0, cut), report.slice(cut)), `cut at ${cut}`).toEqual([
			'report:"\\u001b]11;rgb:ffff/ffff/ffff\\u0007"',
		]);
	const events: KeyEvent[] = [];
	const decoder = createKeyDecoder((event) => events.push(event), 1e6);
	decoder.feed("\x1b");
	decoder.flush();
	decoder.feed(report.slice(1));
	decoder.feed("\x1b]11;rgb:ff");
	decoder.flush();
	decoder.feed("a");
	decoder.dispose();
	expect(events.map((event) => (event.kind === "key" ? event.id : event.kind))).toEqual([
		"escape",
		"report",
		"a",
	]);
});
