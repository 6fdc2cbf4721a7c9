import { afterAll, beforeAll, expect, test } from "vitest";
import { noSignal, type RunningKernel, startTestKernel } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
	const { status, text } = await kernel.run(setUp);
	expect(text).toBe("");
	expect(status).toBe("ok");
});
afterAll(() => kernel.dispose());

const setUp = `
import pandas as pd, numpy as np
df = pd.DataFrame({"a": range(30), "b": [0.5, 1.25, None] * 10, "c": list("xyz") * 10,
    "d": pd.Categorical(list("uv") * 15), "t": pd.date_range("2024", periods=30),
    "n": pd.array([1, None, 3] * 10, dtype="Int64"), "o": [{"k": 1}, [1, 2], None] * 10})
by_day = df.set_index("t")
big = pd.DataFrame({"x": np.arange(2_000_000), "y": np.arange(2_000_000) / 4})
arr = np.arange(12.0).reshape(3, 4)
cfg = {"a": [1, 2, {"b": "deep"}], "api_key": "abcdefgh", 5: "five"}
class Point:
    "A point."
    __slots__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y
    @property
    def norm(self):
        raise SystemExit
    def move(self, dx: int = 1):
        "Moves it."
        return Point(self.x + dx, self.y)
p = Point(1, 2)
text = "z" * 5000
`;

const look = async (what: string, frame: number | null = null, traceback = false): Promise<string> => {
	const found = await kernel.host.python.look({ what, frame, traceback }, noSignal);
	return "text" in found ? found.text : `(${found.problem})`;
};

test.each([
	["df.shape", "tuple of 2: 30, 7"],
	["df.iloc[2, 0]", "2"],
	["df['b'].iloc[2]", "nan"],
	["df.n[1]", "None"],
	["len(df)", "30"],
	["len(text)", "5000"],
	["df.columns", "list of 7: 'a', 'b', 'c', 'd', 't', 'n', 'o'"],
	["df.a.dtype", "str of 5:\nint64"],
	["arr[1, 2]", "6.0"],
	["arr[:, 0]", "array 3, float64\n[0, 4, 8]"],
	["cfg['a'][2]['b']", "str of 4:\ndeep"],
	["cfg[5]", "str of 4:\nfive"],
	["p.x", "1"],
	["p", "Point\n  x: int 1\n  y: int 2"],
	[
		"df[:3][['a', 'b', 'c']]",
		"3 of 30 rows, 3 of 7 columns\n   a     b  c\n0  0   0.5  x\n1  1  1.25  y\n2  2   nan  z",
	],
	["df.c.tail(2)", "Series c of 2, str\n    c\n28  y\n29  z"],
	[
		"df.iloc[28:, 3:5]",
		"2 of 30 rows, 2 of 7 columns\n    d           t\n28  u  2024-01-29\n29  v  2024-01-30",
	],
	[
		"df.o.head(3)",
		"Series o of 3, object\n                   o\n0  dict of 1: 'k': 1\n1    list of 2: 1, 2\n2               None",
	],
	["by_day.iloc[-1:, :2]", "1 of 30 rows, 2 of 6 columns\n             a    b\n2024-01-30  29  nan"],
	[
		"big.iloc[1999998:]",
		"2 of 2000000 rows, 2 of 2 columns\n               x       y\n1999998  1999998  500000\n1999999  1999999  500000",
	],
])("%s is told as it is", async (what, text) => expect(await look(what)).toBe(text));

test("functions, methods and classes show their source", async () => {
	expect(await look("p.move")).toMatch(
		/Signature: move\(dx: int = 1\)[\s\S]*"Moves it\."[\s\S]*return Point/,
	);
	expect(await look("Point")).toMatch(/Docstring: A point\.[\s\S]*def move/);
	expect(await look("df.describe")).toMatch(/Signature: describe\([\s\S]*Source:/);
});

test.each([
	["p.norm", "norm of Point is computed when it is read: use pyrun for that."],
	["df.describe()", "takes no such call: use pyrun for calls."],
	["df[df.a > 1]", "takes constant keys, positions and slices only: use pyrun for others."],
	["1 + 1", "reads no BinOp:"],
	["nosuch", "nosuch is not defined."],
	["df.nosuch", "has no one column 'nosuch': there are 'a', 'b',"],
	["cfg['none']", "has no key 'none', or one that only its own code finds. Keys: 'a', 'api_key', 5."],
	["arr[9]", "has nothing there: index 9 is out of bounds"],
	["df.iloc", "needs rows: write .iloc[0:5]."],
	["df.iloc[99]", "has 30 rows."],
	["import os", "is not an expression."],
	["f(", "is not an expression."],
	["(".repeat(1500), "is not an expression."],
	[`p${".x".repeat(900)}`, "int has no x"],
	["p.__class__.__subclasses__()", "takes no such call"],
	["(lambda: 1)()", "takes no such call"],
	["[x for x in cfg]", "reads no ListComp"],
	["f'{p}'", "reads no JoinedStr"],
	["(y := 1)", "reads no NamedExpr"],
	["await p", "reads no Await"],
])("%s is refused with what to do", async (what, reason) => expect(await look(what)).toContain(reason));

test("what a name says to be a secret is not shown, wherever it stands", async () => {
	await kernel.run("password = 'hunter2'\nclass C: pass\nholder = C()\nholder.api_key = 'abcdefgh'");
	for (const what of ["", "cfg", "cfg['api_key']", "password", "holder", "holder.api_key"]) {
		const told = await look(what);
		expect(told, what).not.toMatch(/hunter2|abcdefgh/);
		expect(told, what).toContain("its name says that it is a secret");
	}
});

test("a variable of 2 million rows is told in a moment, and beside a running cell", async () => {
	const cell = kernel.start("import time; time.sleep(60)");
	expect(await look("big")).toMatch(/^DataFrame 2000000×2: x int64, y float64\n/);
	await kernel.host.interrupt();
	expect((await cell.done).status).toBe("interrupted");
});

test("the frames of the last error, with what their variables held", async () => {
	await kernel.run(`def total(rows, password="hunter2"):
    found = 0
    for key, row in rows.items():
        found += row["n"]
    return found
`);
	const failed = await kernel.run('rows = {"one": {"n": 1}, "two": {}}\ntotal(rows)');
	expect(failed.status).toBe("error");
	const told = await look("", null, true);
	expect(told).toMatch(
		/^#0 In \[\d+\], line 2, in [\s\S]*> {4}2 \| total\(rows\)\n {4}rows = dict of 2[\s\S]*\n#1 In \[\d+\], line 4, in total\n[\s\S]*> {4}4 \| {9}found \+= row\["n"\]\n[\s\S]* {4}found = 1\n {4}key = 'two'\n {4}row = dict of 0\nKeyError: 'n'$/,
	);
	expect(told).not.toContain("hunter2");
	expect(await look("row", 1)).toBe("dict of 0");
	expect(await look("rows['one']", 1)).toBe("dict of 1\n  'n': 1");
	expect(await look("", 1)).toMatch(/^#1 In /);
	expect(await look("", 7)).toBe("(Nothing to look at: the last error has no frame 7: there are 0 to 1.)");
	expect(await kernel.host.lastError(noSignal)).toEqual({
		executionCount: failed.executionCount,
		text: expect.stringContaining("key = 'two'"),
	});
});

test("frames of libraries are one line each, causes are named, a deep recursion is cut", async () => {
	await kernel.run("import json\njson.loads('{bad')");
	expect(await look("", null, true)).toMatch(
		/#0 In [\s\S]*\n#1 json\/__init__\.py:\d+, in loads\n[\s\S]*\njson\.decoder\.JSONDecodeError: Expecting property name/,
	);
	await kernel.run("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('no good') from e");
	expect(await look("", null, true)).toMatch(
		/ValueError: no good\nfrom ZeroDivisionError: division by zero$/,
	);
	const deep = await kernel.run("def rec(n):\n    return rec(n + 1)\nrec(0)");
	expect((await look("", null, true)).length).toBeLessThan(7000);
	expect((await kernel.host.lastError(noSignal))!.text.length).toBeLessThan(3000);
	expect((await kernel.host.lastError(noSignal))!.executionCount).toBe(deep.executionCount);
	await kernel.run("for");
	expect(await kernel.host.lastError(noSignal), "a cell that did not even begin has no frames").toBeNull();
});

/** Bodies of classes whose every way of being looked at would leave a trace in `ran`. */
const hostile = [
	"def __repr__(self): ran.append(1); return 'x'",
	"def __str__(self): ran.append(1); return 'x'",
	"def __len__(self): ran.append(1); return 1",
	"def __bool__(self): ran.append(1); return True",
	"def __iter__(self): ran.append(1); return iter([])",
	"def __getitem__(self, key): ran.append(1); return 1",
	"def __contains__(self, key): ran.append(1); return True",
	"def __getattr__(self, name): ran.append(1); return 1",
	"def __getattribute__(self, name): ran.append(1); return object.__getattribute__(self, name)",
	"def __eq__(self, other): ran.append(1); return True\n    def __hash__(self): return 1",
	"def __hash__(self): counted.append(1); return 1\n    def __eq__(self, other): ran.append(1); return False",
	"def __dir__(self): ran.append(1); return []",
	"def __format__(self, spec): ran.append(1); return ''",
	"def __index__(self): ran.append(1); return 0",
	"def __int__(self): ran.append(1); return 0",
	"def __call__(self, *a): ran.append(1)",
	"def __enter__(self): ran.append(1)",
	"def __sizeof__(self): ran.append(1); return 1",
	"def __reduce__(self): ran.append(1); return object, ()",
	"def __copy__(self): ran.append(1); return self",
	"def _repr_html_(self): ran.append(1); return ''",
	"def _ipython_display_(self): ran.append(1)",
	"def __array__(self, *a): ran.append(1); return None",
	"def __class_getitem__(cls, key): ran.append(1); return cls",
	"@property\n    def attr(self): ran.append(1); return 1",
	"@property\n    def __class__(self): ran.append(1); return int",
	"@property\n    def __dict__(self): ran.append(1); return {}",
	"@property\n    def __doc__(self): ran.append(1); return 'x'",
	"def __repr__(self):\n        while True: pass",
	"def __repr__(self):\n        import time; time.sleep(60)",
	"def __repr__(self): raise SystemExit",
	"def __repr__(self): raise KeyboardInterrupt",
	"def __repr__(self): return 'x' * 10**9",
	"def __repr__(self):\n        import os; os.fork(); ran.append(1); return 'x'",
	"def __repr__(self): globals().clear(); return 'x'",
	"def __len__(self): return 10**18",
	"def __len__(self): raise SystemExit",
	"def __getattr__(self, name): raise KeyboardInterrupt",
	"def __getattribute__(self, name): raise SystemExit",
	"def __getattr__(self, name): return type(self)()",
	"def __eq__(self, other): raise SystemExit\n    __hash__ = None",
	"__slots__ = ('attr',)\n    def __getattr__(self, name): ran.append(1); raise AttributeError",
	"class Descriptor:\n        def __get__(self, *a): ran.append(1); return 1\n    attr = Descriptor()",
	"class Descriptor:\n        def __get__(self, *a): ran.append(1); return 1\n        def __set__(self, *a): pass\n    attr = Descriptor()",
	"__name__ = property(lambda self: ran.append(1))",
	"__module__ = property(lambda self: ran.append(1))",
	"def __del__(self): pass",
];

/** The same as subclasses of what is built in, whose own reading must not be theirs. */
const bases = [
	"object",
	"dict",
	"list",
	"str",
	"int",
	"tuple",
	"Exception",
	"np.ndarray",
	"pd.DataFrame",
	"type",
];

test("60 and more hostile objects run nothing, however they are looked at", async () => {
	await kernel.run(
		"ran = []\ncounted = []\nhostiles = {}\nclass Meta(type):\n    def __repr__(cls): ran.append(1); return 'x'\n    def __getattribute__(cls, name): ran.append(1); return type.__getattribute__(cls, name)\n    def __len__(cls): ran.append(1); return 1\n    def __instancecheck__(cls, x): ran.append(1); return True\n    def __eq__(cls, other): ran.append(1); return True\n    __hash__ = type.__hash__",
	);
	const made: string[] = [];
	const make = async (name: string, code: string) => {
		const { status, text } = await kernel.run(code);
		if (status === "ok") made.push(name);
		else
			expect(text, code).toMatch(/TypeError|AttributeError|ValueError|layout|SystemExit|KeyboardInterrupt/);
	};
	for (const [at, body] of hostile.entries())
		await make(`h${at}`, `class H${at}:\n    ${body}\nh${at} = H${at}.__new__(H${at})`);
	for (const base of bases)
		for (const [at, body] of hostile.slice(0, 9).entries()) {
			const name = `s_${base.replace(/\W/g, "")}_${at}`;
			await make(
				name,
				`class S(${base}):\n    ${body}\ntry:\n    ${name} = S()\nexcept Exception:\n    ${name} = S.__new__(S, 0) if S.__mro__[1] is np.ndarray else S("n", (), {})`,
			);
		}
	await make("meta", "class WithMeta(metaclass=Meta): pass\nmeta = WithMeta()");
	expect(made.length).toBeGreaterThan(60);
	const waits: number[] = [];
	for (const name of made) {
		// What running a cell does with it is not ours.
		await kernel.run(`holder_list = [${name}]\nholder_dict = {"k": ${name}}\nran.clear()`);
		for (const what of [
			name,
			`${name}.attr`,
			`${name}.nothing`,
			`${name}[0]`,
			`${name}["k"]`,
			`len(${name})`,
			`type(${name})`,
			"holder_list",
			"holder_list[0]",
			"holder_dict",
		]) {
			const begun = performance.now();
			const told = await look(what);
			waits.push(performance.now() - begun);
			expect(told.length, what).toBeGreaterThan(0);
		}
		expect((await kernel.run("ran")).text, name).toBe("[]\n");
	}
	await kernel.run("ran.clear()");
	await look("");
	waits.sort((a, b) => a - b);
	console.log(
		`${made.length} hostile objects, ${waits.length} looks: median ${waits[waits.length >> 1]!.toFixed(1)} ms, longest ${waits.at(-1)!.toFixed(0)} ms`,
	);
	expect((await kernel.run("ran")).text).toBe("[]\n");
}, 120_000);

test("hostile variables of an error run nothing either", async () => {
	await kernel.run(`ran = []
class Loud(Exception):
    def __str__(self): ran.append(1); return "loud"
    def __repr__(self): ran.append(1); return "loud"
class Thing:
    def __repr__(self): ran.append(1); return "thing"
    def __getattr__(self, name): ran.append(1); return 1
def fail(thing):
    raise Loud("own", thing)
try:
    fail(Thing())
except Loud as error:
    import sys
    sys.last_value = sys.last_exc = error`);
	const told = await look("", null, true);
	expect(told).toContain("thing = Thing");
	expect(told).toContain("Loud: 'own', Thing");
	expect(await look("thing", 1)).toContain("Thing");
	await kernel.host.lastError(noSignal);
	expect((await kernel.run("ran")).text).toBe("[]\n");
});
