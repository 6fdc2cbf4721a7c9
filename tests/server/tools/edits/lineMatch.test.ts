import { expect, test } from "vitest";
import { diffText } from "../../../../server/tools/edits/changes.ts";
import { matched } from "../../../../server/tools/edits/lineMatch.ts";
import type { Line } from "../../../../server/tools/edits/textFile.ts";
import { createRandom } from "../../../support/random.ts";

const lines = (text: string): Line[] =>
	text === "" ? [] : text.split("\n").map((each, origin) => ({ text: each, end: "\n", origin }));

const diff = (before: string, after: string): string =>
	diffText("f", lines(before), matched(lines(before), lines(after)), false)
		.split("\n")
		.slice(2)
		.join("\n");

test.each([
	["a\nb\nc", "a\nx\nc", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c"],
	["a\nb", "a\nb\nc", "@@ -1,2 +1,3 @@\n a\n b\n+c"],
	["", "a\nb", "@@ -0,0 +1,2 @@\n+a\n+b"],
	["a\nb", "", "@@ -1,2 +0,0 @@\n-a\n-b"],
	["x\nx\nkey\nx\nx", "x\nnew\nkey\nx\nlast\nx", "@@ -1,5 +1,6 @@\n x\n-x\n+new\n key\n x\n+last\n x"],
	["a\nb", "a\nb", ""],
])("%j to %j", (before, after, expected) => expect(diff(before, after)).toBe(expected));

test("what is kept is the same, in order, and each line once", () => {
	const random = createRandom(7);
	for (let round = 0; round < 300; round++) {
		const text = () =>
			[...Array(random.int(12))].map(() => random.pick(["a", "b", "c", "", `${random.int(30)}`])).join("\n");
		const [before, after] = [text(), text()];
		const rows = diff(before, after)
			.split("\n")
			.filter((row) => !row.startsWith("@@"));
		const side = (sign: string) =>
			rows.filter((row) => row[0] === " " || row[0] === sign).map((row) => row.slice(1));
		const shown = (whole: string, part: readonly string[]) => {
			const all = whole.split("\n");
			let at = 0;
			for (const row of part) {
				at = all.indexOf(row, at) + 1;
				if (at === 0) return false;
			}
			return true;
		};
		if (rows.length <= 1 && rows[0] === "") {
			expect(before).toBe(after);
			continue;
		}
		expect(shown(before, side("-")), `${before} | ${after}`).toBe(true);
		expect(shown(after, side("+")), `${before} | ${after}`).toBe(true);
		expect(side("+").length - side("-").length).toBe(lines(after).length - lines(before).length);
	}
});
