/** `docs/backends.md` says what the code says. */
import { expect, test } from "vitest";
import { defaultModels } from "../../../server/backends/models/models.ts";
import { chatEffort, endpointOf, presets } from "../../../server/backends/models/presets.ts";
import { createBackends } from "../../../server/backends/registry.ts";
import { readSource } from "../../support/sources.ts";

const { all } = createBackends();
const rows = readSource("docs/backends.md")
	.split("\n")
	.filter((line) => line.startsWith("| `"))
	.map((line) =>
		line
			.split("|")
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);
/** The tables by their number of columns: no two have the same. */
const table = (columns: number) => rows.filter((row) => row.length === columns);
const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

test("the table of defaults, in the order of preference", () => {
	expect(table(5).map((row) => row.slice(0, 4))).toEqual(
		all.map(({ name, aliases, defaultModel, defaultCompletionModel }) => [
			code([name]),
			code(aliases),
			defaultModel === null ? "the server's first" : code([defaultModel]),
			defaultCompletionModel === null ? "the server's first" : code([defaultCompletionModel]),
		]),
	);
	expect(Object.keys(defaultModels).sort()).toEqual(all.map(({ name }) => name).sort());
});

test("the table of capabilities", () => {
	expect(table(7)).toEqual(
		all.map(({ name, capabilities: can }) => [
			code([name]),
			...[can.images, can.thinking, can.tools, can.steer, can.search, can.providerTools].map((yes) =>
				yes ? "yes" : "no",
			),
		]),
	);
});

test("the table of servers with a word of their own", () => {
	expect(table(4).map((row) => row.slice(0, 3))).toEqual(
		Object.entries(presets).map(([word, { baseUrl, urlName, keyNames }]) => [
			code([word]),
			code([baseUrl]) + (urlName === undefined ? "" : `, or where \`${urlName}\` says`),
			keyNames.length === 0 ? "none" : code(keyNames),
		]),
	);
	const examples: Readonly<Record<string, string>> = {
		"all models": "a/b",
		"gpt-oss": "openai/gpt-oss-120b",
		"Gemini 2.5 and later": "gemini-3-pro",
	};
	for (const [word, , , levels] of table(4)) {
		const endpoint = endpointOf(`${word!.slice(1, -1)}/${examples[levels!] ?? "qwen3"}`, {});
		expect(chatEffort(endpoint, "h"), word).toBe(levels === "its own" ? null : "high");
	}
});

test("every backend has a line on what it needs", () =>
	expect(table(3).map(([name]) => name)).toEqual(all.map(({ name }) => code([name]))));
