import { expect, test } from "vitest";
import { Scrollback } from "../../../../clients/terminal/output/scrollback.ts";
import { inputPrompt } from "../../../../clients/terminal/render/prompt.ts";
import { plainTheme } from "../../../../clients/terminal/render/terminalTheme.ts";
import type { Output } from "../../../../protocol/index.ts";
import {
	cellFinished,
	cellStarted,
	createUpdates,
	printed,
	promptAccepted,
	sessionState,
	turnFinished,
	turnStarted,
} from "../../../support/sessionUpdates.ts";
import { echoedEntry, tellTranscript } from "../../../support/transcript.ts";

/** A scrollback beside its session: what stands above, and what grows in the tail. `mine`: all is entered here. */
const open = (options: { mine?: boolean } = {}) => {
	const lines: string[] = [];
	const scrollback = new Scrollback({
		theme: plainTheme,
		graphics: null,
		columns: () => 60,
		commit: (more) => lines.push(...more),
		clear: () => lines.push("(cleared)"),
		prompt: (number) => inputPrompt(number, "python"),
		nextNumber: () => told.view.nextExecutionCount,
	});
	const told = tellTranscript(scrollback, { entry: options.mine ? echoedEntry("x") : null });
	if (options.mine) {
		scrollback.inputEntered({ kind: "inputEntered", text: "x", number: 1, what: "python" });
		lines.length = 0;
	}
	return {
		scrollback,
		told,
		above: () => lines.join("\n"),
		live: () => scrollback.live(60).join("\n"),
		show: told.update,
	};
};

test("a cell of another window is named, shown with its number, and its output follows", () => {
	const { event } = createUpdates();
	const { show, above } = open();
	show(
		event(cellStarted("c1", "for i in x:\n    i\n", 3, "p2")),
		event(printed("c1", "one\ntw")),
		event(printed("c1", "o\n")),
		event(cellFinished("c1", 3)),
	);
	expect(above()).toBe("ipyai nvim:\nIn [3]: for i in x:\n   ...:     i\none\ntwo\n");
});

test("a line that is not finished stays in the tail", () => {
	const { event } = createUpdates();
	const { show, above, live } = open({ mine: true });
	show(event(cellStarted("c1", "x", 1)), event(printed("c1", "10%\r20%")));
	expect([above(), live()]).toEqual(["", "20%"]);
	show(event(printed("c1", "\rdone\n")));
	expect([above(), live()]).toEqual(["done", ""]);
});

test("a waiting cell's input is shown when its turn comes", () => {
	const { event } = createUpdates();
	const { show, above } = open();
	show(event(cellStarted("c1", "first", 1)), event(cellStarted("c2", "second", null)));
	expect(above()).toBe("In [1]: first");
	show(event(cellFinished("c1", 1)));
	expect(above()).toBe("In [1]: first\n\nIn [2]: second");
});

test("when a cell and an answer run side by side, a label says who goes on", () => {
	const { event, hint } = createUpdates();
	const { show, above } = open();
	show(
		event(cellStarted("c1", "slow()", 1)),
		event(printed("c1", "a\n")),
		event(promptAccepted("t1", "hi")),
		event(turnStarted("t1")),
		hint({ kind: "textDelta", turnId: "t1", itemId: "i", delta: "Hello.\n\nMore" }),
		event(printed("c1", "b\n")),
		event({ kind: "text", turnId: "t1", itemId: "i", text: "Hello.\n\nMore." }),
		event(turnFinished("t1")),
	);
	expect(above()).toBe(
		[
			"In [1]: slow()",
			"a",
			"",
			"In [2]: .hi",
			"Hello.",
			"",
			"· In [1] goes on ·",
			"b",
			"",
			"· the answer goes on ·",
			"",
			"More.",
			"",
		].join("\n"),
	);
});

test("thinking is a quote, a running tool stands in the tail and then as a line", () => {
	const { event } = createUpdates();
	const { show, above, live } = open({ mine: true });
	show(
		event(promptAccepted("t1", "hi")),
		event(turnStarted("t1")),
		event({ kind: "thinking", turnId: "t1", itemId: "i0", text: "Let me see." }),
		event({
			kind: "toolCall",
			turnId: "t1",
			callId: "x",
			name: "pyrun",
			args: { code: "1" },
			executor: "server",
		}),
	);
	expect(live()).toBe("⏳ pyrun(code='1')");
	show(
		event({
			kind: "toolResult",
			turnId: "t1",
			callId: "x",
			content: [{ kind: "text", text: "1" }],
			isError: false,
		}),
	);
	expect([above(), live()]).toEqual(["> Let me see.\n\n🔧 pyrun(code='1') => 1\n", ""]);
});

test("who joins and leaves is told, but not an editor that visits for one command", () => {
	const { event } = createUpdates();
	const { show, above } = open({ mine: true });
	const joined = (participantId: string, name: string, more: { visiting?: true } = {}) =>
		event({ kind: "participantJoined", participant: { participantId, name, role: "controller", ...more } });
	const left = (participantId: string) =>
		event({ kind: "participantLeft", participantId, reason: "detached" });
	show(joined("p2", "nvim"), joined("p3", "VS Code", { visiting: true }), left("p3"), left("p2"));
	expect(above()).toBe("nvim joined this session.\nnvim left this session.");
});

test("what a cell prints can't act on the terminal, but may clear it", () => {
	const { event } = createUpdates();
	const { show, above } = open({ mine: true });
	show(
		event(cellStarted("c1", "x", 1)),
		event(printed("c1", "a\x1b]0;title\x07\x1b[3;3Hb\n")),
		event(printed("c1", "\x1b[H\x1b[2Jc\n")),
	);
	expect(above()).toBe("ab\n(cleared)\nc");
});

test("the past is shown as it ended, what still runs goes on", () => {
	const { event } = createUpdates(9);
	const { told, show, above, live } = open();
	const cell = {
		kind: "cell" as const,
		kernelId: "k1",
		by: null,
		payloads: [],
		executionCount: 1,
	};
	const changes = told.view.attached({
		participantId: "p1",
		seq: 9,
		state: sessionState(),
		replay: {
			kind: "snapshot",
			hasEarlier: false,
			items: [
				{
					...cell,
					seq: 1,
					cellId: "c1",
					by: "gone",
					byName: "Ada",
					code: "1",
					status: "ok",
					outputs: [{ kind: "executeResult", executionCount: 1, data: { "text/plain": "1" }, metadata: {} }],
				},
				{
					...cell,
					seq: 4,
					cellId: "c2",
					code: "slow()",
					executionCount: 2,
					status: "running",
					outputs: [{ kind: "stream", name: "stdout", text: "half" }],
				},
			],
		},
	});
	told.tell(changes);
	expect(above()).toBe("Ada:\nIn [1]: 1\nOut[1]: 1\n\nIn [2]: slow()");
	expect(live()).toBe("half");
	show(event(printed("c2", " and half\n")));
	expect(above()).toMatch(/slow\(\)\nhalf and half$/);
});

test("a long output grows in the tail, and stands above with its newest lines before the value", () => {
	const { event, hint } = createUpdates();
	const { show, above, live } = open({ mine: true });
	const omitted = (chars: number, text: string) =>
		({ kind: "omitted", chars, blobId: "b", tail: [{ name: "stdout", text }] }) as const satisfies Output;
	const left = (chars: number, text: string) =>
		event({ kind: "cellOutput", cellId: "c1", output: omitted(chars, text) });
	show(event(cellStarted("c1", "x", 1)), event(printed("c1", "first\n")), left(0, "second\n"));
	expect([above(), live()]).toEqual(["first", "second"]);
	show(hint({ kind: "omittedGrew", cellId: "c1", output: omitted(1234, "a\nb\n") }));
	expect([above(), live()]).toEqual(["first", "[1,234 characters of output left out]\na\nb"]);
	const value: Output = {
		kind: "executeResult",
		executionCount: 1,
		data: { "text/plain": "42" },
		metadata: {},
	};
	show(left(2000, "c\nd\n"), event({ kind: "cellOutput", cellId: "c1", output: value }));
	expect([above(), live()]).toEqual(["first\n[2,000 characters of output left out]\nc\nd\nOut[1]: 42", ""]);
	// What comes then is told from there on.
	show(left(2002, "d\nlate\n"), event(cellFinished("c1", 1)));
	expect(above()).toBe("first\n[2,000 characters of output left out]\nc\nd\nOut[1]: 42\nlate\n");
});

test("what a turn changed is one quiet line behind its answer", () => {
	const { event } = createUpdates();
	const { show, above } = open({ mine: true });
	show(
		event(promptAccepted("t1", "x")),
		event(turnStarted("t1")),
		event({ kind: "text", turnId: "t1", itemId: "i", text: "Done." }),
		event({
			kind: "turnChanges",
			turnId: "t1",
			changes: {
				files: [{ path: "a\nb\u001b[2J.py", change: "changed", added: 3, removed: 0, diff: null }],
				variables: [{ name: "x", before: "3", after: "4" }],
				notes: [],
			},
		}),
		event(turnFinished("t1")),
	);
	expect(above()).toContain("Done.\n\nChanged: a b.py +3, x 3 → 4\n");
});
