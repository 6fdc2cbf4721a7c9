import { expect, test } from "vitest";
import { namesNear } from "../../../server/completions/namesNear.ts";

/** The cursor is `|`. */
const near = (place: string): string => {
	const [prefix, suffix] = place.split("|") as [string, string];
	return namesNear({ prefix, suffix }, 4).join(" ");
};

test.each([
	["df.|", "df"],
	["a = b + |", "b a"],
	["df.groupby(key).|", "key df"],
	["for x in xs:\n    |", "xs x"],
	["f(|, last)", "f last"],
	["|", ""],
	["a b c d e f|", "f e d c"],
	["f'{name}' + |", "name f"],
	["größe = 1\n|", "größe"],
	["df.a.b.c|", "df"],
	["a\n|\nb", "a b"],
	["if not x and y: |", "y x"],
])("%j", (place, expected) => expect(near(place)).toBe(expected));
