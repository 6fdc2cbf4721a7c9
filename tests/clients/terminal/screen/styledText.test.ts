import { describe, expect, test } from "vitest";
import {
	cutLine,
	lineWidth,
	stripStyles,
	truncateLine,
	wrapCells,
	wrapLine,
} from "../../../../clients/terminal/screen/styledText.ts";
import { textWidth } from "../../../../ground/text/textWidth.ts";
import { seededRandom } from "../../../support/random.ts";
import { row } from "../../../support/screenText.ts";

test.each([
	["abc", 3],
	["漢字", 4],
	["한글", 4],
	["한", 2],
	["ﾊﾝ", 2],
	["e\u0301", 1],
	["🎉", 2],
	["👩‍👩‍👧", 2],
	["👍🏽", 2],
	["🇩🇪", 2],
	["❤️", 2],
	["→", 1],
	["─│┼", 3],
	["\u200b", 0],
	["ไทย", 3],
])("%s takes %i cells", (text, cells) => {
	expect(textWidth(text)).toBe(cells);
});

describe("wrapping", () => {
	test.each([
		["at spaces", "one two three", 8, ["one two", "three"]],
		["long words at cells", "abcdefghij", 4, ["abcd", "efgh", "ij"]],
		["wide characters whole", "漢字漢字", 5, ["漢字", "漢字"]],
		["colours over the break", "\x1b[31mone two\x1b[0m", 4, ["\x1b[31mone\x1b[0m", "\x1b[31mtwo\x1b[0m"]],
		["a space at the edge goes", "abcd efgh", 4, ["abcd", "efgh"]],
		["nothing is a line", "", 4, [""]],
	])("%s", (_, line, width, expected) => {
		expect(wrapLine(row(line), width)).toEqual(expected);
	});

	test("loses no word and no cell, whatever the text", () => {
		const random = seededRandom(3);
		const words = [
			"a",
			"word",
			"漢字漢字",
			"🎉",
			"e\u0301e\u0301",
			"\x1b[32mgreen\x1b[0m",
			"x".repeat(30),
			"-",
		];
		for (let round = 0; round < 300; round++) {
			const count = Math.floor(random() * 12);
			const line = row(
				Array.from({ length: count }, () => words[Math.floor(random() * words.length)]!).join(" "),
			);
			const width = 2 + Math.floor(random() * 20);
			const bare = (texts: readonly string[]): string => stripStyles(row(texts.join(""))).replaceAll(" ", "");
			for (const wrapped of [wrapLine(line, width), wrapCells(line, width)]) {
				expect(bare(wrapped)).toBe(bare([line]));
				for (const each of wrapped) expect(lineWidth(each)).toBeLessThanOrEqual(width);
			}
			expect(stripStyles(row(wrapCells(line, width).join("")))).toBe(stripStyles(line));
			expect(lineWidth(truncateLine(line, width))).toBeLessThanOrEqual(width);
		}
	});
});

test("cutting closes what is open and says that something is missing", () => {
	expect(cutLine(row("\x1b[31mlong text\x1b[0m"), 5)).toBe("\x1b[31mlong \x1b[0m");
	expect(truncateLine(row("\x1b[31mlong text\x1b[0m"), 5)).toBe("\x1b[31mlong\x1b[0m…");
	expect(truncateLine(row("short"), 5)).toBe("short");
});
