/** Looking at objects that do not want to be looked at: `tests/fixtures/python/hostile.py`, in one real kernel. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Access } from "../../../server/context/access.ts";
import { noSignal, type RunningKernel, startTestKernel } from "../../support/kernel.ts";

const source = join(import.meta.dirname, "../../fixtures/python/hostile.py");

let kernel: RunningKernel;
let names: readonly string[];
beforeAll(async () => {
	kernel = await startTestKernel();
	const { status, text } = await kernel.run(readFileSync(source, "utf8"));
	expect([status, text]).toEqual(["ok", ""]);
	names = (await kernel.host.variables(null, noSignal)).map(({ name }) => name);
	expect(names.length).toBeGreaterThan(240);
}, 60_000);
afterAll(() => kernel.dispose());

/** What of theirs ran since the last time. */
const ran = async (): Promise<string> =>
	(await kernel.run("print(touched, 'changed' in globals()); touched.clear()")).text;
const nothing = "[] False\n";

test("variables are told", async () => {
	await kernel.host.variables(null, noSignal);
	expect(await ran()).toBe(nothing);
});

test("their schemas are told", async () => {
	for (let at = 0; at < names.length; at += 50)
		await kernel.host.describe(names.slice(at, at + 50), noSignal);
	expect(await ran()).toBe(nothing);
});

test("suggestions are checked against them", async () => {
	const step = (key: string | number): Access["steps"][number] => ({ kind: "key", key });
	const attribute = (key: string): Access["steps"][number] => ({ kind: "attribute", key });
	const steps = [
		[attribute("thing")],
		[attribute("__class__")],
		[attribute("str"), attribute("upper")],
		[attribute("shape")],
		[attribute("_mgr")],
		[step("plain")],
		[step(0), attribute("a")],
	];
	for (const each of steps)
		for (let at = 0; at < names.length; at += 100)
			await kernel.host.findMissing(
				names.slice(at, at + 100).map((name) => ({ name, steps: each })),
				noSignal,
			);
	expect(await ran()).toBe(nothing);
});

test("an editor points at them and their attributes", async () => {
	for (const name of names) {
		await kernel.host.inspect(name, name.length, 1, noSignal);
		await kernel.host.inspect(`${name}.thing`, name.length + 6, 0, noSignal);
	}
	expect(await ran()).toBe(nothing);
}, 60_000);

test("references to what is built in ask nothing of what is beside it", async () => {
	const refs = ["huge_list", "recursive_list", "huge_text", "surrogate", "function"];
	const found = await kernel.host.resolveRefs(
		refs.map((expression) => ({ kind: "variable", expression })),
		noSignal,
	);
	expect(found.map((each) => each.kind)).toEqual(refs.map(() => "variable"));
	expect(await ran()).toBe(nothing);
});

test("each is shown as what it is", async () => {
	const told = new Map(
		(await kernel.host.variables(null, noSignal)).map((each) => [
			each.name,
			`${each.type} | ${each.summary}`,
		]),
	);
	const shown = [
		"endless",
		"class_of_meta__eq__",
		"named",
		"own_text",
		"class_property",
		"colliding_key",
		"fake_frame",
		"fake_number",
		"own_dict",
		"own_array",
		"own_frame",
		"frame_of_objects",
		"frame_of_texts",
		"series_of_hostiles",
		"huge_int",
		"huge_frame",
		"recursive_list",
		"defaults",
		"lazy",
		"module_called_numpy",
		"proxied",
		"surrogate_error",
		"odd\\ud800name",
	];
	expect(shown.map((name) => `${name}: ${told.get(name)}`)).toMatchInlineSnapshot(`
		[
		  "endless: Endless | Endless",
		  "class_of_meta__eq__: Meta | class ClassOfMeta",
		  "named: numpy.Named | numpy.Named",
		  "own_text: Text | Text 'abc'",
		  "class_property: ClassProperty | ClassProperty",
		  "colliding_key: dict | dict of 2: Colliding: 1, 'b': 2",
		  "fake_frame: pandas.DataFrame | pandas.DataFrame",
		  "fake_number: numpy.FakeNumber | numpy.FakeNumber",
		  "own_dict: OwnDict | OwnDict of 1",
		  "own_array: OwnArray | OwnArray 2×2, float64",
		  "own_frame: OwnFrame | OwnFrame 2×1: a",
		  "frame_of_objects: pandas.DataFrame | DataFrame 1×3: Endless, Raising, plain",
		  "frame_of_texts: pandas.DataFrame | DataFrame 1×2: Text 'text', plain",
		  "series_of_hostiles: pandas.Series | Series of 2",
		  "huge_int: int | int of 10000001 bits",
		  "huge_frame: pandas.DataFrame | DataFrame 200000×10: 0, 1, 2, 3, 4, 5, ...",
		  "recursive_list: list | list of 1: list of 1",
		  "defaults: collections.defaultdict | collections.defaultdict of 1: 'a': Endless",
		  "lazy: importlib.util._LazyModule | lazily",
		  "module_called_numpy: module | numpy",
		  "proxied: weakref.ProxyType | weakref.ProxyType",
		  "surrogate_error: ValueError | ValueError",
		  "odd\\ud800name: int | 1",
		]
	`);
});

test("what a hover says", async () => {
	await kernel.run(`class Point:
    "A place."
    def __init__(self, x: int, y=0): self.x = x
    @property
    def norm(self):
        "Its length."
        raise SystemExit
    def move(self, dx: float, *, slowly=False) -> None:
        "Goes there."
place = Point(1); price = pd.DataFrame({"eur": [1.5]})`);
	const hover = async (drawn: string) =>
		(await kernel.host.inspect(drawn.replace("|", ""), drawn.indexOf("|"), 0, noSignal))?.split("\n", 4);
	expect(await hover("pl|ace = 5")).toEqual([
		"Type:      Point",
		"Value:     Point with x: int",
		"Docstring: A place.",
	]);
	expect(await hover("place.mo|ve(1)")).toEqual([
		"Signature: place.move(dx: float, *, slowly=False) -> None",
		"Type:      method",
		"Docstring: Goes there.",
	]);
	expect(await hover("Point(|")).toEqual([
		"Signature: Point(x: int, y=0)",
		"Type:      type",
		"Docstring: A place.",
	]);
	expect(await hover("place.norm|")).toEqual(["Type:      property", "Docstring: Its length."]);
	expect(await hover("price.eur|")).toEqual(["Type:  pandas.Series", "Value: Series of 1, float64"]);
	expect(await hover("len|")).toContain("Signature: len(obj, /)");
	expect(await hover("%time|it")).toContain("Type:      method");
	expect(await hover("nowhere|")).toBeUndefined();
});
