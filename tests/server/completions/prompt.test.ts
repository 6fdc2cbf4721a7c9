import { expect, test } from "vitest";
import {
	buildCompletionPrompt,
	buildFill,
	type CompletionInput,
} from "../../../server/completions/prompt.ts";
import { ran } from "../../support/context.ts";

const user = (place: string, input: Partial<CompletionInput> = {}): string => {
	const [prefix, suffix] = place.split("|") as [string, string];
	return buildCompletionPrompt({
		prefix,
		suffix,
		cells: [],
		variables: [],
		described: [],
		instead: [],
		redact: String,
		...input,
	}).user;
};

test("asks with prefix and suffix alone", () => {
	expect(user("print(|)")).toMatchInlineSnapshot(`
		"<current-input>
		<prefix>print(</prefix>
		<suffix>)</suffix>
		</current-input>
		Write the text that belongs between prefix and suffix, nothing else."
	`);
	expect(user("x|\n ")).not.toContain("<suffix>");
});

test("tells cells with their output and the variables", () => {
	expect(
		user("df.|", {
			cells: [ran("df = load()"), ran("df.shape", ["(3, 2)\n"])],
			variables: [
				{ name: "other", type: "int", summary: "1" },
				{ name: "df", type: "DataFrame", summary: "3 rows\n2 columns" },
			],
		}),
	).toMatchInlineSnapshot(`
		"<context>
		<code>df = load()</code>
		<code>df.shape</code><output>(3, 2)</output>
		</context>
		<variables>
		df: DataFrame = 3 rows 2 columns
		other: int = 1
		</variables>
		<current-input>
		<prefix>df.</prefix>
		</current-input>
		Write the text that belongs between prefix and suffix, nothing else."
	`);
});

test("shows true code, but none that closes our tags", () => {
	expect(user("if a < b && '</b>' + '</prefix>|")).toContain(
		"<prefix>if a < b && '</b>' + '< /prefix></prefix>",
	);
});

test("keeps what is nearest to the cursor of a long text, and the newest cells", () => {
	const long = Array.from({ length: 3000 }, (_, n) => `line_${n} = ${n}`).join("\n");
	const text = user(`${long}\nx = |\n${long}`, {
		cells: Array.from({ length: 100 }, (_, n) => ran(`cell_${n} = '${"x".repeat(500)}'`)),
		variables: Array.from({ length: 1000 }, (_, n) => ({ name: `v${n}`, type: "int", summary: "1" })),
	});
	expect(text.length).toBeLessThan(34_000);
	expect(text).toMatch(/<prefix>line_\d+ = \d+\n/);
	expect(text).toContain("line_2999 = 2999\nx = </prefix>");
	expect(text).toContain("<suffix>\nline_0 = 0");
	expect(text).toContain("cell_99 =");
	expect(text).not.toContain("cell_0 =");
});

test("a model that fills in gets code alone: what was run, then what is typed", () => {
	const cells = [ran("import pandas as pd\n"), ran("df = load()", ["(3, 2)\n"])];
	expect(buildFill({ prefix: "x = df.", suffix: "\nprint(x)", cells, redact: String })).toEqual({
		prefix: "import pandas as pd\n\ndf = load()\n\nx = df.",
		suffix: "\nprint(x)",
	});
	const long = buildFill({
		redact: String,
		prefix: "",
		suffix: "",
		cells: Array.from({ length: 40 }, () => ran("x".repeat(900))),
	});
	expect(long.prefix.length).toBeLessThan(13_000);
});
