import { expect, test } from "vitest";
import { type Change, SessionView } from "../../../../clients/common/session/sessionView.ts";
import type { AttachSessionResult, SessionUpdateParams } from "../../../../protocol/index.ts";
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

/** A change in one line. */
const show = (change: Change): string => {
	switch (change.kind) {
		case "cellStarted":
			return `cell ${change.cell.executionCount}: ${change.cell.code}`;
		case "cellOutput":
			return `output: ${change.output.kind === "stream" ? change.output.text : change.output.kind}`;
		case "cellFinished":
			return `cell ${change.cell.executionCount} ${change.cell.status}`;
		case "textGrew":
			return `${change.part.kind} + ${change.delta}`;
		case "textEnded":
			return `${change.part.kind}${change.replaced ? " replaced by" : " ="} ${change.part.text}`;
		case "turnStarted":
			return `turn started: ${change.turn.source}`;
		case "turnFinished":
			return `turn ${change.turn.stopReason}`;
		case "toolStarted":
			return `tool ${change.call.name}`;
		case "toolFinished":
			return `tool ${change.call.name} done`;
		case "past":
			return `past ${change.item.kind} ${change.item.seq}`;
		default:
			return change.kind;
	}
};

const open = (...updates: SessionUpdateParams[]) => {
	const view = new SessionView("p1", sessionState(), 0);
	return { view, lines: updates.flatMap((update) => view.fold(update)).map(show) };
};

test("a cell starts, prints and ends, and the next number follows", () => {
	const { event } = createUpdates();
	const { view, lines } = open(
		event(cellStarted("c1", "print(1)", 7)),
		event(printed("c1", "1\n")),
		event(cellFinished("c1", 7)),
	);
	expect(lines).toEqual(["cell 7: print(1)", "output: 1\n", "cell 7 ok"]);
	expect(view.nextExecutionCount).toBe(8);
	expect(view.cells.size).toBe(0);
});

test("text shows as it comes and its event adds only what was missed", () => {
	const { event, hint } = createUpdates();
	const { view, lines } = open(
		event(promptAccepted("t1", "hi")),
		event(turnStarted("t1")),
		hint({ kind: "textDelta", turnId: "t1", itemId: "i1", delta: "Hel" }),
		hint({ kind: "textDelta", turnId: "t1", itemId: "i1", delta: "lo" }),
		event({ kind: "text", turnId: "t1", itemId: "i1", text: "Hello." }),
		event(turnFinished("t1")),
	);
	expect(lines).toEqual([
		"promptQueued",
		"turn started: .hi",
		"text + Hel",
		"text + lo",
		"text + .",
		"text = Hello.",
		"turn endTurn",
	]);
	expect(view.answer).toBe("Hello.");
	expect(view.turns.size).toBe(0);
});

test("a client that missed the beginning is told to show the text anew", () => {
	const { event, hint } = createUpdates();
	const { lines } = open(
		event(promptAccepted("t1", "hi")),
		event(turnStarted("t1")),
		hint({ kind: "textDelta", turnId: "t1", itemId: "i1", delta: "lo" }),
		event({ kind: "text", turnId: "t1", itemId: "i1", text: "Hello" }),
	);
	expect(lines.at(-1)).toBe("text replaced by Hello");
});

test("without any hint the transcript is the same", () => {
	const { event } = createUpdates();
	const { view, lines } = open(
		event(promptAccepted("t1", "hi")),
		event(turnStarted("t1")),
		event({ kind: "thinking", turnId: "t1", itemId: "i0", text: "Hm." }),
		event({ kind: "text", turnId: "t1", itemId: "i1", text: "One." }),
		event({ kind: "toolCall", turnId: "t1", callId: "x", name: "pyrun", args: {}, executor: "server" }),
		event({ kind: "toolResult", turnId: "t1", callId: "x", content: [], isError: false }),
		event({ kind: "text", turnId: "t1", itemId: "i2", text: "Two." }),
	);
	expect(lines.slice(2)).toEqual([
		"thinking + Hm.",
		"thinking = Hm.",
		"text + One.",
		"text = One.",
		"tool pyrun",
		"tool pyrun done",
		"text + Two.",
		"text = Two.",
	]);
	expect(view.answer).toBe("One.\n\nTwo.");
});

test("prompts queue behind a running turn", () => {
	const { event } = createUpdates();
	const { view } = open(
		event(promptAccepted("t1", "a")),
		event(turnStarted("t1")),
		event(promptAccepted("t2", "b")),
	);
	expect(view.runningTurn?.turnId).toBe("t1");
	expect(view.queuedTurns.map((turn) => turn.source)).toEqual([".b"]);
	view.fold(event({ kind: "promptRemoved", turnId: "t2" }));
	expect(view.queuedTurns).toEqual([]);
});

test("an approval stands until anybody answers it", () => {
	const { event } = createUpdates();
	const { view } = open(
		event(promptAccepted("t1", "a")),
		event(turnStarted("t1")),
		event({
			kind: "approvalAsked",
			approvalId: "a1",
			turnId: "t1",
			callId: "x",
			tool: "pyrun",
			args: { code: "1" },
			always: null,
		}),
	);
	expect([...view.approvals.keys()]).toEqual(["a1"]);
	const changes = view.fold(
		event({ kind: "approvalAnswered", approvalId: "a1", outcome: "allow", by: "p2", message: null }),
	);
	expect(changes).toMatchObject([{ kind: "approvalAnswered", answer: { by: "p2" } }]);
	expect(view.approvals.size).toBe(0);
});

test("events seen already and other sessions' updates change nothing", () => {
	const { event } = createUpdates();
	const once = event(cellStarted("c1", "1", 1));
	const { lines } = open(once, once, { ...once, sessionId: "other" });
	expect(lines).toEqual(["cell 1: 1"]);
});

test("the missing events after a break continue where the view stood", () => {
	const { event } = createUpdates();
	const { view } = open(event(cellStarted("c1", "slow()", 1)));
	const result: AttachSessionResult = {
		participantId: "p9",
		seq: 3,
		state: sessionState({ kernel: { ...sessionState().kernel!, nextExecutionCount: 2 } }),
		replay: {
			kind: "events",
			events: [
				{ seq: 1, at: 0, event: cellStarted("c1", "slow()", 1) },
				{ seq: 2, at: 0, event: printed("c1", "done\n") },
				{ seq: 3, at: 0, event: cellFinished("c1", 1) },
			],
		},
	};
	expect(view.attached(result).map(show)).toEqual(["output: done\n", "cell 1 ok"]);
	expect(view.participantId).toBe("p9");
	expect(view.seq).toBe(3);
});

test("a snapshot shows the past, what runs goes on", () => {
	const view = new SessionView("p1", sessionState(), 0);
	const cell = {
		kind: "cell" as const,
		cellId: "c1",
		kernelId: "k1",
		code: "x",
		by: null,
		outputs: [],
		payloads: [],
	};
	const changes = view.attached({
		participantId: "p2",
		seq: 9,
		state: sessionState(),
		replay: {
			kind: "snapshot",
			hasEarlier: false,
			items: [
				{ ...cell, seq: 2, executionCount: 1, status: "ok" },
				{ ...cell, seq: 5, cellId: "c2", executionCount: 2, status: "running" },
			],
		},
	});
	expect(changes.map(show)).toEqual(["past cell 2", "past cell 5"]);
	expect([...view.cells.keys()]).toEqual(["c2"]);
});
