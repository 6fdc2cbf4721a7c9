import { expect, test } from "vitest";
import {
	choosePositionEncoding,
	type DocumentChange,
	type PositionEncoding,
	SyncedDocument,
} from "../../protocol/documentSync.ts";
import { createRandom, scaled } from "../support/random.ts";

const document = (text: string, encoding: PositionEncoding = "utf-16") =>
	SyncedDocument.open({ uri: "file:///a.py", languageId: "python", text }, encoding)!;
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
	const text = document("aü€😀b\nnext", encoding);
	expect(text.positionAt(6)).toEqual({ line: 0, character });
	expect(text.offsetAt({ line: 0, character })).toBe(6);
});

test("past a line's end it is the end", () => {
	for (const encoding of encodings) {
		expect(document("ü\r\nb", encoding).offsetAt({ line: 0, character: 99 })).toBe(1);
		expect(document("ü\r\nb", encoding).offsetAt({ line: 9, character: 0 })).toBe(4);
	}
});

test("changes follow each other, each in terms of what the ones before it left", () => {
	const changed = document("ü = 1\nb = 2\n", "utf-8");
	changed.change([
		{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 2 } }, text: "größe" },
		{ range: { start: { line: 0, character: 7 }, end: { line: 1, character: 0 } }, text: "\n" },
		{ text: "é", range: { start: { line: 1, character: 1 }, end: { line: 1, character: 1 } } },
	]);
	expect(changed.text).toBe("größe\nbé = 2\n");
	const { revision } = changed;
	changed.change([{ text: "all new" }]);
	expect(changed.text).toBe("all new");
	expect(changed.revision).not.toBe(revision);
});

test("any edits leave the text that they leave in a string, in every encoding", () => {
	for (let seed = 0; seed < scaled(200); seed++) {
		const { int: pick } = createRandom(seed);
		const letters = ["a", "ü", "€", "😀", "e\u0301", "👩‍🚀", "\n", "\r\n", "\r", " "];
		const word = () => Array.from({ length: pick(5) }, () => letters[pick(letters.length)]).join("");
		let reference = word() + word() + word();
		const documents = encodings.map((encoding) => ({ encoding, text: document(reference, encoding) }));
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
			for (const [at, { text }] of documents.entries()) text.change(sent[at]!);
			expect(documents.map(({ text }) => text.text)).toEqual(encodings.map(() => reference));
			expect(documents.map(({ text }) => text.chars)).toEqual(encodings.map(() => reference.length));
			const at = boundaries(reference)[pick(boundaries(reference).length)]!;
			for (const { encoding, text } of documents) {
				const { place } = placeOf(reference, at, encoding);
				expect(text.positionAt(at)).toEqual(place);
				expect(text.offsetAt(place)).toBe(at);
				expect(text.before(place, 1000) + text.after(place, 1000)).toBe(reference);
				expect(text.between({ start: place, end: { line: 0, character: 0 } })).toBe(reference.slice(0, at));
			}
		}
	}
});

test.each([
	["chars", "x".repeat(2_000_001)],
	["lines", "\n".repeat(200_001)],
])("a document of too many %s is not kept, opened so or grown so", (_, text) => {
	expect(SyncedDocument.open({ uri: "a", languageId: "python", text }, "utf-16")).toBeNull();
	expect(document("").change([{ text }])).toBe(false);
	const start = { line: 0, character: 0 };
	expect(document("").change([{ range: { start, end: start }, text }])).toBe(false);
});

test("thousands of changes in one notification cost what they change, and not the document each time", () => {
	const text = document("x = 1\n".repeat(20_000));
	const changes = Array.from({ length: 20_000 }, (_, line) => ({
		range: { start: { line, character: 4 }, end: { line, character: 5 } },
		text: "22",
	}));
	expect(text.change(changes)).toBe(true);
	expect(text.text).toBe("x = 22\n".repeat(20_000));
});

test("what stands before the cursor begins at the same line while a person types on", () => {
	const text = document(`${"a line of code\n".repeat(1000)}x`);
	const end = { line: 1000, character: 1 };
	const before = text.before(end, 1500);
	expect(before.length).toBeLessThanOrEqual(1500);
	text.change([{ range: { start: end, end }, text: "yz" }]);
	expect(text.before({ line: 1000, character: 3 }, 1500)).toBe(`${before}yz`);
	expect(document("😀".repeat(10)).before({ line: 0, character: 20 }, 5)).toBe("😀😀");
	expect(document("😀".repeat(10)).after({ line: 0, character: 0 }, 5)).toBe("😀😀");
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
