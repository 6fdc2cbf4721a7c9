import { expect, test } from "vitest";
import { inputText, PlainOutput } from "../../../../clients/terminal/faces/plainOutput.ts";
import type { OmittedOutput, SessionUpdateParams } from "../../../../protocol/index.ts";
import {
	cellFinished,
	cellStarted,
	createUpdates,
	printed,
	promptAccepted,
	turnFinished,
	turnStarted,
} from "../../../support/sessionUpdates.ts";
import { tellTranscript } from "../../../support/transcript.ts";

/** What a batch prints for these updates; what goes to stderr stands in ‹ ›. */
const print = (...updates: SessionUpdateParams[]): string => {
	let text = "";
	const output = new PlainOutput({
		out: (part) => {
			text += part;
		},
		err: (part) => {
			text += `‹${part}›`;
		},
		shows: "text",
		reader: "program",
	});
	tellTranscript(output).update(...updates);
	return text;
};

test("a cell prints what it printed and its value", () => {
	const { event } = createUpdates();
	const result = {
		kind: "executeResult" as const,
		executionCount: 1,
		data: { "text/plain": "42" },
		metadata: {},
	};
	expect(
		print(
			event(cellStarted("c1", "f()", 1)),
			event(printed("c1", "a\n")),
			event({ kind: "cellOutput", cellId: "c1", output: result }),
			event({
				kind: "cellOutput",
				cellId: "c1",
				output: { ...result, data: { "text/plain": "[1,\n 2]", "text/html": "<b>" } },
			}),
			event(cellFinished("c1", 1)),
		),
	).toBe("a\nOut[1]: 42\nOut[1]: \n[1,\n 2]\n");
});

test("an error goes to stderr, without colours", () => {
	const { event } = createUpdates();
	expect(
		print(
			event(cellStarted("c1", "1/0", 1)),
			event({
				kind: "cellOutput",
				cellId: "c1",
				output: {
					kind: "error",
					ename: "ZeroDivisionError",
					evalue: "division by zero",
					traceback: ["\x1b[31mTraceback\x1b[0m", "ZeroDivisionError: division by zero"],
				},
			}),
		),
	).toBe("‹Traceback\nZeroDivisionError: division by zero\n›");
});

test("an answer streams as it is, thinking is a quote, tools are lines", () => {
	const { event, hint } = createUpdates();
	expect(
		print(
			event(promptAccepted("t1", "hi")),
			event(turnStarted("t1")),
			hint({ kind: "thinkingDelta", turnId: "t1", itemId: "i0", delta: "Let me\nsee" }),
			event({ kind: "thinking", turnId: "t1", itemId: "i0", text: "Let me\nsee." }),
			event({
				kind: "toolCall",
				turnId: "t1",
				callId: "x",
				name: "pyrun",
				args: { code: "len(df)" },
				executor: "server",
			}),
			event({
				kind: "toolResult",
				turnId: "t1",
				callId: "x",
				content: [{ kind: "text", text: "3\n" }],
				isError: false,
			}),
			hint({ kind: "textDelta", turnId: "t1", itemId: "i1", delta: "There are " }),
			event({ kind: "text", turnId: "t1", itemId: "i1", text: "There are 3." }),
			event(turnFinished("t1")),
		),
	).toBe("> Let me\n> see.\n\n🔧 pyrun(code='len(df)') => 3\n\nThere are 3.\n");
});

test("a failed turn keeps its text and says why", () => {
	const { event, hint } = createUpdates();
	expect(
		print(
			event(promptAccepted("t1", "hi")),
			event(turnStarted("t1")),
			hint({ kind: "textDelta", turnId: "t1", itemId: "i1", delta: "Half" }),
			event({ kind: "text", turnId: "t1", itemId: "i1", text: "Half" }),
			event(turnFinished("t1", { stopReason: "failed", error: "Connection lost. Try again." })),
		),
	).toBe("Half\n‹Connection lost. Try again.\n›");
});

test("an approval that nobody could answer says how to allow it", () => {
	const { event } = createUpdates();
	expect(
		print(
			event(promptAccepted("t1", "hi")),
			event(turnStarted("t1")),
			event({
				kind: "approvalAsked",
				approvalId: "a1",
				turnId: "t1",
				callId: "x",
				tool: "pyrun",
				args: {},
				always: null,
			}),
			event({
				kind: "approvalAnswered",
				approvalId: "a1",
				outcome: "unanswered",
				by: null,
				message: "Allow it so and so.",
			}),
		),
	).toContain("Nobody could allow pyrun here. Allow it so and so.");
});

test("an input shows its number and marks its further lines", () => {
	expect(inputText(12, "def f():\n    pass\n")).toBe("In [12]: def f():\n    ...:     pass");
});

test("of a long output the newest lines follow what was left out, once", () => {
	const { event, hint } = createUpdates();
	const omitted = (chars: number, text: string): OmittedOutput => {
		return { kind: "omitted", chars, blobId: "b", tail: [{ name: "stdout", text }] };
	};
	const left = (chars: number, text: string) =>
		event({ kind: "cellOutput", cellId: "c1", output: omitted(chars, text) });
	expect(
		print(
			event(cellStarted("c1", "f()", 1)),
			event(printed("c1", "a\n")),
			left(0, "b\n"),
			hint({ kind: "omittedGrew", cellId: "c1", output: omitted(10, "c\n") }),
			left(2000, "d\n"),
			event(cellFinished("c1", 1)),
		),
	).toBe("a\n‹[2,000 characters of output left out]\n›d\n");
});
