import { expect, test } from "vitest";
import { matchesAll, type Wildcards } from "../../../server/tools/wildcards.ts";

const many = { any: "many" } as const;
const one = { any: "one" } as const;
const inFolder = { any: "many", edge: "/" } as const;

test.each<[Wildcards, string, boolean]>([
	[[], "", true],
	[[], "a", false],
	[["a"], "a", true],
	[["a"], "ab", false],
	[[many], "", true],
	[[many, "b"], "abb", true],
	[["a", many, "a"], "a", false],
	[["a", one, "c"], "a𝒳c", true],
	[[one, one], "𝒳", false],
	[[many, "\n"], "a\nb\n", true],
	[["/p/", inFolder, ".py"], "/p/a.py", true],
	[["/p/", inFolder, ".py"], "/p/q/a.py", false],
	[["/p/", inFolder, "/", inFolder], "/p/q/a", true],
	[["/p/", many, ".py"], "/p/q/a.py", true],
])("%j and %j: %s", (wildcards, text, expected) => expect(matchesAll(wildcards, text)).toBe(expected));

test("what an expression would go back and forth over for years is answered", () => {
	const wildcards = Array.from({ length: 40 }, () => [many, "a"]).flat();
	expect(matchesAll([...wildcards, "b"], "a".repeat(5_000))).toBe(false);
});
