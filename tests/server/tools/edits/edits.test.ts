import { expect, test } from "vitest";
import { applyEdits } from "../../../../server/tools/edits/applyEdits.ts";
import { changesText, diffText } from "../../../../server/tools/edits/changes.ts";
import { parseEdit } from "../../../../server/tools/edits/command.ts";
import { EditError } from "../../../../server/tools/edits/editError.ts";
import { lineHash, namesLine } from "../../../../server/tools/edits/lineHash.ts";
import type { Line, TextFile } from "../../../../server/tools/edits/textFile.ts";
import { scaled, seededRandom } from "../../../support/random.ts";

const fileOf = (text: string): TextFile => {
	const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(
		(each, origin): Line => ({
			text: each.replace(/\r?\n$/, ""),
			end: each.endsWith("\r\n") ? "\r\n" : each.endsWith("\n") ? "\n" : "",
			origin,
		}),
	);
	return { lines, bytes: Buffer.from(text), encoding: "utf8", end: text.includes("\r\n") ? "\r\n" : "\n" };
};

/** `@2` stands for the address of line 2 of the text. */
const addressed = (text: string, edit: string): string => {
	const { lines } = fileOf(text);
	return edit.replace(
		/@(\d+)/g,
		(_, number: string) => `${number}|${lineHash(lines[Number(number) - 1]?.text ?? "")}|`,
	);
};

const edit = (text: string, ...edits: string[]): string => {
	const file = fileOf(text);
	try {
		const { lines } = applyEdits(
			file,
			edits.map((each) => parseEdit(addressed(text, each))),
			4,
		);
		return lines.map((line) => line.text + line.end).join("");
	} catch (error) {
		if (!(error instanceof EditError)) throw error;
		return `! ${error.message}`;
	}
};

// The predecessor's own hashes, from running it.
test.each([
	["foo", "73b7"],
	["bar baz", "5b93"],
	["", "3def"],
	["last", "dc3e"],
	["    bar baz", "b3fc"],
])("the hash of %j is %s", (line, hash) => expect(lineHash(line)).toBe(hash));

test("both forms of hashes name a line", () => {
	expect(namesLine("73B7", "foo")).toBe(true);
	expect(namesLine("AA", "")).toBe(true);
	// The low 12 bits of CRC-32("123456789") = 0xcbf43926 are 0x926.
	expect(namesLine("km", "123456789")).toBe(true);
	expect(namesLine("kn", "123456789")).toBe(false);
});

const four = "foo\nbar baz\n\nlast\n";

test.each([
	["s on a line", ["@1s/o/0/"], "f0o\nbar baz\n\nlast\n"],
	["s everywhere in it", ["@1s/o/0/g"], "f00\nbar baz\n\nlast\n"],
	["s on all lines", ["%s/a/A/"], "foo\nbAr baz\n\nlAst\n"],
	["s without case", ["@1s/FOO/x/i"], "x\nbar baz\n\nlast\n"],
	["s with another mark", ["@1s#o#/#g"], "f//\nbar baz\n\nlast\n"],
	["s with the mark escaped", ["@1s/o/\\//g"], "f//\nbar baz\n\nlast\n"],
	["s with groups", [`@1s/(f)(o)/${"$"}{2}${"$"}{1}x/`], "ofxo\nbar baz\n\nlast\n"],
	["s with a name", [`@1s/(?P<q>f)/${"$"}{q}!/`], "f!oo\nbar baz\n\nlast\n"],
	["s with the whole match and a dollar", ["@1s/fo/$0$$/"], "fo$o\nbar baz\n\nlast\n"],
	["s that makes lines", ["@1s/o/a\nb/"], "fa\nbo\nbar baz\n\nlast\n"],
	["s with classes of Rust", ["@2s/[[:alpha:]]+ \\Abaz|\\bb/X/"], "foo\nXar baz\n\nlast\n"],
	["d", ["@1d"], "bar baz\n\nlast\n"],
	["d of a range", ["@1,@3d"], "last\n"],
	["d of the last", ["$d"], "foo\nbar baz\n\n"],
	["d of all", ["%d"], ""],
	["a", ["@1a\nnew\nlines"], "foo\nnew\nlines\nbar baz\n\nlast\n"],
	["a behind a range", ["@1,@2a\nnew"], "foo\nbar baz\nnew\n\nlast\n"],
	["a at the end", ["$a\nnew"], "foo\nbar baz\n\nlast\nnew\n"],
	["i", ["@1i\nnew"], "new\nfoo\nbar baz\n\nlast\n"],
	["i before the first", ["0|0000|i\nnew"], "new\nfoo\nbar baz\n\nlast\n"],
	["a before the first, in the newer form", ["0|AA|a\nnew"], "new\nfoo\nbar baz\n\nlast\n"],
	["c", ["@1c\nx\ny"], "x\ny\nbar baz\n\nlast\n"],
	["c to nothing", ["@1c"], "bar baz\n\nlast\n"],
	["j with the next", ["@1j"], "foo bar baz\n\nlast\n"],
	["j of a range", ["@1,@3j"], "foo bar baz\nlast\n"],
	["sort", ["%sort"], "\nbar baz\nfoo\nlast\n"],
	["m", ["@1m@2"], "bar baz\nfoo\n\nlast\n"],
	["m upwards", ["@4m0|0000|"], "last\nfoo\nbar baz\n\n"],
	["t", ["@1t$"], "foo\nbar baz\n\nlast\nfoo\n"],
	["indent", ["@1,@3>"], "    foo\n    bar baz\n\nlast\n"],
	["indent by two", ["@1>2"], "        foo\nbar baz\n\nlast\n"],
	["y", ["@1y/fo/ab/"], "abb\nbar baz\n\nlast\n"],
	["g", ["%g/a/d"], "foo\n\n"],
	["g!", ["%g!/a/d"], "bar baz\nlast\n"],
	["v", ["%v/a/d"], "bar baz\nlast\n"],
	["g with s", ["%g/^b/s/ba/X/g"], "foo\nXr Xz\n\nlast\n"],
	["g with a", ["%g/^f/a\nnew"], "foo\nnew\nbar baz\n\nlast\n"],
	["spaces between", ["% j"], "foo bar baz last\n"],
	["several, by the numbers of the view", ["@1d", "@2s/bar/X/"], "X baz\n\nlast\n"],
	[
		"one on a line that an edit before changed",
		["@1s/foo/new/", "@1a\nmore"],
		"new\nmore\nbar baz\n\nlast\n",
	],
	[
		"several, by the numbers as they are by then",
		["@1a\nfoo", "2|73b7|s/foo/second/"],
		"foo\nsecond\nbar baz\n\nlast\n",
	],
])("%s", (_name, edits, after) => expect(edit(four, ...edits)).toBe(after));

test("dedent takes white space only", () =>
	expect(edit("        a\n  b\n\tc\nd\n", "%<")).toBe("    a\nb\nc\nd\n"));

test("a list of parts is the same edit", () => {
	const parts = [
		["@1", "s", "o", "0", "g"],
		["@2", "c", "x\ny"],
		["@4", "m", "0|0000|"],
		["%", "g", "0", "s", "f", "F"],
	];
	const file = fileOf(four);
	const edits = parts.map((each) => parseEdit(each.map((part) => addressed(four, part))));
	expect(applyEdits(file, edits, 4).lines.map(({ text }) => text)).toEqual(["last", "F00", "x", "y", ""]);
});

test.each([
	[
		"1|0000|d",
		/line 1 is not the one that was seen: it is 1\|73b7\| {2}foo\. No line has that hash now\. Nothing was changed/,
	],
	[
		"2|73b7|d",
		/line 2 is not the one that was seen: it is 2\|5b93\| {2}bar baz\. It may have moved: 1\|73b7\| {2}foo\./,
	],
	["9|73b7|d", /there is no line 9 any more: the file has 4\. It may have moved: 1\|73b7\|/],
	["1d", /line 1 needs its hash/],
	["9p", /there is no line 9: the file has 4\./],
	["@2,@1d", /line 1 comes before line 2/],
	["0|0000|d", /before the first line only a and i have a place/],
	["0|1234|a\nx", /the place before the first line is 0\|0000\|/],
	["@1q", /there is no command "q": there are s y d/],
	["@1", /there is no command ""/],
	["@1a", /a needs text on the lines below it/],
	["@1d now", /d takes nothing after it/],
	["@1s/x/y/", /nothing there matches "x"/],
	["@1s/o/y", /s has no closing \//],
	["@1s/o/y/z", /s knows the flags g and i, not "z"/],
	["@1s/(/y/", /the pattern "\(" is none/],
	["@1s/(f)/$1x/", /the pattern has no group 1x: write \$\{1\}x/],
	["@1y/ab/c/", /y needs as many characters on both sides/],
	["@1,@2m@2", /lines cannot be moved into themselves/],
	["@1m", /it has to begin with an address/],
	["%g/zzz/d", /no line matches "zzz"/],
	["%g/a/g/b/d", /g and v cannot stand in one another/],
	["d", /it has to begin with an address as views show them/],
	["@1>x", /> takes a number of levels/],
])("%j is refused", (command, reason) => expect(edit(four, command)).toMatch(reason));

test("one that fails leaves all undone, and is named", () =>
	expect(edit(four, "@1d", "@2s/zzz/y/")).toMatch(
		/^! edit 2 of 2, 2\|5b93\|s\/zzz\/y\/: nothing there matches/,
	));

test("line ends stay as they are, and new lines end as the others do", () => {
	expect(edit("a\r\nb\r\n", "@1a\nx")).toBe("a\r\nx\r\nb\r\n");
	expect(edit("a\nb", "@2s/b/c/")).toBe("a\nc");
	expect(edit("a\nb", "@1d")).toBe("b");
	expect(edit("a\nb", "@2a\nc")).toBe("a\nb\nc");
	expect(edit("a\nb", "@2m0|0000|")).toBe("b\na");
	expect(edit("a\r\nb\nc\r\n", "@2s/b/x/")).toBe("a\r\nx\nc\r\n");
	expect(edit("", "0|0000|a\nfirst")).toBe("first\n");
	expect(edit("", "1|73b7|d")).toMatch(/the file has no lines: 0\|0000\|a adds the first/);
});

test("what changed is told with hashes and one line around, and as a diff", () => {
	const file = fileOf(four);
	const { lines } = applyEdits(file, [parseEdit(addressed(four, "@1s/o/0/g")), parseEdit("$a\nnew")], 4);
	expect(changesText(file.lines, lines)).toBe(
		[
			"-1|73b7|  foo",
			"+1|7a67|  f00",
			" 2|5b93|  bar baz",
			" 4|dc3e|  last",
			`+5|${lineHash("new")}|  new`,
		].join("\n"),
	);
	expect(diffText("a.txt", file.lines, lines, false)).toBe(
		["--- a.txt", "+++ a.txt", "@@ -1,4 +1,5 @@", "-foo", "+f00", " bar baz", " ", " last", "+new"].join(
			"\n",
		),
	);
});

test("the diff of any edit, applied, gives the file after it", () => {
	const random = seededRandom(1);
	for (let round = 0; round < scaled(200); round++) {
		const count = 1 + Math.floor(random() * 30);
		const text = Array.from(
			{ length: count },
			() => `${"abc"[Math.floor(random() * 3)]}${Math.floor(random() * 4)}\n`,
		).join("");
		const file = fileOf(text);
		const at = () => 1 + Math.floor(random() * count);
		const some = [
			() => `@${at()}d`,
			() => `@${at()}a\nnew ${round}`,
			() => `@${at()}c\nother\nlines`,
			() => `@${at()}m@${at()}`,
			() => `@${at()}t@${at()}`,
			() => "%sort",
			() => "%g/a/s/a/Z/",
			() => `@${at()}>`,
		];
		const edits = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
			some[Math.floor(random() * some.length)]!(),
		);
		let lines: readonly Line[];
		try {
			lines = applyEdits(
				file,
				edits.map((each) => parseEdit(addressed(text, each))),
				4,
			).lines;
		} catch (error) {
			if (error instanceof EditError) continue;
			throw error;
		}
		expect(patched(file.lines, diffText("f", file.lines, lines, false)), edits.join(" ; ")).toEqual(
			lines.map((line) => line.text),
		);
	}
});

/** A reader of unified diffs, for the test alone. */
const patched = (before: readonly Line[], diff: string): string[] => {
	const after: string[] = [];
	let old = 0;
	for (const row of diff.split("\n").slice(2)) {
		const head = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(row);
		if (head) {
			const start = Number(head[1]) - (head[2] === "0" ? 0 : 1);
			for (; old < (head[2] === "0" ? old : start); old++) after.push(before[old]!.text);
			continue;
		}
		if (row.startsWith("+")) after.push(row.slice(1));
		else {
			expect(before[old]!.text).toBe(row.slice(1));
			if (row.startsWith(" ")) after.push(row.slice(1));
			old++;
		}
	}
	for (; old < before.length; old++) after.push(before[old]!.text);
	return after;
};

test("odd commands are errors for the model, never anything else", () => {
	const random = seededRandom(2);
	const pieces = [
		"@1",
		"@2",
		"1|",
		"|73b7|",
		"0|0000|",
		"$",
		"%",
		",",
		"s",
		"/",
		"g",
		"v",
		"!",
		"a",
		"\n",
		"x",
		"m",
		"t",
		"y",
		">",
		"<",
		"9",
		"\\",
		"(",
		"[",
		"*",
		"$" + "{",
		"d",
		"j",
		"sort",
		"p",
		"c",
		"i",
		" ",
		"é",
		"\0",
	];
	for (let round = 0; round < scaled(3000); round++) {
		const command = Array.from(
			{ length: 1 + Math.floor(random() * 10) },
			() => pieces[Math.floor(random() * pieces.length)],
		).join("");
		expect(typeof edit(four, command), command).toBe("string");
	}
});

test("a range whose line an edit before changed is refused", () =>
	expect(edit(four, "@2s/bar/X/", "@1,@2d")).toMatch(/line 2 is not the one that was seen/));

test("places apart are apart in the diff, those near one another together", () => {
	const text = Array.from({ length: 40 }, (_, at) => `${at + 1}\n`).join("");
	const file = fileOf(text);
	const { lines } = applyEdits(
		file,
		[5, 10, 30].map((at) => parseEdit(addressed(text, `@${at}s/$/!/`))),
		4,
	);
	expect(diffText("f", file.lines, lines, false).match(/^@@.*$/gm)).toEqual([
		"@@ -2,12 +2,12 @@",
		"@@ -27,7 +27,7 @@",
	]);
});

test("a pattern that never ends is stopped", () =>
	expect(edit(`${"a".repeat(40)}!\n`, "%s/(a+)+$/x/")).toMatch(/the pattern takes too long on these lines/));
