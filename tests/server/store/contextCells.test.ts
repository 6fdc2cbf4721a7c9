import { expect, test } from "vitest";
import type { ContextCell } from "../../../server/store/store.ts";
import { cellFinished, cellStarted, drawOutput, print, prompt, testSession } from "../../support/store.ts";

/** `[N] code: outputs`, then what is special about the cell. */
const draw = (cells: readonly ContextCell[]): string =>
	cells
		.map(
			({ executionCount, code, outputs, status, told }) =>
				`[${executionCount ?? ""}] ${code}: ${outputs.map(({ seq, output }) => `${seq} ${drawOutput(output)}`).join(" | ")}${status === "running" ? " running" : ""}${told ? ` told ${told}` : ""}`,
		)
		.join("\n");

test("gives the cells between two places, each output with its own", () => {
	const store = testSession(
		cellStarted("a", "1", 1), // 2
		cellFinished("a", 1), // 3
		cellStarted("b", "f()", 2), // 4
		print("b", "x"), // 5
		prompt("t", "hi"), // 6
		print("b", "y"), // 7
		cellFinished("b", 2), // 8
		cellStarted("c", "g()", 3), // 9
	);
	expect(draw(store.contextCells("s", 0, 5))).toBe('[1] 1: \n[2] f(): 5 stdout="x" running');
	expect(draw(store.contextCells("s", 5, 9))).toBe('[2] f(): 7 stdout="y" told running\n[3] g():  running');
	expect(draw(store.contextCells("s", 7, 8)), "an end alone is told too").toBe("[2] f():  told running");
	expect(draw(store.contextCells("s", 9, 99))).toBe("");
});

test("keeps cells in the order of their start", () => {
	const store = testSession(
		cellStarted("a", "slow()"),
		cellStarted("b", "1"),
		print("b", "x"),
		print("a", "y"),
	);
	expect(draw(store.contextCells("s", 3, 5))).toBe(
		'[] slow(): 5 stdout="y" running told running\n[] 1: 4 stdout="x" running told running',
	);
});

test("gives the newest finished cells", () => {
	const store = testSession(
		...["a", "b", "c"].flatMap((id) => [cellStarted(id, id), print(id, id), cellFinished(id)]),
		cellStarted("d", "d"),
	);
	expect(store.recentCells("s", 2).map(({ code }) => code)).toEqual(["b", "c"]);
	expect(draw(store.recentCells("s", 1))).toBe('[] c: 9 stdout="c"');
});

test("gives the newest cells only, and an older one that ran on", () => {
	const store = testSession(
		cellStarted("old", "slow()"),
		...["a", "b", "c"].flatMap((id) => [cellStarted(id, id), print(id, id), cellFinished(id)]),
		print("old", "x"),
	);
	expect(draw(store.contextCells("s", 0, 99, 2))).toBe('[] b: 7 stdout="b"\n[] c: 10 stdout="c"');
	expect(draw(store.contextCells("s", 2, 99, 1))).toBe(
		'[] slow(): 12 stdout="x" running told running\n[] c: 10 stdout="c"',
	);
	expect(store.contextCells("s", 0, 99, 4)).toHaveLength(4);
	expect(store.contextCells("s", 0, 99, 0)).toEqual([]);
	expect(store.countCells("s", 0, 99)).toBe(4);
	expect(store.countCells("s", 2, 8)).toBe(2);
});
