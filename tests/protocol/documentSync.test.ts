import { expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
	changeDocument,
	choosePositionEncoding,
	fromUtf16,
	type PositionEncoding,
	toUtf16,
} from "../../protocol/documentSync.ts";
import { createRandom, scaled } from "../support/random.ts";

const document = (text: string) => TextDocument.create("file:///a.py", "python", 1, text);
const encodings: readonly PositionEncoding[] = ["utf-16", "utf-8", "utf-32"];

test.each([
	[undefined, "utf-16"],
	[[], "utf-16"],
	[["utf-8", "utf-16"], "utf-8"],
	[["utf-32"], "utf-32"],
	[["klingon", "utf-16", "utf-8"], "utf-16"],
	["utf-8", "utf-16"],
])("a client that offers %j gets %s", (offered, expected) => {
	expect(choosePositionEncoding(offered)).toBe(expected);
});

test.each([
	["utf-16", 6],
	["utf-8", 11],
	["utf-32", 5],
] as const)("in %s the end of aü€😀b is %i", (encoding, character) => {
	const text = document("aü€😀b\nnext");
	expect(fromUtf16(text, { line: 0, character: 6 }, encoding)).toEqual({ line: 0, character });
	expect(toUtf16(text, { line: 0, character }, encoding)).toEqual({ line: 0, character: 6 });
});

test("past a line's end it is the end", () => {
	for (const encoding of ["utf-8", "utf-32"] as const)
		expect(toUtf16(document("ü\r\nb"), { line: 0, character: 99 }, encoding)).toEqual({
			line: 0,
			character: 1,
		});
});

test("changes follow each other, each in terms of what the ones before it left", () => {
	const start = document("ü = 1\nb = 2\n");
	const changed = changeDocument(
		start,
		[
			{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 2 } }, text: "größe" },
			{ range: { start: { line: 0, character: 7 }, end: { line: 1, character: 0 } }, text: "\n" },
			{ text: "é", range: { start: { line: 1, character: 1 }, end: { line: 1, character: 1 } } },
		],
		5,
		"utf-8",
	);
	expect(changed.getText()).toBe("größe\nbé = 2\n");
	expect(changed.version).toBe(5);
	expect(changeDocument(changed, [{ text: "all new" }], 6, "utf-8").getText()).toBe("all new");
});

test("any edits leave the same text in every encoding", () => {
	for (let seed = 0; seed < scaled(100); seed++) {
		const { int: pick } = createRandom(seed);
		const letters = ["a", "ü", "€", "😀", "\n", "\r\n", " "];
		const word = () => Array.from({ length: pick(5) }, () => letters[pick(letters.length)]).join("");
		let reference = document(word() + word() + word());
		const others = encodings.map((encoding) => ({ encoding, text: reference }));
		for (let version = 2; version < 12; version++) {
			const points = boundaries(reference.getText());
			const [from, to] = [pick(points.length), pick(points.length)].sort((a, b) => a - b);
			const place = {
				start: reference.positionAt(points[from!]!),
				end: reference.positionAt(points[to!]!),
			};
			const text = word();
			for (const other of others) {
				const range = {
					start: fromUtf16(other.text, place.start, other.encoding),
					end: fromUtf16(other.text, place.end, other.encoding),
				};
				other.text = changeDocument(other.text, [{ range, text }], version, other.encoding);
			}
			reference = changeDocument(reference, [{ range: place, text }], version, "utf-16");
			expect(others.map((other) => other.text.getText())).toEqual(encodings.map(() => reference.getText()));
		}
	}
});

/** Offsets between code points, and none inside a line's end. */
const boundaries = (text: string): number[] => {
	const found = [0];
	for (const part of text.match(/\r\n|[\s\S]/gu) ?? []) found.push(found.at(-1)! + part.length);
	return found;
};
