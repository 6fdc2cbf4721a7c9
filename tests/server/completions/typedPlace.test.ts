import { expect, test } from "vitest";
import { callPlace, labelPlace, statementStart } from "../../../server/completions/typedPlace.ts";

test.each([
	["a = 1\n|b.c", "the last line"],
	["|f(\n  1,\n  b.c", "all lines of an open bracket"],
	["x = (1,\n2)\n|b", "not those of a closed one"],
	["s = '''\n(\n'''\n|b", "not what a string holds"],
	["def f():\n|    x.y", "not the head it stands under"],
	["x = 1 # (\n|b", "not a comment's brackets"],
])("the statement of %j: %s", (text) => {
	expect(statementStart(text.replace("|", ""))).toBe(text.indexOf("|"));
});

const shown = (text: string): string => {
	const place = labelPlace(text);
	if (place === null) return "anything";
	const of =
		place.of &&
		[place.of.name, ...place.of.steps.map(({ kind, key }) => (kind === "key" ? `[${key}]` : `.${key}`))].join(
			"",
		);
	return `${of ?? "unknown"}${place.levels ? " or its index" : ""}: ${place.typed}`;
};

test.each([
	['df["', "df: "],
	['df["ci', "df: ci"],
	["df['a']['b", "df[a]: b"],
	['x = df.groups[0]["', "df.groups[0]: "],
	['df[["', "df: "],
	['df[["city", "', "df: "],
	['df[df["a"] > 1][["', "unknown: "],
	['df.loc[:, "', "df: "],
	['df.loc[0, ["a", "b', "df: b"],
	['df.loc["', "unknown: "],
	['df.groupby("', "df or its index: "],
	['df.groupby(["a", "', "df or its index: "],
	['df.groupby(by="', "df or its index: "],
	['df.groupby(["a"], as_index="', "anything"],
	['df.sort_values("', "df or its index: "],
	['df.sort_values(ascending=False, by=["', "df or its index: "],
	['(df\n  .sort_values("', "df or its index: "],
	['df.head().groupby("', "unknown or its index: "],
	['df.drop(columns=["', "df or its index: "],
	['df.query("price > 2 and ci', "df or its index: ci"],
	['open("', "anything"],
	['df.to_csv("', "anything"],
	['x = ["', "anything"],
	['return ["', "anything"],
	['"', "anything"],
	["df['a']", "anything"],
	['f(df["', "df: "],
	['f(x, ["', "anything"],
])("a label in %j is of %s", (text, expected) => {
	expect(shown(text)).toBe(expected);
});

test.each([
	["f(", "f 0"],
	["f(a, b", "f 1"],
	["f(a, by=", "f by"],
	["df.groupby(['a', 'b'], ", "df.groupby 1"],
	["f(g(1, 2), ", "f 1"],
	["f(g(", "g 0"],
	["f([1, ", "f 0"],
	["f(\n  1,\n  2,", "f 2"],
	["f(')", "f 0"],
	["f(1)", "none"],
	["def f(", "none"],
	["if (", "none"],
	["(1, ", "none"],
	["f(1)(", "none"],
])("the call in %j is %s", (text, expected) => {
	const place = callPlace(text);
	expect(place ? `${place.name} ${place.argument}` : "none").toBe(expected);
});
