import { expect, test } from "vitest";
import type { Output } from "../../../protocol/index.ts";
import { capOutput, finishOutput, noOutput, type OutputCap } from "../../../server/store/outputCap.ts";
import { drawOutput } from "../../support/store.ts";

const cap: OutputCap = {
	blobId: "b",
	maxTextChars: 10,
	maxImageChars: 8,
	maxErrorChars: 12,
	maxBlobChars: 20,
};
const text = (value: string): Output => ({ kind: "stream", name: "stdout", text: value });
const display = (data: Record<string, unknown>): Output => ({ kind: "displayData", data, metadata: {} });
const error = (evalue: string, ...traceback: string[]): Output => ({
	kind: "error",
	ename: "E",
	evalue,
	traceback,
});

/** What is stored and, after `>`, what goes to the blob. */
const capped = (...outputs: Output[]): string => {
	let totals = noOutput;
	const stored: Output[] = [];
	let blob = "";
	for (const output of outputs) {
		const step = capOutput(totals, output, cap);
		totals = step.totals;
		stored.push(...step.outputs);
		blob += step.blobText;
	}
	stored.push(...finishOutput(totals, cap));
	return `${stored.map(drawOutput).join(" | ")} > ${blob}`;
};

test("keeps what fits", () => {
	expect(capped(text("12345"), text("67890"))).toBe('stdout="12345" | stdout="67890" > ');
});

test("cuts at the cap and tells how much", () => {
	expect(capped(text("1234567890abc"))).toBe('stdout="1234567890" | omitted=3 > abc');
});

test("tells again when twice as much was left out, and at the end", () => {
	expect(capped(text("1234567890a"), text("b"), text("c"), text("d"), text("e"))).toBe(
		'stdout="1234567890" | omitted=1 | omitted=2 | omitted=4 | omitted=5 > abcde',
	);
});

test("does not cut a character in two", () => {
	expect(capped(text("123456789\u{1f600}"))).toBe('stdout="123456789" | omitted=2 > \u{1f600}');
});

test("bounds the blob but counts on", () => {
	expect(capped(text("1234567890"), text("x".repeat(30)))).toBe(
		`stdout="1234567890" | omitted=30 > ${"x".repeat(20)}`,
	);
});

test("keeps the error whatever was printed, and its end when it is long", () => {
	expect(capped(text("x".repeat(11)), error("bad", "line"))).toBe(
		`stdout="${"x".repeat(10)}" | omitted=1 | E > x`,
	);
	const { outputs } = capOutput(noOutput, error("evalue", "first", "second", "third"), cap);
	expect(outputs[0]).toEqual({ kind: "error", ename: "E", evalue: "eva", traceback: ["third"] });
});

test("leaves pictures out when there are too many, and keeps their text", () => {
	expect(
		capped(display({ "image/png": "12345678" }), display({ "image/png": "9", "text/plain": "<F>" })),
	).toBe(
		'displayData={"image/png":"12345678"} | displayData={"text/plain":"<F>"} | omitted=26 > [image/png, 1 charac',
	);
});

test("sends a large value to the blob whole", () => {
	expect(capped(display({ "text/plain": "0123456789ab" }), text("y"))).toBe(
		"omitted=13 | omitted=14 > 0123456789ab\ny",
	);
});

test("does not let a loop of clears grow the log", () => {
	const roomy = { ...cap, maxTextChars: 100 };
	let totals = noOutput;
	let stored = 0;
	for (let n = 0; n < 50; n++) {
		const step = capOutput(totals, { kind: "clearOutput", wait: true }, roomy);
		totals = step.totals;
		stored += step.outputs.length;
	}
	expect(stored).toBe(3);
});
