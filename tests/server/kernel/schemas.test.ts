/** What live objects hold, and which suggestions they contradict; on one real kernel. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { suggestedAccesses } from "../../../server/completions/accesses.ts";
import { undefinedNames } from "../../../server/completions/undefinedNames.ts";
import { noSignal, type RunningKernel, startTestKernel } from "../../support/kernel.ts";

const setUp = `
import types, collections, enum
import numpy as np
import pandas as pd
df = pd.DataFrame({"price": [1.5, 2.0], "name": ["a", "b"], "day": pd.to_datetime(["2026-01-01", "2026-01-02"]), 7: [1, 2]})
wide = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("b", "y")]))
dated = pd.Series([1, 2], index=pd.to_datetime(["2026-01-01", "2026-01-02"]))
by_day = df.set_index("day")
labelled = pd.Series([1, 2], index=["one", "two"], name="count")
arr = np.zeros((2, 3))
rec = np.zeros(3, dtype=[("x", "f8"), ("y", "i4")])
cfg = {"db": {"host": "h", "port": 1}, "debug": True}
odd = {(1, 2): 3}
xs = [{"id": 1}, {"id": 2}]
text = "hello"

class Point:
    kind = "point"
    def __init__(self, x, y=0, *rest, scale=1.0, **more):
        self.x = x
        self.y = y
    @property
    def norm(self):
        ran.append("norm")
        return 1
    def move(self, dx, dy=None): ...

class Slotted:
    __slots__ = ("a",)

class Dynamic:
    def __getattr__(self, name):
        ran.append(name)
        return 1

class Watched:
    def __getattribute__(self, name):
        ran.append(name)
        return object.__getattribute__(self, name)

class Tricky(dict):
    def __contains__(self, key):
        ran.append(key)
        return True

class Colour(enum.Enum):
    RED = 1

class Hostile:
    def __eq__(self, other):
        ran.append("eq")
        return True
    def __hash__(self):
        return hash("a")
    @property
    def __dict__(self):
        ran.append("dict")
        return {}

ran = []
point = Point(1)
dynamic, watched, tricky, slotted = Dynamic(), Watched(), Tricky(), Slotted()
hostile = {Hostile(): 1}
hostile_thing = Hostile()
lazy = types.ModuleType("lazy")
lazy.__getattr__ = lambda name: ran.append(name)
plain = types.ModuleType("plain")
plain.known = 1
def area(width, height=2, *, unit="m", **rest): ...
pair = collections.namedtuple("pair", "left right")(1, 2)
`;

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
	const { status, text } = await kernel.run(setUp);
	expect([status, text]).toEqual(["ok", ""]);
}, 60_000);
afterAll(() => kernel.dispose());

/** The suggestion stands between two `|`. */
const verdict = async (drawn: string): Promise<"kept" | "dropped"> => {
	const [prefix, text, suffix] = drawn.split("|") as [string, string, string];
	const place = { prefix, suffix };
	const names = undefinedNames(text, place, []).map(({ name, at }) => ({ name, at, steps: [], from: 0 }));
	const accesses = [...suggestedAccesses(text, place), ...names];
	const missing = await kernel.host.findMissing(accesses, noSignal);
	return accesses.some(({ from }, at) => (missing[at] ?? -1) >= from) ? "dropped" : "kept";
};

describe("a suggestion is dropped when it names what a live object lacks", () => {
	test.each([
		"df.|prize|",
		"df.pri|ze|",
		"df['|prize|']",
		"df.|price.meann()|",
		"df[|'name'].strr|",
		"df.|price.str.upper()|",
		"df.|name.dt.day|",
		"df.|groupbyy('name')|",
		"wide['|c|']",
		"df[['price', '|prize|']]",
		"df.loc[0, '|prize|']",
		"df.loc[:, ['name', '|prize|']]",
		"df.|groupby('city').mean()|",
		"df.sort_values(|'prize')|",
		"df.query(|'prize > 3')|",
		"df.query('price > 1 and |nme == 3')|",
		"df.dropna(subset=|['prize'])|",
		"'a,b'.|splitt(',')|",
		"f'{text}' + |txet|",
		"x = |pirce * 2|",
		"for row in |rows|:",
		"print(|df, dff)|",
		"y = |[each for each in eachs]|",
		"labelled.|three|",
		"labelled['|three|']",
		"arr.|shpae|",
		"arr['|x|']",
		"rec['|z|']",
		"cfg['|database|']",
		"cfg['db']['|hots|']",
		"cfg.|db|",
		"xs[0]['|name|']",
		"text.|uper()|",
		"np.|zeross(3)|",
		"plain.|unknown|",
		"point.|z|",
		"point.|move_by(1)|",
		"Point.|origin|",
		"Colour.|GREEN|",
		"slotted.|b|",
		"pair.|middle|",
		"area.|name|",
		"x = cfg['debug'] and |df.prize|",
	])("%s", async (drawn) => expect(await verdict(drawn)).toBe("dropped"));
});

describe("and kept when it is there, or there is a doubt", () => {
	test.each([
		"df.|price|",
		"df.pri|ce.mean()|",
		"df['|price|']",
		"df.|name.str.upper()|",
		"df.|day.dt.day|",
		"df.|groupby('name').price.sum()|",
		"df[|7|]",
		"df['prize'].|mean()|",
		"df.|attrs|",
		"wide['|a|']",
		"dated['|2026|']",
		"dated.|mean()|",
		"labelled.|one|",
		"labelled['|two|']",
		"arr.|shape|",
		"rec['|x|']",
		"cfg['|db|']",
		"cfg['db']['|port|']",
		"odd['|a|']",
		"hostile['|b|']",
		"hostile_thing.|foo|",
		"xs[0]['|id|']",
		"xs[9]['|name|']",
		"text.|upper()|",
		"np.|zeros(3)|",
		"np.|testing|",
		"np.linalg.|norm(arr)|",
		"lazy.|anything|",
		"plain.|known|",
		"point.|x|",
		"point.|norm|",
		"point.|move(1)|",
		"point.|__class__|",
		"Point.|kind|",
		"Point.|mro()|",
		"Colour.|RED|",
		"dynamic.|anything|",
		"watched.|anything|",
		"tricky['|anything|']",
		"slotted.|a|",
		"pair.|left|",
		"unknown.|whatever|",
		"df['new'] = 1\n|df['new'].sum()|",
		"df[['price', '|name|']]",
		"df.loc[0, '|price|']",
		"df.loc[df.price > 1, ['|name|']]",
		"labelled.loc['|nine|']",
		"df.|groupby('name').price.sum()|",
		"by_day.|groupby('day').price.sum()|",
		"by_day.sort_values(|'day')|",
		"by_day.query(|'day > 3 and index > 2 and price > @limit')|",
		"df.query(|'price.abs() > 3')|",
		"wide.groupby(|'nothing')|",
		"xs.sort_values(|'nothing')|",
		"'a,b'.|split(',')|",
		"x = |len(text) + text.count('l')|",
		"def f(a, *b, c=1, **d):\n    |return a + b[0] + c + d['x']|",
		"import os.path, sys as system\n|os.path.join(system.prefix)|",
		"from math import (sqrt,\n    pi)\n|sqrt(pi)|",
		"for row, other in pairs:\n    |print(row, other)|",
		"|total = 0\nfor each in xs:\n    total += each|",
		"with open(text) as f, open(text) as (g, h):\n    |f.read(); g; h|",
		"try:\n    x()\nexcept ValueError as e:\n    |print(e)|",
		"match point:\n    case Point(x=px, y=[py, *rest]):\n        |print(px, py, rest)|",
		"|[a * b for a, b in zip(xs, xs) if (n := a)]|",
		"|f = lambda q, *r: q + r|",
		"|dict(price=1, name=2)|",
		"|@property\ndef g(self): return self|",
		"from os import *\n|getcwd()|",
		"%run other.py\n|anything()|",
		"class A[T]:\n    |x: T = None|",
		"type Pair = tuple\n|Pair|",
		"global counter\n|counter += 1|",
		"|print(_, __, _1, In, Out, get_ipython(), display(1))|",
		"s = '|free text here|'",
		"# |free text here|",
		"!ls |some words|",
		"def later(): ...\n# %%\n|later()|",
		"|first()|\n\ndef first(): ...",
	])("%s", async (drawn) => expect(await verdict(drawn)).toBe("kept"));
});

test("variables near the cursor are described with what they hold", async () => {
	const names = ["df", "labelled", "arr", "rec", "cfg", "point", "Point", "area", "np", "text", "nothing"];
	const described = await kernel.host.describe(names, noSignal);
	// Names of dtypes differ between versions of pandas.
	const shown = described.map(({ name, summary }) =>
		`${name}: ${summary}`.replace("name object", "name str").replace(/datetime64\[\w+\]/, "datetime64"),
	);
	expect(shown).toMatchInlineSnapshot(`
		[
		  "df: DataFrame 2×4: price float64, name str, day datetime64, 7 int64",
		  "labelled: Series 'count' of 2, int64",
		  "arr: array 2×3, float64",
		  "rec: array 3, void96, fields x, y",
		  "cfg: dict of 2: 'db': dict, 'debug': bool",
		  "point: Point with x: int, y: int",
		  "Point: class Point(self, x, y=0, *rest, scale=1.0, **more) with kind, norm, move",
		  "area: area(width, height=2, *, unit='m', **rest)",
		  "np: numpy",
		  "text: 'hello'",
		]
	`);
});

test("a description is bounded, whatever the object", async () => {
	await kernel.run(
		"big = {f'key{n}': 'x' * 1000 for n in range(9000)}; broad = pd.DataFrame({f'column{n}': [1] for n in range(3000)})",
	);
	for (const { summary } of await kernel.host.describe(["big", "broad"], noSignal))
		expect(summary.length).toBeLessThanOrEqual(600);
});

test("none of the person's code ran for all that", async () => {
	const names = ["point", "dynamic", "watched", "tricky", "hostile", "hostile_thing", "lazy"];
	await kernel.host.describe(names, noSignal);
	expect((await kernel.run("print(ran)")).text).toBe("[]\n");
});
