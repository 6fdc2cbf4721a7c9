import { describe, expect, test } from "vitest";
import { createOutputStream } from "../../../../clients/terminal/render/outputStream.ts";
import { createSanitizer, sanitizeLines } from "../../../../clients/terminal/render/sanitize.ts";
import { seededRandom } from "../../../support/random.ts";

const sanitize = (text: string): string =>
	[...sanitizeLines(text), ...(text.endsWith("\n") ? [""] : [])].join("\n");

test.each([
	["plain text", "a b\nc", "a b\nc"],
	[
		"colours stay and end with the line",
		"\x1b[31mred\nstill\x1b[0m",
		"\x1b[31mred\x1b[0m\n\x1b[31mstill\x1b[0m",
	],
	["colours that nobody closed are closed", "\x1b[1mx", "\x1b[1mx\x1b[0m"],
	["a reset inside of a sequence", "\x1b[31ma\x1b[0;32mb", "\x1b[31ma\x1b[0m\x1b[32mb\x1b[0m"],
	[
		"the numbers of a colour are no reset",
		"\x1b[38;5;0mb\x1b[48;2;0;0;0mc\x1b[m",
		"\x1b[30mb\x1b[0m\x1b[30;48;2;0;0;0mc\x1b[0m",
	],
	["moves and erasures", "a\x1b[2Jb\x1b[Hc\x1b[3Jd\x1b[10;10H", "abcd"],
	["modes and the other screen", "a\x1b[?1049h\x1b[?25lb", "ab"],
	["titles", "\x1b]0;title\x07x\x1b]2;title\x1b\\y", "xy"],
	["links", "\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "text"],
	["the clipboard", "a\x1b]52;c;ZXZpbA==\x07b", "ab"],
	["a string without an end takes its line only", "a\x1b]52;c;xxxx\nb", "a\nb"],
	["device strings and pictures", "a\x1bPq#0\x1b\\b\x1b_Gf=100;AAAA\x1b\\c\x1b^x\x1b\\d", "abcd"],
	["8 bit forms", "a\x9b2Jb\x9d52;c;x\x9cc\x90q\x9cd\x85e", "abcde"],
	["8 bit colours become 7 bit ones", "\x9b31mred\x9bm", "\x1b[31mred\x1b[0m"],
	["queries", "\x1b[6n\x1b[c\x1bZ\x05x", "x"],
	["character sets and resets", "\x1b(0lqk\x1b(B\x1bcx\x0e\x0f", "lqkx"],
	["a bell and zeros", "a\x07\x00b", "ab"],
	["bidirectional overrides are shown", "a\u202eb\u2066c", "a<U+202E>b<U+2066>c"],
	["a byte order mark", "\ufeffa", "a"],
	["broken surrogates", "a\ud800b", "a�b"],
	["a carriage return writes over", "hello\rJ", "Jello"],
	["a progress bar is its last state", "10%\r50%\r100%\n", "100%\n"],
	["erasing to the line's end", "a long line\rshort\x1b[K", "short"],
	["CR LF is a newline", "a\r\nb", "a\nb"],
	["a backspace goes back", "abc\b\bX", "aXc"],
	["nested progress bars", "0% a\n\r0% b\x1b[A\r50% a\n\r9% b\x1b[A\r99% a\n\n", "99% a\n9% b\n"],
	["lines written anew", "one\ntwo\nthree\n\x1b[3A\x1b[2KONE\n\x1b[1B\x1b[KTHREE\n", "ONE\ntwo\nTHREE\n"],
	["all below erased", "one\ntwo\nthree\x1b[2F\x1b[Jnew", "new"],
	["up beyond the first line", "one\n\x1b[99Atwo", "two"],
	["down beyond the last line", "one\n\x1b[99Btwo", "one\ntwo"],
	["overstrike as man pages use it", "N\bNA\bA", "NA"],
	["tabs go to the next eighth", "a\tb\n12345678\tc", "a       b\n12345678        c"],
	["a wide character that is half written over", "漢字\rx", "x 字"],
	["colours written over", "\x1b[31mred\x1b[0m\rb", "b\x1b[31med\x1b[0m"],
])("%s", (_, input, expected) => {
	expect(sanitize(input)).toBe(expected);
});

describe("text in pieces", () => {
	const nasty =
		"\x1b[31mred\x1b[0m \x1b]0;t\x07漢字\r\nbar\r\x1b[K🎉\x1b[38;5;20mx\n\x1bPq\x1b\\\ta\x9b31mz\x1b[m\nend";
	test("gives what the whole gives, wherever it is cut", () => {
		for (let cut = 0; cut <= nasty.length; cut++) {
			const sanitizer = createSanitizer();
			const lines = [
				...sanitizer.write(nasty.slice(0, cut)),
				...sanitizer.write(nasty.slice(cut)),
				...sanitizer.end(),
			];
			expect(lines.join("\n"), `cut at ${cut}`).toBe(sanitize(nasty));
		}
	});
	test("random bytes leave no control character but colours", () => {
		const random = seededRandom(7);
		const alphabet = [
			"\x1b",
			"[",
			"]",
			"?",
			";",
			"0",
			"3",
			"1",
			"m",
			"J",
			"A",
			"E",
			"\x07",
			"\x9b",
			"\x9d",
			"P",
			"a",
			"漢",
			"\r",
			"\n",
			"\b",
			"\t",
			"\u202e",
			"8",
			"\\",
		];
		for (let round = 0; round < 300; round++) {
			const text = Array.from({ length: 60 }, () => alphabet[Math.floor(random() * alphabet.length)]).join(
				"",
			);
			expect(sanitize(text).replace(/\x1b\[[\d;]*m/g, "")).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
		}
	});
});

describe("output of a running cell", () => {
	test("once it goes up, the lines in its reach stay and change", () => {
		const stream = createOutputStream();
		expect(stream.write("begin\nouter 0\n")).toEqual(["begin", "outer 0"]);
		expect(stream.write("inner 0\x1b[A\router 1")).toEqual([]);
		expect(stream.live(40)).toEqual(["outer 1"]);
		expect(stream.write("\n\rinner 1\x1b[A\router 2\n\rinner 2")).toEqual([]);
		expect(stream.live(40)).toEqual(["outer 2", "inner 2"]);
		expect(stream.end()).toEqual(["outer 2", "inner 2"]);
	});

	test("what it left far behind goes out", () => {
		const stream = createOutputStream();
		const lines = Array.from({ length: 300 }, (_, index) => `${index}`);
		const out = stream.write(`\x1b[A${lines.join("\n")}\n`);
		expect(out.length).toBeGreaterThan(190);
		expect([...out, ...stream.end()]).toEqual(lines);
	});

	test("finished lines go out, the unfinished one stays and changes", () => {
		const stream = createOutputStream();
		expect(stream.write("start\n 10%")).toEqual(["start"]);
		expect(stream.live(40)).toEqual([" 10%"]);
		expect(stream.write("\r 20%")).toEqual([]);
		expect(stream.live(40)).toEqual([" 20%"]);
		expect(stream.write("\r100%\ndone")).toEqual(["100%"]);
		expect(stream.end()).toEqual(["done"]);
		expect(stream.live(40)).toEqual([]);
	});
});
