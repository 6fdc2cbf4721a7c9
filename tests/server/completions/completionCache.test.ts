import { expect, test } from "vitest";
import { CompletionCache } from "../../../server/completions/completionCache.ts";

/** The cursor is `|`. */
const key = (text: string, documentKey = "a", kernelId: string | null = "k") => {
	const [prefix, suffix] = text.split("|") as [string, string];
	return { documentKey, kernelId, prefix, suffix };
};
const cached = (...suggestions: [string, string][]): CompletionCache => {
	const cache = new CompletionCache(3);
	for (const [place, text] of suggestions) cache.add(key(place), { text, replaced: 0 });
	return cache;
};
const found = (cache: CompletionCache, place: string, uri?: string): string | null =>
	cache.find(key(place, uri))?.text ?? null;

test("gives the rest while the person types along", () => {
	const cache = cached(["df.|", "groupby('a')"]);
	expect(found(cache, "df.|")).toBe("groupby('a')");
	expect(found(cache, "df.gro|")).toBe("upby('a')");
	expect(found(cache, "df.groupby('a'|")).toBe(")");
});

test("gives nothing once it is typed out, left, or the text after changed", () => {
	const cache = cached(["df.|", "sum()"]);
	for (const place of ["df.sum()|", "df.su|x", "df.mean|", "df|", "dg.|"])
		expect(cache.find(key(place)), place).toBeNull();
});

test("what is taken the place of goes with the rest", () => {
	const cache = cached();
	cache.add(key("df['|']"), { text: "a'].mean()", replaced: 2 });
	expect(cache.find(key("df['a|']"))).toEqual({ text: "'].mean()", replaced: 2 });
});

test("is for one document and one kernel", () => {
	const cache = cached(["df.|", "sum()"]);
	expect(cache.find(key("df.|", "b"))).toBeNull();
	expect(cache.find(key("df.|", "a", "other"))).toBeNull();
	expect(cache.find(key("df.|", "a", null))).toBeNull();
});

test("prefers the newest suggestion that fits", () => {
	const cache = cached(["d|", "f.sum()"], ["df|", ".sum(axis=1)"], ["d|", "f.sum(0)"]);
	expect(found(cache, "df.sum(|")).toBe("0)");
	expect(found(cache, "df.sum(a|")).toBe("xis=1)");
});

test("keeps so many, those used last", () => {
	const cache = cached(["a|", "1"], ["b|", "2"], ["c|", "3"]);
	expect(found(cache, "a|")).toBe("1");
	cache.add(key("d|"), { text: "4", replaced: 0 });
	expect(["a|", "b|", "c|", "d|"].map((place) => found(cache, place))).toEqual(["1", null, "3", "4"]);
});

test("forgets a closed document", () => {
	const cache = cached(["a|", "1"]);
	cache.add(key("a|", "b"), { text: "2", replaced: 0 });
	cache.forget("a");
	expect(cache.find(key("a|"))).toBeNull();
	expect(found(cache, "a|", "b")).toBe("2");
});
