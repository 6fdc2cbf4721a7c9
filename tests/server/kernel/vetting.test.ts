import { afterAll, beforeAll, expect, test } from "vitest";
import { noSignal, type RunningKernel, startTestKernel, until } from "../../support/kernel.ts";

let kernel: RunningKernel;
beforeAll(async () => {
	kernel = await startTestKernel();
	const { status, text } = await kernel.run(setUp);
	expect(text).toBe("");
	expect(status).toBe("ok");
});
afterAll(() => kernel.dispose());

/** Whatever could be made to run by computing leaves a trace in `ran`. */
const setUp = `
import os, sys, logging, random, json, builtins, functools, operator, re, warnings, numpy as np, pandas as pd
ran = []
def f(*a):
    # The kernel's own messages and threads call what was replaced, too.
    ours = ("_ipyai.tools.computation", "_ipyai.tools.vetting", "_ipyai.tools.plain", "_ipyai.output.capture")
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<pyrun") or frame.f_globals.get("__name__") in ours:
            ran.append(1)
            break
        frame = frame.f_back
class Own:
    def __getattribute__(self, name): ran.append(name); return object.__getattribute__(self, name)
for name in "repr str format len bool iter eq lt add radd getitem contains hash index int call enter".split():
    setattr(Own, f"__{name}__", lambda self, *a: ran.append(1) or 1)
class Text(str):
    def __eq__(self, other): ran.append(1); return True
    __hash__ = str.__hash__
class Rows(list):
    def __iter__(self): ran.append(1); return iter([])
    def __len__(self): ran.append(1); return 1
own, text, rows, deep = Own(), Text("x"), Rows([1]), {"a": [(1, {2: Own()})]}
key_of_own = {Text("k"): 1}
xs, s, d, n, b = [3, 1, 2], "some words here", {"a": 1, "b": 2}, 7, b"abc"
nested, pairs, many = [[1, 2], [3]], [("x", 1), ("y", 2)], list(range(200_000))
cyclic = [1]; cyclic.append(cyclic)
api_key, cfg = "abcdefgh", {"password": "hunter2"}
df = pd.DataFrame({"a": xs}); arr = np.array(xs)
gen = (x for x in xs)
max = f
builtins.sum = f
get_ipython().ast_transformers.append(type("T", (), {"visit": lambda self, node: ran.append(1) or node})())
get_ipython().input_transformers_post.append(lambda lines: ran.append(1) or lines)
get_ipython().display_formatter.formatters["text/plain"].for_type(int, lambda *a: ran.append(1))
get_ipython().display_formatter.formatters["text/plain"].for_type(list, lambda *a: ran.append(1))
sys.displayhook = f
warnings.showwarning = f
ran.clear()
`;

const shown = (code: string) => kernel.host.python.shown(code, noSignal);
const compute = async (code: string): Promise<string> => {
	const { content, isError } = await kernel.host.python.compute(code, {
		signal: noSignal,
		onWaiting: () => {},
		onOutput: () => {},
	});
	const [part] = content;
	return `${isError ? "failed: " : ""}${part?.kind === "text" ? part.text : ""}`;
};

const look = async (what: string): Promise<string> => {
	const found = await kernel.host.python.look({ what, frame: null, traceback: false }, noSignal);
	return "text" in found ? found.text : found.problem;
};
/** How much of somebody's code has run; asking runs none. */
const traces = () => look("len(ran)");

test.each([
	["1 + 1", "2\n"],
	["n * 6", "42\n"],
	["len(xs)", "3\n"],
	["xs[1:]", "[1, 2]\n"],
	["sorted(xs, reverse=True)", "[3, 2, 1]\n"],
	["sorted(d.items(), key=lambda kv: -kv[1])", "[('b', 2), ('a', 1)]\n"],
	["[x * 2 for x in xs if x > 1]", "[6, 4]\n"],
	["{k: v for k, v in pairs}", "{'x': 1, 'y': 2}\n"],
	["[y for row in nested for y in row]", "[1, 2, 3]\n"],
	["s.upper().split()", "['SOME', 'WORDS', 'HERE']\n"],
	["', '.join(str(x) for x in xs)", "'3, 1, 2'\n"],
	['f"{n:>4}|{s!r}"', "\"   7|'some words here'\"\n"],
	["list(map(str, xs))", "['3', '1', '2']\n"],
	["any(x > 2 for x in xs)", "True\n"],
	["d.get('z', 0)", "0\n"],
	["'a' in d and not n < 3", "True\n"],
	["n if n else 0", "7\n"],
	["round(n / 3, 2)", "2.33\n"],
	["isinstance(n, (int, str))", "True\n"],
	["b.decode()", "'abc'\n"],
	["print(n, s, sep='-')", "7-some words here\n"],
	["for x_, y_ in pairs:\n    print(x_, y_)", "x 1\ny 2\n"],
	["len(cyclic)", "2\n"],
	["n ** 2", "49\n"],
	["n;", ""],
	["xs[9]", "failed: "],
	["-n", "-7\n"],
	["[*xs, *'ab']", "[3, 1, 2, 'a', 'b']\n"],
	["{**d, 'c': 3}", "{'a': 1, 'b': 2, 'c': 3}\n"],
	["list(zip(xs, s, strict=False))[:1]", "[(3, 's')]\n"],
	["list(enumerate(s[:2], start=1))", "[(1, 's'), (2, 'o')]\n"],
	["min(xs)", "1\n"],
])("%j is shown, and runs as that", async (code, expected) => {
	const before = await traces();
	expect(await shown(code)).toHaveProperty("makes");
	expect(await compute(code)).toContain(expected);
	expect(await traces(), "nothing of anybody's ran").toBe(before);
});

test.each([
	// It changes what is there.
	..."n = 1|xs[0] = 1|xs.append(1)|n += 1|del n|for n in xs: pass|[n, m_] = xs|d.update(a=2)|xs.sort()".split(
		"|",
	),
	..."o_ = xs; o_.append(1)|o_ = xs; o_ += [1]|o_ = []; o_ = xs; o_.append(1)|o_ = xs or []; o_ += [1]".split(
		"|",
	),
	..."o_ = [xs]; o_[0].append(1)|o_ = [xs]; o_[0] += [1]|o_ = [xs]; o_[0][0] = 1|nested[0].append(1)".split(
		"|",
	),
	..."[o_.append(1) for o_ in nested]|o_ = []; [o_.append(1) for o_ in nested]|list(map(xs.append, xs))".split(
		"|",
	),
	"o_ = []; sorted(nested, key=lambda o_: o_.append(1))",
	"for o_ in nested:\n    o_ += [1]",
	"o_ = {}\nfor o_[0] in nested:\n    o_[0] += [1]",
	..."(n := 2)|[(z_ := x) for x in xs]|sorted(nested, key=list.pop)|max_ = 1; len = 2|__builtins__ = 1".split(
		"|",
	),
	// What it computes with is not plain, or is a secret.
	..."own|own + 1|1 + own|own[0]|own.x|f'{own}'|f'{own!r}'|'%s' % own|own in xs|xs[own]|{own: 1}|-own|not own".split(
		"|",
	),
	..."own == 1|len(own)|str(own)|[*own]|{**own}|for i_ in own: pass|text == 'x'|text|'x' in [text]|rows|len(rows)".split(
		"|",
	),
	..."deep|deep['a']|list(deep.values())|key_of_own|df|df.a|len(df)|arr|arr + 1|gen|list(gen)|ran_|many".split(
		"|",
	),
	..."api_key|print(api_key)|len(cfg)|cfg['password']".split("|"),
	// It reaches for more than values.
	..."().__class__|n.__class__|s.__len__()|f.__globals__|gen.gi_frame|os.system('ls')|logging.os|random._os".split(
		"|",
	),
	..."getattr(n, 'real')|vars()|globals()|dir(n)|type(n)|eval('1')|exec('1')|compile('1', '', 'eval')|open('x')".split(
		"|",
	),
	..."__import__('os')|input()|breakpoint()|setattr(n, 'a', 1)|memoryview(b)|object()|super()|exit()|quit".split(
		"|",
	),
	..."sys.modules['os']|operator.attrgetter('a')|'{0.__class__}'.format(n)|'{a}'.format_map(d)|json.dumps(n)".split(
		"|",
	),
	..."print(n, file=own)|print(n, file=open('x', 'w'))|print(n, flush=True)|s.encode('idna')|b.decode('rot13')".split(
		"|",
	),
	..."str(b, 'idna')|list(map(str, [b], ['idna']))|bytes(s, 'idna')|s.encode(encoding='idna')|b.decode(errors='x')".split(
		"|",
	),
	"𝒐𝒑𝒆𝒏('x')",
	"os.ſystem('ls')",
	// Functions of somebody's are called.
	..."f()|f(1)|sorted(xs, key=f)|list(map(f, xs))|list(filter(f, xs))|min(xs, key=f)|max(xs)|sum(xs)|iter(f, None)".split(
		"|",
	),
	..."list(map(open, [s]))|sorted(xs, key=own)|(lambda: f())()|(lambda: 1)()|functools.reduce(f, xs)|re.sub(s, f, s)".split(
		"|",
	),
	..."sorted(xs, key=lambda x: f(x))|sorted(xs, key=lambda x, y=f(): x)|g_ = lambda: 1|[f][0](1)|d.get(f)()".split(
		"|",
	),
	..."len(*nested)|dict(**own)|isinstance(n, own)|isinstance(n, Own)|isinstance(own, int)|[len for len in xs][0](1)".split(
		"|",
	),
	// It defines, imports, waits, catches, or is IPython's.
	"def g_(): pass",
	"class C_: pass",
	"class C_(own): x = f()",
	"@f\ndef g_(): pass",
	"import os as math_",
	"from os import *",
	"import m_",
	"n_: f() = 1",
	"try:\n    1/0\nexcept f(): pass",
	"with own: pass",
	"while True: pass",
	"assert n, f()",
	"match n:\n    case own.x: pass",
	"await f()",
	"[x async for x in own]",
	"raise own",
	"global n",
	"!ls",
	"%time 1",
	"%%writefile x\n1",
	"x_ = !ls",
	"n?",
	",f a b",
	"sx ls",
	"ls",
	"cd -1",
	// It grows, or makes the parser speak.
	..."9**9**9|n**n|'a' * n|'a' * 10**9|[0] * 10000000000|n << n|f'{n:>99999999}'|f'{n:{n}}'|'%99999d' % n|'%*d' % (n, n)".split(
		"|",
	),
	..."s.ljust(10**9)|s.zfill(99999)|bytes(10**10)|pow(9, n)|a_ = 2; a_ *= a_|a_ = 2; a_ **= 9".split("|"),
	..."'\\d'|1or 2|~True".split("|"),
	`1 # ${"x".repeat(10_001)}`,
	`${"(".repeat(500)}1${")".repeat(500)}`,
	`${"-".repeat(3000)}1`,
	"1 +",
	"1\u0000",
	"x_ = 1 # \rf()",
])("%j is in doubt, and nothing of it runs", async (code) => {
	const before = await traces();
	expect(await shown(code)).toHaveProperty("doubt");
	expect(await compute(code)).toContain("Not run: ");
	expect(await traces(), "nothing of anybody's ran").toBe(before);
});

test("what it makes stays, also up to where it fails, and nothing else changes", async () => {
	expect(await shown("made_a = []\nfor each_a in xs:\n    made_a.append(each_a * 2)")).toEqual({
		makes: ["each_a", "made_a"],
	});
	expect(
		await compute("made_b = {}\nfor k_, v_ in pairs:\n    made_b[k_] = v_\n    made_b[k_] += 1\nmade_b"),
	).toBe("{'x': 2, 'y': 3}\n");
	expect(await compute("made_c = 5\nmade_d = made_c / 0")).toMatch(
		/^failed: [\s\S]*made_c \/ 0[\s\S]*ZeroDivisionError/,
	);
	expect(await look("made_b['y']")).toBe("3");
	expect(await look("made_c")).toBe("5");
	expect(await look("made_d")).toContain("is not defined");
	expect(await look("xs")).toContain("3, 1, 2");
});

test("what has changed since it was looked at does not run", async () => {
	await kernel.run("later = 5");
	expect(await shown("later + 1")).toEqual({ makes: [] });
	await kernel.run("later = own");
	const before = await traces();
	expect(await compute("later + 1")).toContain(
		"failed: Not run: since it was looked at, something has changed",
	);
	expect(await traces()).toBe(before);
});

test("somebody's code that runs leaves its trace here", async () => {
	const before = await traces();
	await kernel.host.python.runPython("f()", { signal: noSignal, onWaiting: () => {}, onOutput: () => {} });
	expect(await traces()).not.toBe(before);
});

test("while a cell runs nothing is shown", async () => {
	const cell = kernel.start("import time; time.sleep(60)");
	await until(async () => "doubt" in (await shown("1 + 1")));
	await kernel.host.interrupt();
	await cell.done;
});

test("a range that would never end is refused while it runs", async () => {
	expect(await compute("len(list(range(10 ** 9)))")).toContain("OverflowError: run unasked, a range()");
});
