import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { postprocess } from "../../../server/completions/postprocess.ts";
import { createRandom, scaled } from "../../support/random.ts";
import { readSource, repository } from "../../support/sources.ts";

/**
 * The cursor is `|`. Gives the text with the suggestion in place, between `|` and `|`; `none` when nothing is left. What
 * it takes the place of stands in `⟦⟧`.
 */
const insert = (place: string, raw: string): string => {
	const [prefix, suffix] = place.split("|") as [string, string];
	const { text, replaced } = postprocess(raw, { prefix, suffix });
	const taken = replaced === 0 ? "" : `⟦${suffix.slice(0, replaced)}⟧`;
	return text === "" ? "none" : `${prefix}|${text}|${taken}${suffix.slice(replaced)}`;
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

test("of what a person wrote next to nothing is changed, wherever the cursor stands", () => {
	const texts = globSync("clients/ipython/**/*.py", { cwd: repository }).sort().map(readSource);
	const { int, pick } = createRandom(1);
	const changed: string[] = [];
	const count = scaled(1000);
	for (let at = 0; at < count; at++) {
		const text = pick(texts);
		const start = int(text.length);
		const prefix = text.slice(0, start);
		const middle = text
			.slice(start)
			.split("\n", 1 + int(4))
			.join("\n");
		// Inside of a line's first blanks no suggestion is asked for.
		if (middle.trim() === "" || /(?:^|\n)[ \t]+$/.test(prefix)) continue;
		const place = { prefix, suffix: text.slice(start + middle.length) };
		if (postprocess(middle, place).text !== middle.trimEnd()) changed.push(`${prefix.slice(-40)}|${middle}|`);
	}
	expect(changed.length / count, changed.join("\n\n")).toBeLessThan(0.015);
});

describe("takes the place of closers that it says itself, and goes on behind them", () => {
	cases([
		["df['|']", "a'].mean()", "df['|a'].mean()|⟦']⟧"],
		['df["|"]', 'a"].mean()', 'df["|a"].mean()|⟦"]⟧'],
		["df['|']  # the mean", "a'].mean()", "df['|a'].mean()|⟦']⟧  # the mean"],
		["print(|)", "x).upper()", "print(|x).upper(|)"],
		["x = d['|']\ny = 1", "k'] + 1", "x = d['|k'] + 1|⟦']⟧\ny = 1"],
		["x = a[|]", "0] if a else None", "x = a[|0] if a else None|⟦]⟧"],
		["f(g(|))", "x)).mean()", "f(g(|x)).mean()|⟦))⟧"],
		["df[df['|']]", "a'] > 1].sum()", "df[df['|a|']]"],
		// What belongs before them stays there.
		["df['|']", "a", "df['|a|']"],
		["df['|']", "a']", "df['|a|']"],
		["print(|)", "len(x)", "print(|len(x)|)"],
		["f(|)", "g(x).y", "f(|g(x).y|)"],
		["f(|)", "a, (b), c", "f(|a, (b), c|)"],
		["s = '|'", "it's", "s = '|it|'"],
		["print('|')", "a', 'b", "print('|a', 'b|')"],
		["x = [|]", "1]\ny = [2]", "x = [|1|]"],
	]);
});

describe("begins where what was typed lets it", () => {
	cases([
		["# mean by city|", "df.groupby('city').mean()", "# mean by city|\ndf.groupby('city').mean()|"],
		[
			"# mean by city |",
			"means = df.groupby('city').mean()",
			"# mean by city |\nmeans = df.groupby('city').mean()|",
		],
		[
			"# plot it |",
			"import matplotlib.pyplot as plt\nplt.plot(x)",
			"# plot it |\nimport matplotlib.pyplot as plt\nplt.plot(x)|",
		],
		["# mean by |", "city and day", "# mean by |city and day|"],
		["# mean by ci|", "ty", "# mean by ci|ty|"],
		["def f():\n    # sum up|", "return sum(xs)", "def f():\n    # sum up|\n    return sum(xs)|"],
		[
			"def f():\n    # sum up|",
			"    total = 0\n    return total",
			"def f():\n    # sum up|\n    total = 0\n    return total|",
		],
		["for x in y:  # all of them|", "print(x)", "for x in y:  # all of them|\n    print(x)|"],
		["x = 1  # one|", "y = 2", "x = 1  # one|\ny = 2|"],
		["# first|", "# second\nx = 1", "# first|\n# second\nx = 1|"],
		["# see |for more", "x = 1", "# see |x = 1|for more"],
		["def f():|", "    return 1", "def f():|\n    return 1|"],
		["def f():|", "return 1", "def f():|\n    return 1|"],
		["def f(): |", "    x = 1\n    return x", "def f(): |\n    x = 1\n    return x|"],
		["for x in xs:|", "    print(x)\n    total += x", "for x in xs:|\n    print(x)\n    total += x|"],
		["for x in xs:|", "print(x)\ntotal += x", "for x in xs:|\n    print(x)\n    total += x|"],
		["if x:|", " y()", "if x:| y()|"],
		["class A:\n  def f(self):|", "    return 1", "class A:\n  def f(self):|\n    return 1|"],
		["if a:\n\tif b:|", "\t\tc()", "if a:\n\tif b:|\n\t\tc()|"],
		["try:|", "    f()\nexcept OSError:\n    pass", "try:|\n    f()\nexcept OSError:\n    pass|"],
		["else:|", "    f()", "else:|\n    f()|"],
		["f = lambda x:|", "x + 1", "f = lambda x:|x + 1|"],
		["d = {'a':|", " 1}", "d = {'a':| 1}|"],
		["x[1:|]", "2", "x[1:|2|]"],
		["return|", "df", "return| df|"],
		["    return|", "[x for x in y]", "    return| [x for x in y]|"],
		["return|", "ed = 1", "return| ed = 1|"],
		["for x in|", "range(3):\n    print(x)", "for x in| range(3):\n    print(x)|"],
		["x = a if b else|", "c", "x = a if b else| c|"],
		["if a and|", "b:", "if a and| b:|"],
		["x = in|", "t(y)", "x = in|t(y)|"],
		["not|", "e = 5", "not|e = 5|"],
		["import|", "numpy as np", "import| numpy as np|"],
		["import|", "lib.reload(x)", "import|lib.reload(x)|"],
		["from|", "math import sqrt", "from| math import sqrt|"],
		["raise|", "ValueError('x')", "raise| ValueError('x')|"],
		["with open(p) as|", "f:", "with open(p) as| f:|"],
		["x =|", "5", "x =| 5|"],
		["x ==|", "5", "x ==| 5|"],
		["f(a=|)", "5", "f(a=|5|)"],
		["x = None|", "", "none"],
		["'a' in|", "xs", "'a' in| xs|"],
		["s = 'return|'", "ed", "s = 'return|ed|'"],
	]);
});

describe("shows nothing that stands there already", () => {
	cases([
		["a = 1\n|\nb = 2", "b = 2", "none"],
		["a = 1\n|\nb = 2\nc = 3", "b = 2\nc = 3", "none"],
		["def f():\n    |\n    return x", "return x", "none"],
		["def f():\n    |\n    return x", "    return x", "none"],
		["df|.mean()", ".mean().groupby('a')", "none"],
		["df.|mean()", "mean().sum()", "none"],
		["df.|mean()", "groupby('a').mean()", "df.|groupby('a').|mean()"],
		["|", "# compute the mean", "none"],
		["x = 1\n|", "# then\n\n# and then", "none"],
		["x = 1\n|", "# then\ny = 2", "x = 1\n|# then\ny = 2|"],
		["# to|", "# and fro", "# to|\n# and fro|"],
		["for x in xs:\n    |", "print(x)\ntotal += x", "for x in xs:\n    |print(x)\n    total += x|"],
		["for x in xs:\n    |", "print(x)\n\nprint('done')", "for x in xs:\n    |print(x)\n\nprint('done')|"],
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
		["df.gro|", "```python\ndf.groupby('day').sum()\n```", "df.gro|upby('day').sum()|"],
		["x = |", "The answer is:\n\n```python\nx = 5\n```\n\nThis sets x.", "x = |5|"],
	]);
});

describe("takes the prompt's tags and a model's marks out", () => {
	cases([
		["x = |", "<prefix>x = 5</prefix>", "x = |5|"],
		["x = |\ny", "5</prefix><suffix>\ny</suffix>", "x = |5|\ny"],
		["x = |", "5\n</current-input>", "x = |5|"],
		["x = |", "5<|fim_suffix|>y", "x = |5|"],
		["x = |", "5<|endoftext|>", "x = |5|"],
		["tag = '<prefix>' + |", "x + '</prefix>'", "tag = '<prefix>' + |x + '</prefix>'|"],
	]);
});

describe("takes out what a model says about its answer", () => {
	cases([
		["x = |", "To compute x, you can use the sum function.", "none"],
		["df.|", "Here is the completion:\n\nhead()", "df.|head()|"],
		["(df\n    .|", "Here is the completion:\n\nhead())", "(df\n    .|head())|"],
		[
			"def mean(xs):\n    |",
			"Sure! Here's the code:\n\n    return sum(xs) / len(xs)",
			"def mean(xs):\n    |return sum(xs) / len(xs)|",
		],
		["x = |", "5\n\nThis sets x to five.", "x = |5|"],
		["x = |", "5  # the Number of all things.", "x = |5  # the Number of all things.|"],
		['"""|', 'Compute the mean of all.\n"""', '"""|Compute the mean of all.\n"""|'],
		["# |", "Load the data from disk.", "# |Load the data from disk.|"],
		[
			".Please say |",
			"Why is this slow?\nI want to know.",
			".Please say |Why is this slow?\nI want to know.|",
		],
		["%%bash\necho |", "A b c d.", "%%bash\necho |A b c d.|"],
		["x = |", "None if a else b", "x = |None if a else b|"],
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
		["x = np.ar|", "np.array([1, 2, 3])", "x = np.ar|ray([1, 2, 3])|"],
		["x = np.ar|", "x = np.array([1, 2, 3])", "x = np.ar|ray([1, 2, 3])|"],
		["y = df['a'].|", "df['a'].mean()", "y = df['a'].|mean()|"],
		["df[|]", "df['a'] > 1", "df[|df['a'] > 1|]"],
		["x = df[|]", "df['a'].isin(b)]", "x = df[|df['a'].isin(b)|]"],
		["x = df[|", "df['a'] > 1]", "x = df[|df['a'] > 1]|"],
		["x = df[|", "df['a']", "x = df[|'a']|"],
		["x = np.sum(|", "np.sum(a) / len(a)", "x = np.sum(|a) / len(a)|"],
		["print(df.|)", "df.head())", "print(df.|head()|)"],
		["(df\n    .|\n)", ".agg('sum')", "(df\n    .|agg('sum')|\n)"],
		["from .|", ".utils import x", "from .|.utils import x|"],
		["x[.|", "..]", "x[.|..]|"],
		["from sklearn import |", "from sklearn import linear_model", "from sklearn import |linear_model|"],
		["async def f():\n    await |", "await asyncio.sleep(1)", "async def f():\n    await |asyncio.sleep(1)|"],
		["%timeit |", "%timeit df.sum()", "%timeit |df.sum()|"],
		["!ls |", "!ls -la", "!ls |-la|"],
		["# %%\n|", "# %%\nimport pandas as pd", "# %%\n|import pandas as pd|"],
		["print('a')\n|", "print('a')\nprint('b')", "print('a')\n|print('b')|"],
		[
			"import pandas as pd\ndf = pd.read_csv('a')\ndf.|\nprint(df)",
			"```python\nimport pandas as pd\ndf = pd.read_csv('a')\ndf.head()\nprint(df)\n```",
			"import pandas as pd\ndf = pd.read_csv('a')\ndf.|head()|\nprint(df)",
		],
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
		["def f():\n\t|", "    return 1", "def f():\n\t|return 1|"],
		["def f():\n\t|", "    x = 1\n    return x", "def f():\n\t|x = 1\n\treturn x|"],
		["class A:\n\tdef f(self):\n\t\t|", "        return 1", "class A:\n\tdef f(self):\n\t\t|return 1|"],
		[
			"class A:\n\tdef f(self):\n\t\t|",
			"for x in y:\n    g(x)",
			"class A:\n\tdef f(self):\n\t\t|for x in y:\n\t\t\tg(x)|",
		],
		["class A:\n\tdef f(self):|", "\n        return 1", "class A:\n\tdef f(self):|\n\t\treturn 1|"],
		["if a:\n    b()\n    |", "c()\n\tif d:\n\t\te()", "if a:\n    b()\n    |c()\n    if d:\n        e()|"],
		["def f(x):\n|", "return x", "def f(x):\n|    return x|"],
		["def f(x):\n|", "x = 1\nreturn x", "def f(x):\n|    x = 1\n    return x|"],
		["def f(x):\n|", "x = 1\n    return x", "def f(x):\n|    x = 1\n    return x|"],
		["def f(x):\n|", "for y in x:\n    print(y)", "def f(x):\n|    for y in x:\n        print(y)|"],
		["for x in y:\n  if x:\n|", "print(x)", "for x in y:\n  if x:\n|    print(x)|"],
		["if x:\n|\ny = 2", "print(x)", "if x:\n|    print(x)|\ny = 2"],
		["try:\n    a()\n|", "except ValueError:\n    pass", "try:\n    a()\n|except ValueError:\n    pass|"],
		["if a:\n    b()\n    |", "else:\n    c()", "none"],
		[
			"if a:\n    if b:\n        c()\n    |",
			"else:\n        d()",
			"if a:\n    if b:\n        c()\n    |else:\n        d()|",
		],
		["def f():\n    x()\n    |", "\n\ndef g():\n    y()", "def f():\n    x()\n    |\n\ndef g():\n    y()|"],
		["x = d[a:\n|", "b]", "x = d[a:\n|b]|"],
		["# note:\n|", "x = 1", "# note:\n|x = 1|"],
		["'''\nUsage:\n|\n'''", "ipyai", "'''\nUsage:\n|ipyai|\n'''"],
		[
			"(\n    df\n    |\n)",
			".groupby('b')\n.agg({'c': 'sum'})",
			"(\n    df\n    |.groupby('b')\n    .agg({'c': 'sum'})|\n)",
		],
		["x = [\n    1,\n    |", "2,\n]\nprint(x)", "x = [\n    1,\n    |2,\n]\nprint(x)|"],
		["q = '''\nSELECT a,\n       |\n'''", "       b", "q = '''\nSELECT a,\n       |b|\n'''"],
	]);
});

describe("keeps the rest of the line whole", () => {
	cases([
		["x = f(|, b)", "a\ny = 2", "x = f(|a|, b)"],
		["f(|)", "[\n    1,\n]", "f(|[\n    1,\n]|)"],
		["def f(x: |)", "int, y: str) -> None:\n    pass", "def f(x: |int, y: str|)"],
		["def f(a) -> |:", "int:\n    return a", "def f(a) -> |int|:"],
		["if a and |:\n    pass", "b:\n    pass", "if a and |b|:\n    pass"],
		["[x for x in |]", "range(10)]\nprint(x)", "[x for x in |range(10)|]"],
		["plt.plot(x, |)", "label='a')\nplt.legend()", "plt.plot(x, |label='a'|)"],
		["f(a=|)", "False)  # no index", "f(a=|False|)"],
		["x = |  # comment", "5  # comment", "x = |5|  # comment"],
		["x = y if |else z", "cond ", "x = y if |cond |else z"],
		["if (n := |) > 10:", "len(a)) > 10:", "if (n := |len(a)|) > 10:"],
		['print(f"{x|}")', ':.2f}")', 'print(f"{x|:.2f|}")'],
		["print(f'{d[|]}')", '"key"', "print(f'{d[|\"key\"|]}')"],
		["@|\ndef f(x):", "cache\ndef f(x):\n    return x", "@|cache|\ndef f(x):"],
	]);
});

describe("stays in its cell", () => {
	cases([
		["# %% Load\n|", "df = load()\n\n# %% Plot\nplot(df)", "# %% Load\n|df = load()|"],
		["# %%\nx = |", "1\n#%% next", "# %%\nx = |1|"],
		["|", "# %% Load\nx = 1", "|# %% Load\nx = 1|"],
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
		["if x:\n    |\nelse:\n    b()", "a()\nelse:\n    b()", "if x:\n    |a()|\nelse:\n    b()"],
		["x = 1  # the |\ny = 2", "first\ny = 2", "x = 1  # the |first|\ny = 2"],
		[
			"def a():\n    |\n\ndef b(x):\n    c()",
			"d()\n\ndef b(y):\n    e()",
			"def a():\n    |d()|\n\ndef b(x):\n    c()",
		],
		[
			"class A:\n    |\nclass B:\n    x = 1",
			"y = 2\nclass BC:\n    z = 3",
			"class A:\n    |y = 2\nclass BC:\n    z = 3|\nclass B:\n    x = 1",
		],
		['"""|"""', 'Return one."""\nx = 1', '"""|Return one.|"""'],
		['q = """WHERE a IN (|"""', '1, 2)""")', 'q = """WHERE a IN (|1, 2)|"""'],
		['q = """\nWHERE |\n"""', 'a = 1\n"""\nrun(q)', 'q = """\nWHERE |a = 1|\n"""'],
		['q = """\nWHERE |\n""")', "a = 1", 'q = """\nWHERE |a = 1|\n""")'],
		["x = d[|]", "'a']['b']", "x = d[|'a']['b'|]"],
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
		["a = f(|)", "g(1, 2)))", "a = f(|g(1, 2)|)"],
		["x = {\n    'a': 1,\n    |\n}", "'b': 2,\n}", "x = {\n    'a': 1,\n    |'b': 2,|\n}"],
		[
			"x = [\n    1,\n    |\n]\nprint(x)",
			"2,\n    3,\n]\nprint(x)",
			"x = [\n    1,\n    |2,\n    3,|\n]\nprint(x)",
		],
		[
			"out = (df\n       .|)",
			"agg('sum')\n       .reset_index())",
			"out = (df\n       .|agg('sum')\n       .reset_index()|)",
		],
	]);
});

describe("ends without blanks", () => {
	cases([
		["x = |", "5  \n\n", "x = |5|"],
		["x = |", "  \n ", "none"],
		["x = |", "", "none"],
		["x = |", "5\r\ny = 6\r\n", "x = |5\ny = 6|"],
		["x = |", "5\ry = 6", "x = |5\ny = 6|"],
	]);
});
