import { expect, test } from "vitest";
import { CompletionCache } from "../../../server/completions/completionCache.ts";

/** The cursor is `|`. */
const key = (text: string, documentKey = "a", kernelId: string | null = "k") => {
	const [prefix, suffix] = text.split("|") as [string, string];
	return { documentKey, kernelId, prefix, suffix };
};
const cached = (...suggestions: [string, string][]): CompletionCache => {
	const cache = new CompletionCache(3);
	for (const [place, text] of suggestions) cache.add(key(place), text);
	return cache;
};

test("gives the rest while the person types along", () => {
	const cache = cached(["df.|", "groupby('a')"]);
	expect(cache.find(key("df.|"))).toBe("groupby('a')");
	expect(cache.find(key("df.gro|"))).toBe("upby('a')");
	expect(cache.find(key("df.groupby('a'|"))).toBe(")");
});

test("gives nothing once it is typed out, left, or the text after changed", () => {
	const cache = cached(["df.|", "sum()"]);
	for (const place of ["df.sum()|", "df.su|x", "df.mean|", "df|", "dg.|"])
		expect(cache.find(key(place)), place).toBeNull();
});

test("is for one document and one kernel", () => {
	const cache = cached(["df.|", "sum()"]);
	expect(cache.find(key("df.|", "b"))).toBeNull();
	expect(cache.find(key("df.|", "a", "other"))).toBeNull();
	expect(cache.find(key("df.|", "a", null))).toBeNull();
});

test("prefers the newest suggestion that fits", () => {
	const cache = cached(["d|", "f.sum()"], ["df|", ".sum(axis=1)"], ["d|", "f.sum(0)"]);
	expect(cache.find(key("df.sum(|"))).toBe("0)");
	expect(cache.find(key("df.sum(a|"))).toBe("xis=1)");
});

test("keeps so many, those used last", () => {
	const cache = cached(["a|", "1"], ["b|", "2"], ["c|", "3"]);
	expect(cache.find(key("a|"))).toBe("1");
	cache.add(key("d|"), "4");
	expect(["a|", "b|", "c|", "d|"].map((place) => cache.find(key(place)))).toEqual(["1", null, "3", "4"]);
});

test("forgets a closed document", () => {
	const cache = cached(["a|", "1"]);
	cache.add(key("a|", "b"), "2");
	cache.forget("a");
	expect(cache.find(key("a|"))).toBeNull();
	expect(cache.find(key("a|", "b"))).toBe("2");
});
