import { expect, test } from "vitest";
import type { Output } from "../../../protocol/index.ts";
import { capOutput, noOutput, type OutputCap, omittedOutput } from "../../../server/store/outputCap.ts";
import { drawOutput } from "../../support/store.ts";

const cap: OutputCap = {
	maxTextChars: 10,
	maxImageChars: 8,
	maxValueChars: 12,
	maxErrorChars: 12,
	minChars: 3,
	maxTailChars: 4,
	maxBlobChars: 20,
	maxLoggedChars: 1000,
};
const text = (value: string, name: "stdout" | "stderr" = "stdout"): Output => ({
	kind: "stream",
	name,
	text: value,
});
const display = (data: Record<string, unknown>): Output => ({ kind: "displayData", data, metadata: {} });
const value = (data: Record<string, unknown>): Output => ({
	kind: "executeResult",
	executionCount: 1,
	data,
	metadata: {},
});
const clear = (wait: boolean): Output => ({ kind: "clearOutput", wait });
const error = (evalue: string, ...traceback: string[]): Output => ({
	kind: "error",
	ename: "E",
	evalue,
	traceback,
});

const cappedBy = (limits: OutputCap, outputs: readonly Output[]): string => {
	let totals = noOutput;
	const stored: Output[] = [];
	let blob = "";
	for (const output of outputs) {
		const step = capOutput(totals, output, limits);
		totals = step.totals;
		stored.push(...step.outputs);
		blob += step.blobText;
	}
	const omitted = omittedOutput(totals, "b", limits);
	const middle = omitted
		? ` | ${omitted.chars} left out, then ${JSON.stringify(omitted.tail?.map((each) => each.text).join("|"))}`
		: "";
	return `${stored.map(drawOutput).join(" | ")}${middle} > ${blob}`;
};

/** What is stored, what stands for the rest, and after `>` what goes to the blob. */
const capped = (...outputs: Output[]): string => cappedBy(cap, outputs);

test("keeps what fits", () => {
	expect(capped(text("12345"), text("67890"))).toBe('stdout="12345" | stdout="67890" > ');
});

test("keeps the beginning and the newest, and counts what is between", () => {
	expect(capped(text("1234567890abc"))).toBe('stdout="1234567890" | 0 left out, then "abc" > abc');
	expect(capped(text("1234567890abcdef"))).toBe('stdout="1234567890" | 2 left out, then "cdef" > abcdef');
	expect(capped(text("1234567890a"), ...[..."bcdef"].map((one) => text(one)))).toBe(
		'stdout="1234567890" | 2 left out, then "cdef" > abcdef',
	);
});

test("the newest begins with a line where one is near, and keeps the streams apart", () => {
	expect(capped(text("1234567890xx\nyz"))).toBe('stdout="1234567890" | 1 left out, then "x\\nyz" > xx\nyz');
	expect(cappedBy({ ...cap, maxTailChars: 6 }, [text("1234567890xxxx\nyz\nq")])).toBe(
		'stdout="1234567890" | 5 left out, then "yz\\nq" > xxxx\nyz\nq',
	);
	expect(capped(text("1234567890ab"), text("cd", "stderr"), text("e"))).toBe(
		'stdout="1234567890" | 1 left out, then "b|cd|e" > abcde',
	);
});

test("does not cut a character in two, at either end", () => {
	expect(capped(text("123456789\u{1f600}"))).toBe(
		'stdout="123456789" | 0 left out, then "\u{1f600}" > \u{1f600}',
	);
	expect(capped(text(`1234567890${"\u{1f600}".repeat(3)}z`))).toBe(
		`stdout="1234567890" | 4 left out, then "\u{1f600}z" > ${"\u{1f600}".repeat(3)}z`,
	);
});

test("bounds the blob but counts on", () => {
	expect(capped(text("1234567890"), text("x".repeat(30)))).toBe(
		`stdout="1234567890" | 26 left out, then "xxxx" > ${"x".repeat(20)}`,
	);
});

test("keeps the value and the error whatever was printed", () => {
	expect(capped(text("x".repeat(20)), value({ "text/plain": "4" }), error("bad", "line"))).toBe(
		`stdout="${"x".repeat(10)}" | executeResult={"text/plain":"4"} | E | 6 left out, then "xxxx" > ${"x".repeat(10)}`,
	);
});

test("a long value keeps its ends, the whole of it goes to the blob", () => {
	const limits = { ...cap, maxValueChars: 100, maxBlobChars: 1000 };
	const long = `begin${".".repeat(200)}end`;
	const drawn = cappedBy(limits, [value({ "text/plain": long, "text/html": "<b>" })]);
	expect(drawn).toMatch(
		/^executeResult=\{"text\/plain":"begin\.+\\n\[\.\.\. \d+ characters cut \.\.\.\]\\n\.+end"\} /,
	);
	expect(drawn).toContain(`| 0 left out, then "" > ${long}\n`);
});

test("what has no room of its own any more is printed: the newest is seen", () => {
	const many = Array.from({ length: 8 }, (_, index) => value({ "text/plain": `v${index}` }));
	expect(cappedBy({ ...cap, minChars: 4 }, many)).toMatch(/\d+ left out, then "v7\\n" > /);
	const errors = Array.from({ length: 9 }, (_, index) => error(`e${index}`, `e${index}`));
	expect(cappedBy({ ...cap, minChars: 6 }, errors)).toMatch(/then "e8\\n" > /);
});

test("keeps the end of an error that is long", () => {
	const { outputs } = capOutput(noOutput, error("evalue", "first", "second", "third"), cap);
	expect(outputs[0]).toEqual({ kind: "error", ename: "E", evalue: "eva", traceback: ["third"] });
});

test("leaves pictures out when there are too many, and keeps their text", () => {
	expect(
		capped(display({ "image/png": "12345678" }), display({ "image/png": "9", "text/plain": "<F>" })),
	).toBe(
		'displayData={"image/png":"12345678"} | displayData={"text/plain":"<F>"} | 22 left out, then "rs]\\n" > [image/png, 1 charac',
	);
});

test("a display that is too long goes on as print", () => {
	expect(capped(display({ "text/plain": "0123456789ab" }), text("y"))).toBe(
		' | 10 left out, then "ab\\ny" > 0123456789ab\ny',
	);
});

test("after a clear the cell begins anew, at once or with the next output", () => {
	expect(capped(text("1234567890abcdef"), clear(false), text("new"))).toMatch(
		/clearOutput \| stdout="new" > abcdef$/,
	);
	expect(capped(text("1234567890abcdef"), clear(true), text("new"))).toMatch(
		/clearOutput \| stdout="new" > abcdef$/,
	);
	expect(capped(text("1234567890abcdef"), clear(true))).toContain("left out");
});

test("does not let a loop of clears or updates grow the log without end", () => {
	const update: Output = {
		kind: "updateDisplayData",
		data: { "text/plain": "x" },
		metadata: {},
		displayId: "d",
	};
	for (const repeated of [clear(true), update]) {
		let totals = noOutput;
		let stored = 0;
		for (let n = 0; n < 2000; n++) {
			const step = capOutput(totals, repeated, cap);
			totals = step.totals;
			stored += step.outputs.length;
		}
		expect(stored).toBeLessThan(400);
		expect(stored).toBeGreaterThan(20);
	}
});
