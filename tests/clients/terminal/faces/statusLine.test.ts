import { expect, test } from "vitest";
import { SessionView } from "../../../../clients/common/session/sessionView.ts";
import { statusParts, tokensText } from "../../../../clients/terminal/faces/statusLine.ts";
import {
	cellStarted,
	createUpdates,
	promptAccepted,
	sessionState,
	turnFinished,
	turnStarted,
} from "../../../support/sessionUpdates.ts";

const status = (view: SessionView): string => {
	const { left, right } = statusParts({
		link: { kind: "ready" },
		view,
		asked: false,
		waiting: 0,
		message: null,
	});
	return `${left} | ${right}`;
};

test("the settings stand left, what happens right", () => {
	const view = new SessionView("p1", sessionState(), 0);
	const { event, hint } = createUpdates();
	expect(status(view)).toBe("scripted · model-1 · ada | ");
	view.fold(event(cellStarted("c1", "slow()", 4)));
	view.fold(event(promptAccepted("t1", "hi")));
	view.fold(event(turnStarted("t1")));
	expect(status(view)).toBe("scripted · model-1 · ada | In [4] runs · thinking");
	view.fold(hint({ kind: "textDelta", turnId: "t1", itemId: "i", delta: "x" }));
	expect(status(view)).toContain("answering");
	view.fold(hint({ kind: "retrying", turnId: "t1", attempt: 2, delayMs: 2500, reason: "overloaded" }));
	expect(status(view)).toContain("retry 2 in 3 s: overloaded");
	view.fold(hint({ kind: "progress", turnId: "t1", text: "downloading m.gguf, 1 GB of 2 GB", share: 0.504 }));
	expect(status(view)).toContain("downloading m.gguf, 1 GB of 2 GB ▓▓▓▓▓▓░░░░░░ 50%");
	view.fold(hint({ kind: "progress", turnId: "t1", text: "loading m.gguf", share: null }));
	expect(status(view)).toMatch(/loading m\.gguf$/);
	view.fold(hint({ kind: "working", text: "loading long.ipynb, cell 7 of 28", share: 0.25 }));
	expect(status(view)).toContain("loading long.ipynb, cell 7 of 28 ▓▓▓░░░░░░░░░ 25%");
	view.fold(hint({ kind: "working", text: null, share: null }));
	expect(status(view)).not.toContain("long.ipynb");
	const usage = {
		inputTokens: 1,
		outputTokens: 1,
		cacheReadTokens: null,
		cacheWriteTokens: null,
		costUsd: null,
		contextTokens: 12_300,
		contextWindow: 200_000,
	};
	view.fold(event(turnFinished("t1", { usage })));
	expect(status(view)).toBe("scripted · model-1 · ada · 12.3k/200k 6% | In [4] runs");
});

test("what runs in the background is named, and a mode that asks nobody is in front", () => {
	const settings = { ...sessionState().settings, permissions: "yolo" as const };
	const view = new SessionView("p1", sessionState({ settings }), 0);
	const { hint } = createUpdates();
	const running = [{ id: 1, command: "npm run watch" }];
	view.fold(hint({ kind: "terminals", running }));
	expect(status(view)).toBe("scripted · model-1 · ada | terminal: npm run watch");
	view.fold(hint({ kind: "terminals", running: [...running, { id: 2, command: "make" }] }));
	expect(status(view)).toContain("2 terminals");
	view.fold(hint({ kind: "terminals", running: [] }));
	expect(status(view)).toBe("scripted · model-1 · ada | ");
	const facts = { link: { kind: "ready" }, view, asked: false, waiting: 0, message: null } as const;
	expect(statusParts(facts).danger).toBe("yolo");
});

test("an approval waits for who may answer it", () => {
	const statusOf = (role: "controller" | "observer"): string => {
		const participants = [{ participantId: "p1", name: "ipyai terminal", role }];
		const view = new SessionView("p1", sessionState({ participants }), 0);
		const { event } = createUpdates();
		view.fold(event(promptAccepted("t1", "hi")));
		view.fold(event(turnStarted("t1")));
		const call = { turnId: "t1", callId: "x", tool: "pyrun", args: {}, always: null };
		view.fold(event({ kind: "approvalAsked", approvalId: "a1", ...call }));
		return status(view);
	};
	expect(statusOf("controller")).toMatch(/waits for you$/);
	expect(statusOf("observer")).toMatch(/waits for somebody$/);
});

test("tokens are short", () => {
	expect([950, 1000, 12_345, 200_000, 999_999, 1_500_000].map(tokensText)).toEqual([
		"950",
		"1k",
		"12.3k",
		"200k",
		"1M",
		"1.5M",
	]);
});

test("without a session it says what it waits for", () => {
	expect(
		statusParts({ link: { kind: "joining" }, view: null, asked: false, waiting: 2, message: null }),
	).toMatchObject({
		left: "",
		right: "starting · 2 waiting",
	});
});
