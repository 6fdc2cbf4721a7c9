import { expect, test } from "vitest";
import { broughtBy, readFrontMatter } from "../../../server/context/frontMatter.ts";

const head = async (lines: string) => readFrontMatter(`---\n${lines}\n---\nbody`);
const reason = async (text: string): Promise<string> => {
	const read = await readFrontMatter(text);
	return read.kind === "broken" ? read.reason : read.kind;
};

test("what a note brings stands in the predecessors' keys, as words, lines or lists", async () => {
	const read = await head(
		"allowed-tools: fetch, tidy Bash(git log:*)\nexposed-vars: [df, x]\nshell-cmds: |\n  ls\n  git log -3\nother: 1",
	);
	expect(read).toMatchObject({ kind: "fields", body: "body" });
	expect(read.kind === "fields" && broughtBy(read.fields)).toEqual({
		tools: ["fetch", "tidy", "Bash(git log:*)"],
		variables: ["df", "x"],
		commands: ["ls", "git log -3"],
	});
});

test("text without one has none", async () => {
	expect(await reason("# Title\n---\na: 1\n---\n")).toBe("none");
	expect(await reason("----\na: 1\n----\n")).toBe("none");
});

test("one that cannot be read says why in a clause", async () => {
	expect(await reason("---\na: [\n---\n")).toMatch(/^has front matter that is no YAML \(.*\)$/);
	expect(await reason("---\n- a\n---\n")).toBe("has front matter without keys");
	expect(await reason(`---\n${"a: 1\n".repeat(9000)}---\n`)).toBe(
		"has front matter without an end within 20000 characters",
	);
});

test("aliases that would grow without end are refused, tags make nothing", async () => {
	const bomb = [...Array(9)].map(
		(_, n) => `k${n + 1}: &k${n + 1} [${Array(9).fill(n === 0 ? "x" : `*k${n}`)}]`,
	);
	expect(await reason(`---\n${bomb.join("\n")}\n---\n`)).toContain("alias");
	expect(await head("a: !!js/function 'x'")).toMatchObject({ kind: "fields", fields: { a: "x" } });
});
