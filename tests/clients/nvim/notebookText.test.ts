/** Notebooks as lines and back: nothing is lost, and what did not change is written as it stood. */
import { expect, test } from "vitest";
import { type CellText, fromLines, toLines } from "../../../clients/nvim/notebook/cellLines.ts";
import { matchCells } from "../../../clients/nvim/notebook/matchCells.ts";
import { emptyNotebook, readNotebook, writeNotebook } from "../../../clients/nvim/notebook/notebookText.ts";
import { seededRandom } from "../../support/random.ts";

const code = (source: string): CellText => ({ kind: "code", source, title: null });
const sources = (cells: readonly CellText[]) =>
	cells.map(({ kind, source, title }) => ({ kind, source, title }));

test("cells as lines", () => {
	const cells: CellText[] = [
		code("a = 1\n\n"),
		{ kind: "markdown", source: "# Title\n\ntext", title: null },
		code("# %% not a cell\n# # %% nor this"),
		{ kind: "raw", source: "---", title: "Front" },
		code(""),
	];
	expect(toLines(cells).lines.join("\n")).toMatchInlineSnapshot(`
		"# %%
		a = 1



		# %% [markdown]
		# # Title
		#
		# text

		# %%
		# # %% not a cell
		# # # %% nor this

		# %% Front [raw]
		# ---

		# %%"
	`);
	expect(sources(fromLines(toLines(cells).lines))).toEqual(cells);
});

test("any cells come back as they were", () => {
	const random = seededRandom(3);
	const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
	const lines = ["", "", "x", "# %%", "#%% t", "# # %% [markdown]", "# y", "#", " ", "#\t%%"];
	for (let round = 0; round < 300; round++) {
		const cells = Array.from({ length: 1 + Math.floor(random() * 4) }, (): CellText => {
			const source = Array.from({ length: Math.floor(random() * 4) }, () => pick(lines)).join("\n");
			return { kind: pick(["code", "markdown", "raw"] as const), source, title: null };
		});
		expect(sources(fromLines(toLines(cells).lines))).toEqual(cells);
	}
});

test("lines before the first marker are a cell, blank ones none; no lines are no cells", () => {
	expect(sources(fromLines(["x = 1", "# %%", "y"]))).toEqual([code("x = 1"), code("y")]);
	expect(sources(fromLines(["", "# %% A title", "y"]))).toEqual([{ ...code("y"), title: "A title" }]);
	expect(fromLines([""])).toEqual([]);
});

/** Old and new cells as letters; a capital is the same cell edited. */
test.each([
	["abc", "abc", [0, 1, 2]],
	["abc", "aBc", [0, 1, 2]],
	["abc", "ac", [0, 2]],
	["abc", "axbc", [0, null, 1, 2]],
	["abc", "bca", [1, 2, 0]],
	["aab", "ab", [0, 2]],
	["abc", "xyz", [0, 1, 2]],
	["", "a", [null]],
	["abc", "", []],
])("%s edited to %s", (old, now, expected) => {
	const cells = (text: string) => [...text].map(code);
	expect(
		matchCells(
			cells(old),
			cells(now),
			[...now].map(() => null),
		),
	).toEqual(expected);
});

const notebook = (indent: number | string, tail = "\n") =>
	JSON.stringify(
		{
			cells: [
				{ cell_type: "markdown", id: "m-1", metadata: {}, source: ["# T\n", "é"], attachments: {} },
				{
					cell_type: "code",
					execution_count: 3,
					id: "c-1",
					metadata: { tags: ["keep"], x: { z: 1, a: 2 } },
					outputs: [{ name: "stdout", output_type: "stream", text: ["hi\n"] }],
					source: "a = 1",
				},
			],
			metadata: { odd: "FLOAT" },
			nbformat: 4,
			nbformat_minor: 5,
			unknown: null,
		},
		null,
		indent,
	).replace('"FLOAT"', "1.0e2") + tail;

const unchanged = (text: string): string => {
	const read = readNotebook(text);
	return writeNotebook(
		read,
		read.cells.map((cell) => ({ ...cell, from: cell, ran: null })),
	);
};

test("a file of any layout stays as it is when no cell changed", () => {
	for (const text of [
		notebook(1),
		notebook(2, ""),
		notebook("\t"),
		notebook(0),
		`\ufeff${notebook(1)}`,
		notebook(4).replaceAll("\n", "\r\n"),
		notebook(1).replace("é", "\\u00e9"),
		emptyNotebook,
	])
		expect(unchanged(text)).toBe(text);
});

test("an edited cell changes its source alone; a run its outputs; a new one stands between", () => {
	const text = notebook(1);
	const read = readNotebook(text);
	const [title, cell] = read.cells.map((each) => ({ ...each, from: each, ran: null }));
	const edited = writeNotebook(read, [title!, { ...cell!, source: "a = 2\nb" }]);
	expect(edited).toBe(text.replace('"a = 1"', '"a = 2\\nb"'));
	const ran = {
		outputs: [
			{ kind: "executeResult" as const, executionCount: 4, data: { "text/plain": "1\n2" }, metadata: {} },
		],
		executionCount: 4,
	};
	const written = writeNotebook(read, [title!, { ...cell!, ran }, { ...code("new"), from: null, ran: null }]);
	const parsed = JSON.parse(written) as { cells: Record<string, unknown>[] };
	expect(parsed.cells[1]).toMatchObject({
		id: "c-1",
		execution_count: 4,
		outputs: [{ data: { "text/plain": ["1\n", "2"] }, execution_count: 4 }],
	});
	expect(parsed.cells[2]).toMatchObject({
		cell_type: "code",
		source: ["new"],
		outputs: [],
		execution_count: null,
	});
	expect(parsed.cells[2]!.id).toMatch(/^[0-9a-f]{8}$/);
	expect(written).toContain("1.0e2");
	expect(written.replace(/"[0-9a-f]{8}"/, '"id"')).toMatchInlineSnapshot(`
		"{
		 "cells": [
		  {
		   "cell_type": "markdown",
		   "id": "m-1",
		   "metadata": {},
		   "source": [
		    "# T\\n",
		    "é"
		   ],
		   "attachments": {}
		  },
		  {
		   "cell_type": "code",
		   "execution_count": 4,
		   "id": "c-1",
		   "metadata": {
		    "tags": [
		     "keep"
		    ],
		    "x": {
		     "z": 1,
		     "a": 2
		    }
		   },
		   "outputs": [
		    {
		     "data": {
		      "text/plain": [
		       "1\\n",
		       "2"
		      ]
		     },
		     "execution_count": 4,
		     "metadata": {},
		     "output_type": "execute_result"
		    }
		   ],
		   "source": "a = 1"
		  },
		  {
		   "cell_type": "code",
		   "execution_count": null,
		   "id": "id",
		   "metadata": {},
		   "outputs": [],
		   "source": [
		    "new"
		   ]
		  }
		 ],
		 "metadata": {
		  "odd": 1.0e2
		 },
		 "nbformat": 4,
		 "nbformat_minor": 5,
		 "unknown": null
		}
		"
	`);
});

test("a cell that becomes text loses its outputs and nothing else", () => {
	const read = readNotebook(notebook(1));
	const [title, cell] = read.cells.map((each) => ({ ...each, from: each, ran: null }));
	const { cells } = JSON.parse(writeNotebook(read, [title!, { ...cell!, kind: "markdown" }]));
	expect(cells[1]).toEqual({
		cell_type: "markdown",
		id: "c-1",
		metadata: { tags: ["keep"], x: { z: 1, a: 2 } },
		source: "a = 1",
	});
});

test("what is no notebook says why", () => {
	const fails = (text: string) => expect(() => readNotebook(text));
	fails("{").toThrow(/not JSON/);
	fails("[]").toThrow("its nbformat is not given, not 4");
	fails('{"nbformat": 3}').toThrow("its nbformat is 3, not 4");
	fails('{"nbformat": 4}').toThrow("no list of cells");
	fails('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}').toThrow(
		"cell 1 has no source that is text",
	);
});
