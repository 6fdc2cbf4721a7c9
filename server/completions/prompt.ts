import { headOf, tailOf } from "../../ground/text/wholeCharacters.ts";
import type { Variable } from "../../protocol/index.ts";
import { cutRedacted } from "../context/cutRedacted.ts";
import { renderOutputs } from "../context/renderOutputs.ts";
import type { ContextCell } from "../store/store.ts";

/** What a prompt tells beside the text around the cursor. */
export type Surroundings = {
	/** Newest cells of the session or the notebook, oldest first. */
	readonly cells: readonly Pick<ContextCell, "code" | "outputs">[];
	readonly variables: readonly Variable[];
	/** Variables that are named near the cursor, nearest first, with what they hold. */
	readonly described: readonly Variable[];
};

export type CompletionInput = Surroundings & {
	/** Text before and after the cursor. */
	readonly prefix: string;
	readonly suffix: string;
	/** What is not to be suggested again. */
	readonly instead: readonly string[];
	/** Takes secrets out of what goes to a model. */
	redact(text: string): string;
};

const limits = {
	prefix: 12_000,
	suffix: 4000,
	cell: 2000,
	output: 600,
	cells: 12_000,
	variables: 5000,
	summary: 200,
	described: 600,
};

/**
 * What the model is asked for one suggestion. Code stands unescaped between its tags: a suggestion continues what
 * the model reads, and a model that reads `&lt;` writes it. Only our own closing tags inside are taken apart.
 */
export const buildCompletionPrompt = ({
	prefix,
	suffix,
	cells,
	variables,
	described,
	instead,
	redact,
}: CompletionInput): { system: string; user: string } => {
	const before = redact(lineStart(prefix, limits.prefix));
	const after = redact(headOf(suffix, limits.suffix));
	const user = [
		contextBlock(cells, redact),
		redact(variablesBlock(variables, described, `${before}${after}`)),
		`<current-input>\n<prefix>${guard(before)}</prefix>`,
		after.trim() === "" ? "" : `<suffix>${guard(after)}</suffix>`,
		"</current-input>",
		...instead.map((text) => `<declined>${guard(text)}</declined>`),
		instead.length === 0 ? "" : "What stands in <declined> is not wanted: write something else that fits.",
		"Write the text that belongs between prefix and suffix, nothing else.",
	].filter((block) => block !== "");
	return { system, user: user.join("\n") };
};

/** The same for a model that fills in: code alone, what was run before in front of what is typed. */
export const buildFill = ({
	prefix,
	suffix,
	cells,
	redact,
}: Omit<CompletionInput, "variables" | "described" | "instead">): { prefix: string; suffix: string } => {
	const earlier: string[] = [];
	let room = limits.cells;
	for (const { code } of cells.toReversed()) {
		const source = cutRedacted(code.trimEnd(), limits.cell, redact).text;
		if (source.length > room) break;
		room -= source.length;
		earlier.unshift(`${source}\n\n`);
	}
	return {
		prefix: `${earlier.join("")}${redact(lineStart(prefix, limits.prefix))}`,
		suffix: redact(headOf(suffix, limits.suffix)),
	};
};

const system = `You complete Python code as it is typed in IPython.
Answer with exactly the text to insert at the cursor, which stands between <prefix> and <suffix>: it continues the last line of the prefix, leading blanks, line breaks and indentation included where the code needs them.
No explanation, no Markdown, no fences, no tags. Do not repeat the prefix or the suffix. Complete the line or the short block that was begun, at most ten lines; answer with nothing when nothing is missing.
Earlier cells and variables are given as they are in the live session: use their names.`;

const contextBlock = (cells: Surroundings["cells"], redact: (text: string) => string): string => {
	const shown: string[] = [];
	let room = limits.cells;
	for (const { code, outputs } of cells.toReversed()) {
		const source = cutRedacted(code.trimEnd(), limits.cell, redact).text;
		const output = cutRedacted(
			renderOutputs(outputs.map((one) => one.output)).trimEnd(),
			limits.output,
			redact,
		).text;
		const text = `<code>${guard(source)}</code>${output === "" ? "" : `<output>${guard(output)}</output>`}`;
		if (text.length > room) break;
		room -= text.length;
		shown.unshift(text);
	}
	return shown.length === 0 ? "" : `<context>\n${shown.join("\n")}\n</context>`;
};

/** Those that are described come first, then those whose names are in the code; then as many as fit. */
const variablesBlock = (
	variables: readonly Variable[],
	described: readonly Variable[],
	code: string,
): string => {
	const words = new Set(code.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
	const known = new Set(described.map(({ name }) => name));
	const others = variables.filter(({ name }) => !known.has(name));
	const wanted = [
		...described.map((variable) => lineOf(variable, limits.described)),
		...others.filter(({ name }) => words.has(name)).map((variable) => lineOf(variable, limits.summary)),
		...others.filter(({ name }) => !words.has(name)).map((variable) => lineOf(variable, limits.summary)),
	];
	const lines: string[] = [];
	let room = limits.variables;
	for (const line of wanted) {
		if (line.length > room) break;
		room -= line.length + 1;
		lines.push(guard(line));
	}
	return lines.length === 0 ? "" : `<variables>\n${lines.join("\n")}\n</variables>`;
};

const lineOf = ({ name, type, summary }: Variable, maxChars: number): string =>
	`${name}: ${type} = ${headOf(summary.replace(/\s+/g, " "), maxChars)}`;

/** The end of a text, from a line's start where it had to be cut. */
const lineStart = (text: string, maxChars: number): string => {
	if (text.length <= maxChars) return text;
	const end = tailOf(text, maxChars);
	return end.slice(end.indexOf("\n") + 1);
};

const guard = (text: string): string =>
	text.replace(/<(?=\/(?:prefix|suffix|current-input|context|code|output|variables|declined)>)/g, "< ");
