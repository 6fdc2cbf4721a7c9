import { expect, test } from "vitest";
import { TypingPace, waitMs } from "../../../server/completions/typingPace.ts";

test.each([
	[null, null, 120],
	[100, 2000, 100],
	[400, 2000, 300],
	[10, 2000, 30],
	[200, 80, 80],
	[200, 1, 30],
])("with %s ms between keys and answers after %s ms it waits %s ms", (keyMs, answerMs, expected) => {
	expect(waitMs({ keyMs, answerMs })).toBe(expected);
});

const typist = () => {
	let now = 0;
	const pace = new TypingPace(() => now);
	return {
		pace,
		type: (gapMs: number, keys: number) => {
			for (let key = 0; key < keys; key++) {
				now += gapMs;
				pace.typed("a");
			}
		},
		pause: (ms: number) => {
			now += ms;
		},
	};
};

test("waits longer for a slow typist than for a fast one, and pauses do not count as typing", () => {
	const slow = typist();
	slow.type(190, 50);
	const fast = typist();
	fast.type(60, 50);
	fast.pause(5000);
	fast.type(60, 1);
	expect(slow.pace.remainingMs("a")).toBeCloseTo(190);
	expect(fast.pace.remainingMs("a")).toBeCloseTo(60);
});

test("what passed since the last key is not waited again; another document has its own keys", () => {
	const { pace, type, pause } = typist();
	type(100, 50);
	pause(70);
	expect(pace.remainingMs("a")).toBeCloseTo(30);
	pause(500);
	expect(pace.remainingMs("a")).toBe(0);
	expect(pace.remainingMs("b")).toBe(0);
});

test("a fast model is asked sooner", () => {
	const { pace, type } = typist();
	type(200, 50);
	for (let answers = 0; answers < 50; answers++) pace.answered(60);
	expect(pace.remainingMs("a")).toBeCloseTo(60);
});
