/** What was entered and has not ended. */
import { expect, test } from "vitest";
import type { Entry, LiveSession, Submission } from "../../../../clients/common/session/liveSession.ts";
import { SessionView } from "../../../../clients/common/session/sessionView.ts";
import { Entries } from "../../../../clients/common/shell/entries.ts";
import { promptEntry } from "../../../../clients/common/shell/entry.ts";
import type { SessionEvent } from "../../../../protocol/index.ts";
import {
	cellFinished,
	cellStarted,
	createUpdates,
	promptAccepted,
	sessionState,
	turnFinished,
	turnStarted,
} from "../../../support/sessionUpdates.ts";

const cell = (code: string): Entry => ({ kind: "cell", code });
const prompt = (text: string): Entry => promptEntry(text, `.${text}`);

/** A person who enters things beside a session that tells what became of them. */
const open = ({ joined = true } = {}) => {
	const view = new SessionView("p1", sessionState(), 0);
	const { event } = createUpdates();
	const session = { view: joined ? view : null };
	const submit = (entry: Entry): Submission => ({ requestId: "r", entry, id: null, echoed: false });
	const entries = new Entries({
		get view() {
			return session.view;
		},
		submit,
	} as unknown as LiveSession);
	return {
		entries,
		view,
		join: () => {
			session.view = view;
		},
		enter: (...all: readonly Entry[]) => all.map((entry) => entries.submit(entry)),
		happens: (...events: readonly SessionEvent[]) => {
			for (const each of events)
				for (const change of view.fold(event(each))) {
					if (change.kind === "cellStarted") entries.claim(change.cell);
					if (change.kind === "promptQueued") entries.claim(change.turn);
					if (change.kind === "cellFinished") entries.end(change.cell.cellId, change.cell.status === "ok");
				}
		},
	};
};

test("the next number counts cells that were entered, and of prompts the one that starts first", () => {
	const { entries, enter, join, happens } = open({ joined: false });
	enter(prompt("a"), prompt("b"), prompt("c"));
	expect(entries.nextNumber).toBe(2);
	join();
	happens(promptAccepted("t1", "a"), promptAccepted("t2", "b"), promptAccepted("t3", "c"));
	happens(turnStarted("t1"));
	// It has begun, its number is on its way.
	expect(entries.nextNumber).toBe(2);
	enter(cell("x"));
	expect(entries.nextNumber).toBe(3);
	happens({ kind: "promptNumbered", turnId: "t1", executionCount: 1 }, cellStarted("c1", "x", 2));
	expect(entries.nextNumber).toBe(3);
	happens(turnFinished("t1"), turnStarted("t2"));
	expect(entries.nextNumber).toBe(4);
});

test("a prompt's number that comes after its end is waited for", () => {
	const { entries, enter, happens } = open();
	enter(prompt("a"));
	happens(promptAccepted("t1", "a"), turnStarted("t1"), turnFinished("t1"));
	expect(entries.nextNumber).toBe(2);
	happens({ kind: "promptNumbered", turnId: "t1", executionCount: 1 });
	expect(entries.nextNumber).toBe(2);
});

test("an entry is shown at once when nothing of its kind is before it, and waits otherwise", () => {
	const { entries, enter, happens } = open();
	const [first, second, ask] = enter(cell("a"), cell("b"), prompt("p"));
	expect([first, second, ask].map((each) => each?.submission.echoed)).toEqual([true, false, true]);
	expect(entries.waiting).toEqual(["b"]);
	happens(cellStarted("c1", "a", 1), cellStarted("c2", "b", null));
	expect(entries.waiting).toEqual(["b"]);
	happens(cellFinished("c1", 1));
	expect(entries.waiting).toEqual([]);
});

test("of two equal entries each takes its own cell; another's is not taken", async () => {
	const { entries, enter, happens } = open();
	const [first, second] = enter(cell("x"), cell("x"));
	happens(cellStarted("other", "x", 1, "p2"));
	expect(entries.isEmpty).toBe(false);
	happens(cellStarted("c1", "x", 2), cellStarted("c2", "x", 3));
	expect(entries.isEmpty).toBe(true);
	happens({ ...cellFinished("c2", 3), status: "error" }, cellFinished("c1", 2));
	expect([await first?.ended, await second?.ended]).toEqual([true, false]);
});

test("what nobody hears of any more has not ended well", async () => {
	const { entries, view, enter, happens } = open();
	const [gone, left] = enter(cell("a"), cell("b"));
	happens(cellStarted("c1", "a", 1));
	view.cells.clear();
	entries.dropUnknown(view);
	expect(await gone?.ended).toBe(false);
	entries.drop();
	expect(await left?.ended).toBe(false);
});
