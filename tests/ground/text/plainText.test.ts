import { expect, test } from "vitest";
import { exposedText, PlainStream, plainText, shownText } from "../../../ground/text/plainText.ts";
import { settledText } from "../../../ground/text/terminalText.ts";
import { seededRandom } from "../../support/random.ts";

test.each([
	["sequences and controls", "a\x1b[31mb\x1b[0m\r\n\tc\x07\x00d\x1b]0;t\x07e", "ab\n\tcde"],
	["those of eight bits", "a\x9b2Jb\x9d52;c;x\x9cc\x90q\x9cd", "abcd"],
	["a string without an end takes its line", "a\x1b]52;c;xx\nb", "a\nb"],
	["what reorders", "a\u202eb\u200fc", "a<U+202E>b<U+200F>c"],
	["what hides another text", "a\u{e0041}\u{e007f}\u3164\u034f", "a<U+E0041><U+E007F><U+3164><U+034F>"],
	["what is for line breaks alone", "a\u200bb\u00adc\u2060d\ufeffe", "abcde"],
	["half of a character", "a\ud83db\udc00", "a�b�"],
	["emoji that are joined and chosen", "👩‍👩‍👧 ❤️ 1️⃣", "👩‍👩‍👧 ❤️ 1️⃣"],
	["joiners of scripts that need them", "می‌خواهم", "می‌خواهم"],
	["joiners and variants elsewhere", "pass\u200dword\ufe0f a\ufe01", "password a<U+FE01>"],
	["bytes in variants", "😀\u{e0101}\u{e0102}é\u{e0103}", "😀<U+E0101><U+E0102>é<U+E0103>"],
	["an ideograph's variant", "\u845b\u{e0101}\u{e0102}", "\u845b\u{e0101}<U+E0102>"],
	["marks on marks", `e${"\u0301".repeat(50)}!`, `e${"\u0301".repeat(5)}!`],
	["marks with something between them", `e${"\u0301\u200b".repeat(50)}`, `e${"\u0301".repeat(5)}`],
])("plain text: %s", (_, text, expected) => {
	expect(plainText(text)).toBe(expected);
});

test.each([
	["controls are named", "a\x1b[2J\r\x9bb\x7f", "a^[[2J^M<U+009B>b^?"],
	["emoji stay", "👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"],
])("shown text: %s", (_, text, expected) => {
	expect(shownText(text)).toBe(expected);
});

test.each([
	[
		"whatever is not seen",
		"a\u200d\ufe0f\u200b\u00a0\u3000\u2800b",
		"a<U+200D><U+FE0F><U+200B><U+00A0><U+3000><U+2800>b",
	],
	["controls", "a\x1b[8m\r", "a^[[8m^M"],
	["half of a character", "\ud800", "<U+D800>"],
	["marks that are too many", `e${"\u0301".repeat(6)}`, `e${"\u0301".repeat(5)}<U+0301>`],
	["nothing else", "é 漢字\n\t# ok", "é 漢字\n\t# ok"],
])("exposed text: %s", (_, text, expected) => {
	expect(exposedText(text)).toBe(expected);
});

test.each([
	["a progress bar's last state", "10%\r50%\r100%\ndone", "100%\ndone"],
	["colours, but tabs stay", "\x1b[31ma\tb\x1b[0m\r\nc", "a\tb\nc"],
	["nested progress bars", "0% a\n\r0% b\x1b[A\r99% a\n\n", "99% a\n0% b\n"],
	["overstrikes", "N\bNA\bA\n", "NA\n"],
	["nothing", "", ""],
])("what a terminal is left with: %s", (_, text, expected) => {
	expect(settledText(text)).toBe(expected);
});

const parts = [
	..."\x1b []?;0Jm\x07\x9b\x9d\x9cP_^X\\a漢\r\n\b\té",
	..."\u202e\u200d\u200c\ufe0f\u0301\u3164\u200b\u2028",
	"31",
	"\u0301\u0301\u0301\u0301",
	"😀",
	"👩",
	"\ud83d",
	"\ude00",
	"\u{e0100}",
	"\u{e0041}",
];
const scale = Number(process.env.IPYAI_TEST_SCALE ?? 1);

test("text that comes in pieces is what the whole is, and cleaning it again changes nothing", () => {
	const random = seededRandom(11);
	const pick = () => parts[Math.floor(random() * parts.length)]!;
	for (let round = 0; round < 5000 * scale; round++) {
		const text = Array.from({ length: 1 + Math.floor(random() * 14) }, pick).join("");
		const stream = new PlainStream();
		let told = "";
		for (let at = 0; at < text.length; ) {
			const size = 1 + Math.floor(random() * 3);
			told += stream.write(text.slice(at, at + size));
			at += size;
		}
		told += stream.end();
		expect(told, JSON.stringify(text)).toBe(plainText(text));
		for (const clean of [plainText, shownText])
			expect(clean(clean(text)), JSON.stringify(text)).toBe(clean(text));
	}
});

test("a string that never ends is not kept, however it is cut", () => {
	const stream = new PlainStream();
	const text = `a\x1b]52;c;${"A".repeat(200_000)}`;
	let told = "";
	for (let at = 0; at < text.length; at += 997) told += stream.write(text.slice(at, at + 997));
	expect(told + stream.write("\x07b") + stream.end()).toBe("ab");
});
