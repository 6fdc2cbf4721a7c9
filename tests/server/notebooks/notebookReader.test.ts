import { expect, test } from "vitest";
import { NotebookReader } from "../../../server/notebooks/notebookReader.ts";
import { createRandom } from "../../support/random.ts";

const read = (pieces: readonly string[]) => {
	const reader = new NotebookReader();
	const cells = pieces.flatMap((piece) => reader.push(piece));
	return { cells, head: reader.end() };
};

const tricky = {
	before: { cells: ["not these"], text: 'cells": [' },
	cells: [
		{ source: ['a "quoted" ] } , {', "\\", '\\\\"'], nested: { cells: [1, { x: [] }] } },
		{ source: "é 🤖 \u2028" },
		{},
	],
	after: "cells",
	nbformat: 4,
	empty: [],
};

test("gives the same however the file is cut into pieces", () => {
	const { cells, ...head } = tricky;
	const random = createRandom(7);
	for (const text of [JSON.stringify(tricky), JSON.stringify(tricky, null, 2)])
		for (let round = 0; round < 200; round++) {
			const pieces: string[] = [];
			for (let at = 0; at < text.length; ) {
				const length = 1 + random.int(round < 5 ? 1 : 40);
				pieces.push(text.slice(at, at + length));
				at += length;
			}
			expect(read(pieces)).toEqual({ cells, head: { ...head, cells: [] } });
		}
});

test.each([
	["", "not JSON"],
	["hello", "not JSON"],
	["[1]", "no JSON object"],
	['{"cells": [{"a": 1}', "cut off"],
	['{"cells": [{"a": 1}, {"b": }]}', "cell 2 is not JSON"],
])("says what is wrong with %s", (text, problem) => {
	expect(() => read([text])).toThrow(problem);
});

test("a mark for the byte order is no part of the file", () => {
	expect(read(["", '\ufeff{"cells":', "[]}"])).toEqual({ cells: [], head: { cells: [] } });
});
