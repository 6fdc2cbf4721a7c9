import { expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
	changeDocument,
	choosePositionEncoding,
	type DocumentChange,
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

test("any edits leave the text that they leave in a string, in every encoding", () => {
	for (let seed = 0; seed < scaled(200); seed++) {
		const { int: pick } = createRandom(seed);
		const letters = ["a", "ü", "€", "😀", "e\u0301", "👩‍🚀", "\n", "\r\n", "\r", " "];
		const word = () => Array.from({ length: pick(5) }, () => letters[pick(letters.length)]).join("");
		let reference = word() + word() + word();
		const documents = encodings.map((encoding) => ({ encoding, text: document(reference) }));
		for (let version = 2; version < 8; version++) {
			const sent = documents.map((): DocumentChange[] => []);
			for (let changes = pick(3); changes >= 0; changes--) {
				const points = boundaries(reference);
				const [from, to] = [pick(points.length), pick(points.length)]
					.sort((a, b) => a - b)
					.map((at) => points[at]!) as [number, number];
				const text = word();
				for (const [at, { encoding }] of documents.entries()) {
					const [start, end] = [from, to].map((offset) => placeOf(reference, offset, encoding));
					// Past a line's end is its end, and some editors say so.
					const isWhole = end!.isLineEnd && pick(2) === 0;
					const range = {
						start: start!.place,
						end: isWhole ? { ...end!.place, character: 9999 } : end!.place,
					};
					sent[at]!.push({ range, text });
				}
				reference = reference.slice(0, from) + text + reference.slice(to);
			}
			for (const [at, each] of documents.entries())
				each.text = changeDocument(each.text, sent[at]!, version, each.encoding);
			expect(documents.map(({ text }) => text.getText())).toEqual(encodings.map(() => reference));
		}
	}
});

/** Where an offset lies as a client counts, worked out on the string itself. */
const placeOf = (text: string, offset: number, encoding: PositionEncoding) => {
	const before = text.slice(0, offset).split(/\r\n|\r|\n/);
	const line = before.at(-1)!;
	const character = {
		"utf-16": line.length,
		"utf-8": Buffer.byteLength(line),
		"utf-32": [...line].length,
	}[encoding];
	return {
		place: { line: before.length - 1, character },
		isLineEnd: /^(?:[\r\n]|$)/.test(text.slice(offset)),
	};
};

/** Offsets between code points, and none inside a line's end. */
const boundaries = (text: string): number[] => {
	const found = [0];
	for (const part of text.match(/\r\n|[\s\S]/gu) ?? []) found.push(found.at(-1)! + part.length);
	return found;
};
