import { describe, expect, test } from "vitest";
import { suggestedAccesses } from "../../../server/completions/accesses.ts";

/**
 * The suggestion stands between two `|`. Told are the chains that must be there, each with a `|` before the first
 * step that the suggestion wrote.
 */
const accesses = (drawn: string): string => {
	const [prefix, text, suffix] = drawn.split("|") as [string, string, string];
	return suggestedAccesses(text, { prefix, suffix })
		.map(({ name, steps, from }) => {
			const shown = steps.map(({ kind, key }) => (kind === "attribute" ? `.${key}` : `[${key}]`));
			return [name, ...shown.slice(0, from), "|", ...shown.slice(from)].join("");
		})
		.join(" ");
};
const cases = (rows: readonly (readonly [drawn: string, expected: string])[]) =>
	test.each(rows)("%j", (drawn, expected) => expect(accesses(drawn)).toBe(expected));

describe("finds attributes, columns and keys", () => {
	cases([
		["df.|price|", "df|.price"],
		["df.pri|ze|", "df|.prize"],
		["|df.price.mean()|", "df|.price.mean"],
		["df.price.|mean()|", "df.price|.mean"],
		["df[|'price'].sum()|", "df|[price].sum"],
		['df["|price|"]', "df|[price]"],
		['df["pri|ce"]|', "df|[price]"],
		["d['a']['|b']|", "d[a]|[b]"],
		["xs[|0].name|", "xs|[0].name"],
		["x = np.|zeros(3)|", "np|.zeros"],
		["print(|a.b, c.d|)", "a|.b c|.d"],
		["f(x=|df.a|)", "df|.a"],
		["|df.a + df.b|", "df|.a df|.b"],
		["|df[df.a > 1].b|", "df|.a"],
		["if |df.a|:", "df|.a"],
		["return |cfg.path|", "cfg|.path"],
		["del |d['a']|", "d|[a]"],
		["|d['a'] += 1|", "d|[a]"],
		["|d['a'] == 1|", "d|[a]"],
		["for row in |df.rows|:", "df|.rows"],
		["|a.b.c.d|", "a|.b.c.d"],
		["|df.größe|", "df|.größe"],
		["s = f'{x}' + |a.b|", "a|.b"],
		["x = \\\n  |a.b|", "a|.b"],
		["'x'.|upper()|", "str|.upper"],
		["'x'.|upper().strip()|", "str|.upper"],
		["f'{x}'.|upper()|", ""],
	]);
});

describe("finds columns where pandas takes them", () => {
	cases([
		["df[['|price', 'city']]|", "df|[price] df|[city]"],
		["df[[|'price',\n 'city']]|", "df|[price] df|[city]"],
		["df.loc[0, '|price']|", "df|[price]"],
		["df.loc[df.a > 1, [|'price', 'city']]|", "df|[price] df|[city]"],
		["df.loc['|row']|", "df.loc|[row]"],
		["df.loc[:, |name]|", ""],
		["df.|groupby('city').price.mean()|", "df|[city] df|.groupby"],
		["df.groupby(|['city', 'day'])|", "df|[city] df|[day]"],
		["df.groupby(by=|'city', as_index=False)|", "df|[city]"],
		["df.sort_values(|'price', ascending=False)|", "df|[price]"],
		["df.sort_values(by=|['price'])|", "df|[price]"],
		["df.dropna(subset=|['price'])|", "df|[price]"],
		["df.drop(columns=|['price'])|", "df|[price]"],
		["df.drop(|'price')|", ""],
		["df.query(|'price > 3 and city.str.len() > @limit')|", "df|[price] df|[city]"],
		["df.query(|'`a b` > 1')|", ""],
		["df.query(|f'price > {x}')|", ""],
		["a.df.groupby(|'city')|", "a.df|[city]"],
		["df.merge(|other, on='city')|", ""],
	]);
});

describe("stops where the value is not known", () => {
	cases([
		["|df.head().price|", "df|.head"],
		["|df[i].price|", ""],
		["|df[1:2].a|", ""],
		["|df[f'{x}'].a|", ""],
		["|f(x).y|", ""],
		["|(a).b|", ""],
		["df.head().|price|", ""],
		["|df['a\\'b']|", ""],
		["|d[b'a'].x|", ""],
		["|d[-1].x|", ""],
	]);
});

describe("leaves names alone that the code itself defines", () => {
	cases([
		["df = load()\n|df.price|", ""],
		["|df = load()\ndf.price|", ""],
		["for row in rows:\n    |row.price|", ""],
		["def f(self, df):\n    return |self.x + df.y|", ""],
		["key = lambda row: |row.price|", ""],
		["with open(p) as f:\n    |f.read()|", ""],
		["[|row.price for row in df.rows|]", "df|.rows"],
		["if (m := re.match(p, s)):\n    |m.group(1)|", ""],
		["a, b = pair\n|a.x + b.y + c.z|", "c|.z"],
		["(a, *b) = pair\n|a.x|", ""],
		["class Point:\n    pass\n|Point.x|", ""],
		["df: DataFrame = load()\n|df.price|", ""],
		["async for row in rows:\n    |row.a|", ""],
		["except ValueError as e:\n    |e.args|", ""],
		["a = b = c\n|b.x|", ""],
		["x.a = 1\n|x.b|", "x|.b"],
		["f(df=1)\n|df.price|", "df|.price"],
		["import numpy as np\n|np.zeros|", "np|.zeros"],
		["from shop import df, np\n|df.price|", ""],
		["from shop import (\n    df as d,\n)\n|d.price|", ""],
		["# %%\ndf = load()\n# %%\n|df.price|", "df|.price"],
	]);
});

describe("takes for granted what the code sets or asks for", () => {
	cases([
		["|df['new'] = 1|", ""],
		["|df.new = 1|", ""],
		["df['new'] = 1\n|df['new'].sum()|", ""],
		["df['new'] = 1\n|df['old'].sum()|", "df|[old].sum"],
		["|cfg.a.b = 1|", "cfg|.a"],
		["if 'a' in d:\n    |d['a']|", ""],
		["if 'a' not in d:\n    |d['a']|", ""],
		["d.update(e)\n|d['a']|", ""],
		["d.update(e)\n|d.keys()|", "d|.keys"],
		["if hasattr(x, 'a'):\n    |x.a|", ""],
		["try:\n    |x.a|", ""],
		["x == 1\n|x.a == 2|", "x|.a"],
	]);
});

describe("reads Python, not text", () => {
	cases([
		["|# df.price|", ""],
		["|'df.price'|", ""],
		['|"""df.price"""|', ""],
		["s = 'df.|price|'", ""],
		["|import a.b|", ""],
		["|from a.b import c|", ""],
		["x = 1.|5|", ""],
		["|None.x, True.y|", ""],
		["|a .b|", "a|.b"],
		["df.|price|.mean()", "df|.price.mean"],
		["df.price|  # the price|", ""],
		["y = |3|", ""],
		["|!ls df.price|", ""],
		["%timeit |df.price|", ""],
		["x = (a\n  |% df.price)|", ""],
	]);
});
