import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkFormat, fromNotebookCell, fromStartupEvents } from "../../../server/notebooks/fromNotebook.ts";
import type { NotebookItem } from "../../../server/notebooks/notebookItem.ts";
import { toNotebookCell } from "../../../server/notebooks/toNotebook.ts";
import { readSource } from "../../support/sources.ts";

const fixture = JSON.parse(
	readFileSync(join(import.meta.dirname, "../../fixtures/ipyai-0.0.9/example.ipynb"), "utf8"),
);
const draw = (item: NotebookItem | null): string => {
	if (item === null) return "nothing";
	if (item.kind === "code") return `${item.isNote ? "note" : "code"} [${item.executionCount}] ${item.code}`;
	const text = item.content.map((part) => (part.kind === "text" ? part.text : part.mimeType)).join(" + ");
	const answer = item.parts.map((part) => ("text" in part ? `${part.kind} ${part.text}` : part.kind));
	return `prompt [${item.executionCount}] ${text} => ${answer.join(" | ")} (${item.stopReason})`;
};
const markdown = (source: unknown, metadata: unknown = {}) => ({ cell_type: "markdown", source, metadata });

test("reads the notebook of ipyai 0.1: the prompt without its magic, the answer from the outputs, tool calls, what is hidden", () => {
	const { cells } = JSON.parse(readSource("tests/fixtures/ipyai-0.1.7/example.ipynb"));
	const items = cells.map((cell: unknown, index: number) => fromNotebookCell(cell, index + 1));
	expect(items.map(draw)).toMatchInlineSnapshot(`
		[
		  "code [1] prices = [1, 2, 3]
		sum(prices)",
		  "note [null] """A note about *prices*"""",
		  "prompt [null] What is the sum of \`prices\`?
		In one line. => text 🧠

		I will look. | toolCall | text The sum is **6**. (endTurn)",
		  "prompt [null] hidden one => text an answer that the model does not see (endTurn)",
		  "prompt [null] and then? => text It begins (cancelled)",
		  "prompt [null] never answered =>  (endTurn)",
		]
	`);
	expect(items[2].parts[1]).toMatchObject({ name: "pyrun", args: { code: "sum(prices)" } });
	expect(items.map((item: NotebookItem) => item.kind === "prompt" && item.hidden)).toEqual([
		false,
		false,
		false,
		true,
		false,
		false,
	]);
});

test("a fence that only looks like a tool's stays text, one in longer backticks is read", () => {
	const answer = (text: string) =>
		draw(
			fromNotebookCell(
				{
					cell_type: "code",
					source: "%%prompt\nq",
					metadata: {},
					outputs: [
						{ output_type: "display_data", metadata: { is_ai_res: true }, data: { "text/markdown": text } },
					],
				},
				1,
			),
		);
	expect(answer("```json {.tool}\n{broken\n```\nafter")).toBe(
		"prompt [null] q => text ```json {.tool}\n{broken\n```\nafter (endTurn)",
	);
	expect(
		answer('````json {.tool}\n{"name":"pyrun","args":{"code":"```"},"result":"a\\n```\\nb"}\n````'),
	).toBe("prompt [null] q => toolCall (endTurn)");
});

test("reads the predecessor's notebook: notes, code, prompts with what was sent", () => {
	const items = fixture.cells.map((cell: unknown, index: number) => fromNotebookCell(cell, index + 1));
	expect(items.map(draw)).toMatchInlineSnapshot(`
		[
		  "note [2] """A note: squares & <cubes>"""",
		  "code [null] squares = [n*n for n in range(5)]; squares",
		  "code [null] print("hello from a cell")",
		  "prompt [5] what is in $\`squares\`? @@say The list holds 0, 1, 4, 9 and 16.@@ => text The list holds 0, 1, 4, 9 and 16. (endTurn)",
		  "code [null] 1/0",
		  "prompt [7] sum them @@tool pyrun {"code":"sum(squares)"}@@ => text 

		🔧 pyrun(code='sum(squares)') => 30

		TOOL SAID: 30 (endTurn)",
		  "prompt [9] show code @@say Here: \`\`\`python total = sum(squares) \`\`\` done@@ => text Here: \`\`\`python total = sum(squares) \`\`\` done (endTurn)",
		]
	`);
	expect(items[3].fullPrompt).toBe(fixture.cells[3].metadata.ipyai.full_prompt);
});

test("writes cells that its reader takes back, in the predecessor's form", () => {
	let line = 0;
	for (const cell of fixture.cells) {
		const item = fromNotebookCell(cell, 1) as NotebookItem & { id: string };
		const written = toNotebookCell(item, line)!;
		line = written.line;
		expect(written.cell.source).toBe(cell.source);
		expect(Object.keys(written.cell)).toEqual(Object.keys(cell));
		expect(fromNotebookCell(JSON.parse(JSON.stringify(written.cell)), 1)).toEqual({
			...item,
			executionCount: item.kind === "code" && !item.isNote ? null : line,
		});
	}
});

test("what the text of an answer cannot say stands in the metadata", () => {
	const item: NotebookItem & { id: string } = {
		kind: "prompt",
		id: "p1",
		content: [
			{ kind: "text", text: "sum them" },
			{ kind: "image", mimeType: "image/png", data: "aGk=" },
		],
		executionCount: 7,
		fullPrompt: "<user-request>sum them</user-request>",
		backend: "claude-api",
		model: "m",
		parts: [
			{ kind: "thinking", text: "hm" },
			{ kind: "text", text: "Let me see." },
			{
				kind: "toolCall",
				name: "pyrun",
				args: { code: "sum(squares)" },
				executor: "server",
				result: { content: [{ kind: "text", text: `30${"!".repeat(200)}` }], isError: false },
			},
			{ kind: "text", text: "It is 30" },
		],
		stopReason: "maxTokens",
		error: null,
		hidden: true,
	};
	const { cell } = toNotebookCell(item, 3)!;
	expect(cell.source).toMatchInlineSnapshot(`
		"sum them

		##### 🤖Reply🤖<!-- SOLVEIT_SEPARATOR_7f3a9b2c -->

		<thinking>
		hm
		</thinking>

		Let me see.

		🔧 pyrun(code='sum(squares)') => 30!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!...

		It is 30"
	`);
	expect(fromNotebookCell(JSON.parse(JSON.stringify(cell)), 1)).toEqual(item);
	const edited = { ...cell, source: `${cell.source}, I think.` };
	expect(draw(fromNotebookCell(edited, 1))).toContain("It is 30, I think.");
});

test.each([
	[
		"an answer alone in the cell, the prompt in the metadata",
		markdown("It holds 5.", { ipycodex: { kind: "prompt", line: 3, history_line: 2, prompt: "how many?" } }),
	],
	[
		"solveit's own cell",
		markdown("how many?\n\n##### 🤖Reply🤖<!-- SOLVEIT_SEPARATOR_7f3a9b2c -->\n\nFive.", {
			solveit_ai: true,
		}),
	],
	[
		"a stopped answer with thinking",
		markdown("<thinking>\nwell\n</thinking>\n\nFive\n<system>user interrupted</system>", {
			ipyai: { kind: "prompt", prompt: "n?" },
		}),
	],
	["anybody's Markdown in lines", markdown(["# Title\n", "text"])],
	[
		"anybody's code in lines",
		{ cell_type: "code", source: ["x = 1\n", "x"], metadata: {}, outputs: [], execution_count: 3 },
	],
	["code without metadata", { cell_type: "code", source: "x" }],
	["metadata that fits nothing", markdown("text", { ipyai: { kind: 5, line: "x", parts: {} } })],
	["a raw cell", { cell_type: "raw", source: "x", metadata: {} }],
	["an empty cell", { cell_type: "code", source: " \n", metadata: {}, outputs: [], execution_count: null }],
])("reads %s", (_name, cell) => {
	expect(draw(fromNotebookCell(cell, 1))).toMatchSnapshot();
});

test("outputs come back as they were", () => {
	const cell = {
		cell_type: "code",
		source: "plot()",
		outputs: [
			{ output_type: "stream", name: "stdout", text: ["a\n", "b\n"] },
			{ output_type: "stream", name: "stderr", text: "c" },
			{
				output_type: "display_data",
				data: { "image/png": "aGk=\n", "text/plain": ["<Fig", "ure>"] },
				metadata: { "image/png": { width: 3 } },
			},
			{
				output_type: "execute_result",
				data: { "application/json": [1, { a: 2 }], "text/plain": "x" },
				metadata: {},
				execution_count: 4,
			},
			{ output_type: "error", ename: "E", evalue: "v", traceback: ["1", "2"] },
			{ output_type: "something_new" },
		],
		execution_count: 4,
	};
	const item = fromNotebookCell(cell, 1) as NotebookItem & { id: string };
	const { cell: written } = toNotebookCell({ ...item, id: "c" } as typeof item, 0)!;
	expect(written.outputs).toMatchInlineSnapshot(`
		[
		  {
		    "name": "stdout",
		    "output_type": "stream",
		    "text": "a
		b
		",
		  },
		  {
		    "name": "stderr",
		    "output_type": "stream",
		    "text": "c",
		  },
		  {
		    "data": {
		      "image/png": "aGk=
		",
		      "text/plain": "<Figure>",
		    },
		    "metadata": {
		      "image/png": {
		        "width": 3,
		      },
		    },
		    "output_type": "display_data",
		  },
		  {
		    "data": {
		      "application/json": [
		        1,
		        {
		          "a": 2,
		        },
		      ],
		      "text/plain": "x",
		    },
		    "execution_count": 4,
		    "metadata": {},
		    "output_type": "execute_result",
		  },
		  {
		    "ename": "E",
		    "evalue": "v",
		    "output_type": "error",
		    "traceback": [
		      "1",
		      "2",
		    ],
		  },
		]
	`);
	expect(fromNotebookCell(written, 1)).toEqual({ ...item, id: "c" });
});

test("lines grow from cell to cell, also where input numbers begin anew", () => {
	const code = (executionCount: number | null) =>
		({ kind: "code", id: "c", code: "x", executionCount, outputs: [], isNote: false }) as const;
	let line = 0;
	const lines = [1, 4, null, 1, 2, 9].map((count) => (line = toNotebookCell(code(count), line)!.line));
	expect(lines).toEqual([1, 4, 5, 6, 7, 9]);
});

test("our own magics are no part of a notebook", () => {
	const magic = {
		kind: "code",
		id: "c",
		code: "%ipyai save x",
		executionCount: 1,
		outputs: [],
		isNote: false,
	} as const;
	expect(toNotebookCell(magic, 0)).toBeNull();
});

test("reads an older start-up file: events in place of cells, in the order of their lines", () => {
	const items = fromStartupEvents({
		version: 1,
		events: [
			{ kind: "prompt", line: 2, history_line: 1, prompt: "hi", response: "hello" },
			{ kind: "code", line: 1, source: "import math" },
			{ kind: "code", line: 2, source: "x = 1" },
		],
	});
	expect(items?.map(draw)).toEqual([
		"code [1] import math",
		"code [2] x = 1",
		"prompt [2] hi => text hello (endTurn)",
	]);
	expect(fromStartupEvents({ nbformat: 4 })).toBeNull();
});

test.each([
	[{ nbformat: 3, nbformat_minor: 0, worksheets: [] }, "nbformat 3.0"],
	[{}, "no notebook"],
])("refuses %j", (head, problem) => {
	expect(() => checkFormat(head)).toThrow(problem);
});

test("a broken cell is named by its number", () => {
	expect(() => fromNotebookCell({ cell_type: "code", source: 5 }, 12)).toThrow("cell 12");
});
