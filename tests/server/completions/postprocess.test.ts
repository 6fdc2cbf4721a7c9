import { describe, expect, test } from "vitest";
import { postprocess } from "../../../server/completions/postprocess.ts";

/** The cursor is `|`. Gives the text with the suggestion in place, between `|` and `|`; `none` when nothing is left. */
const insert = (place: string, raw: string): string => {
	const [prefix, suffix] = place.split("|") as [string, string];
	const text = postprocess(raw, { prefix, suffix });
	return text === "" ? "none" : `${prefix}|${text}|${suffix}`;
};
const cases = (rows: readonly (readonly [place: string, raw: string, expected: string])[]) =>
	test.each(rows)("%j with %j", (place, raw, expected) => expect(insert(place, raw)).toBe(expected));

describe("leaves a good answer alone", () => {
	cases([
		["df.gro|", "upby('day').sum()", "df.gro|upby('day').sum()|"],
		["def f(x):|", "\n    return x", "def f(x):|\n    return x|"],
		["def f(x):\n|", "    return x", "def f(x):\n|    return x|"],
		["x =|", " 5", "x =| 5|"],
		["for i in|", " range(3):\n    print(i)", "for i in| range(3):\n    print(i)|"],
		["print(|)", "len(x)", "print(|len(x)|)"],
		["a = [1,|\n]", " 2, 3", "a = [1,| 2, 3|\n]"],
		["|", "import numpy as np\n\nx = np.zeros(3)", "|import numpy as np\n\nx = np.zeros(3)|"],
		["if a:\n    b()\n    |", "c()\nd()", "if a:\n    b()\n    |c()\nd()|"],
		["s = '|'", "it", "s = '|it|'"],
	]);
});

describe("takes code out of fences", () => {
	cases([
		["x = |", "```python\n5\n```", "x = |5|"],
		["x = |", "Here you are:\n```\n5\n```\nIt is five.", "x = |5|"],
		["x = |", "```python\n5", "x = |5|"],
		["x = |", "`5`", "x = |5|"],
		["def f():\n|", "```python\n    return 1\n```", "def f():\n|    return 1|"],
		["x = |", "~~~\n5\n~~~", "x = |5|"],
		["x = |", "```\n```", "none"],
	]);
});

describe("drops what repeats the text before the cursor", () => {
	cases([
		["df.gro|", "df.groupby('day')", "df.gro|upby('day')|"],
		["df.gro|", "groupby('day')", "df.gro|upby('day')|"],
		["import numpy\nx = numpy.|", "import numpy\nx = numpy.zeros(3)", "import numpy\nx = numpy.|zeros(3)|"],
		["a = 1\nb = 2\nc = |", "b = 2\nc = 3", "a = 1\nb = 2\nc = |3|"],
		["    total = |", "total = 3", "    total = |3|"],
		["def f():\n    return |", "    return 1", "def f():\n    return |1|"],
		["x|", "x + 1", "x|x + 1|"],
		["print|", "print", "none"],
	]);
});

describe("fits blanks to those that were typed", () => {
	cases([
		["def f():\n    |", "    return 1", "def f():\n    |return 1|"],
		["def f():\n    |", "return 1", "def f():\n    |return 1|"],
		["def f():\n    |", "\n    return 1", "def f():\n    |return 1|"],
		["def f():\n    |", "    x = 1\n    return x", "def f():\n    |x = 1\n    return x|"],
		["def f():\n    |", "x = 1\nreturn x", "def f():\n    |x = 1\n    return x|"],
		["def f():\n    |", "for x in y:\n    g(x)", "def f():\n    |for x in y:\n        g(x)|"],
		["def f():\n |", "   return 1", "def f():\n |   return 1|"],
		["def f():\n |", "    return 1", "def f():\n |   return 1|"],
		["def f():\n  |", "  x = 1\n    return x", "def f():\n  |  x = 1\n    return x|"],
		["class A:\n  def f():\n  |", "  return 1", "class A:\n  def f():\n  |  return 1|"],
		["for a in b:\n    if a:\n    |", "    c()", "for a in b:\n    if a:\n    |    c()|"],
		["if a:\n    b()\n  |", "  c()", "if a:\n    b()\n  |  c()|"],
		["if a:\n\tfor b in c:\n\t|", "\td()", "if a:\n\tfor b in c:\n\t|\td()|"],
		["if a:\n    b()\n    |", "    c()", "if a:\n    b()\n    |c()|"],
		["def f():\n    |", "  return 1", "def f():\n    |return 1|"],
		["if a:\n\t|", "\tb()", "if a:\n\t|b()|"],
		["x = |", " 5", "x = |5|"],
		["def f(): |", "\n    return 1", "def f(): |\n    return 1|"],
	]);
});

describe("keeps the rest of the line whole", () => {
	cases([
		["x = f(|, b)", "a\ny = 2", "x = f(|a|, b)"],
		["f(|)", "[\n    1,\n]", "f(|[\n    1,\n]|)"],
	]);
});

describe("stops going round in circles", () => {
	cases([
		["|", "x = 1\nx = 1\nx = 1\nx = 1", "|x = 1|"],
		["|", "a()\nb()\na()\nb()\na()\nb()", "|a()\nb()|"],
		["|", "a()\na()", "|a()\na()|"],
	]);
});

describe("drops what repeats the text after the cursor", () => {
	cases([
		["print(|)", "x)", "print(|x|)"],
		["print(|)", "f(x))", "print(|f(x)|)"],
		["print(|)", "f(x)", "print(|f(x)|)"],
		['print("|")', 'hello")', 'print("|hello|")'],
		["x = f(| + other)", "a + other)", "x = f(|a| + other)"],
		["a = 1\n|\nprint(a + b)", "b = 2\nprint(a + b)", "a = 1\n|b = 2|\nprint(a + b)"],
		["a = 1\n|\n)", "b = (\n)", "a = 1\n|b = (\n)|\n)"],
		["d['|']", "key']", "d['|key|']"],
		["print(|)", ")", "none"],
	]);
});

describe("closes no bracket that is not open", () => {
	cases([
		["x = a|", ")", "none"],
		["x = [a|]", ", b]", "x = [a|, b|]"],
		["x = {'a': [1|]}", ", 2]}", "x = {'a': [1|, 2|]}"],
		["f(a|", ")\ng(b))", "f(a|)\ng(b)|"],
		["f(')', |)", "b)", "f(')', |b|)"],
		["x = 1  # (|", "now)", "x = 1  # (|now)|"],
	]);
});

describe("ends without blanks", () => {
	cases([
		["x = |", "5  \n\n", "x = |5|"],
		["x = |", "  \n ", "none"],
		["x = |", "", "none"],
		["x = |", "5\r\ny = 6\r\n", "x = |5\ny = 6|"],
	]);
});
