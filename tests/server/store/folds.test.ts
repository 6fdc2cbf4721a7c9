import { expect, test } from "vitest";
import type { Output, SessionEvent } from "../../../protocol/index.ts";
import type { OpenedStore } from "../../../server/store/openStore.ts";
import { createRandom, type Random, scaled } from "../../support/random.ts";
import {
	cellFinished,
	cellStarted,
	created,
	output,
	owner,
	prompt,
	settings,
	testStore,
	turnFinished,
	turnStarted,
} from "../../support/store.ts";

const rounds = scaled(25);

test(`folds equal those made anew from the log (${rounds} random sessions)`, () => {
	const store = testStore();
	for (let seed = 1; seed <= rounds; seed++) {
		const sessionId = `s${seed}`;
		const random = createRandom(seed);
		store.createSession(sessionId, "/work", owner, [created()]);
		const next = generator(random);
		for (let step = 0; step < 60; step++)
			store.append(
				sessionId,
				Array.from({ length: 1 + random.int(4) }, () => next()),
			);
		const before = everything(store, sessionId);
		store.rebuildFolds(sessionId);
		expect(everything(store, sessionId), `seed ${seed}`).toEqual(before);
	}
});

const everything = (store: OpenedStore, sessionId: string) => {
	const { items } = store.transcript(sessionId, null, 5000);
	return {
		row: store.session(sessionId),
		items,
		unfinished: store.unfinished(sessionId),
		queue: store.queue(sessionId),
		recent: store.recentCells(sessionId, 100),
		starts: items.flatMap((item) => (item.kind === "turn" ? [store.turnStart(sessionId, item.turnId)] : [])),
		events: store.eventsAfter(sessionId, 0, 10_000),
	};
};

/** Events that may follow each other, of every kind. */
const generator = (random: Random): (() => SessionEvent) => {
	let made = 0;
	const cells: string[] = [];
	const queued: string[] = [];
	const running: string[] = [];
	const turns: string[] = [];
	const calls: { turnId: string; callId: string }[] = [];
	const approvals: string[] = [];
	const id = (prefix: string, list: string[]): string => {
		const name = `${prefix}${made++}`;
		list.push(name);
		return name;
	};
	const take = (list: string[]): string => list.splice(random.int(list.length), 1)[0] as string;
	const text = (): string =>
		Array.from({ length: random.int(30) }, () =>
			random.pick(["a", "\n", "é", "\u{1f600}", "\ud83d", '"', "\\", "\0"]),
		)
			.join("")
			.repeat(1 + random.int(200));
	const content = () => [{ kind: "text" as const, text: text() }];

	const makers: (() => SessionEvent | null)[] = [
		() => cellStarted(id("c", cells), text(), random.pick([null, made])),
		() => (cells.length ? output(random.pick(cells), randomOutput(random, text)) : null),
		() => (cells.length ? output(random.pick(cells), randomOutput(random, text)) : null),
		() => (cells.length ? output(random.pick(cells), randomOutput(random, text)) : null),
		() => ({
			kind: "lateOutput",
			cellId: cells.length && random.next() < 0.5 ? random.pick(cells) : id("c", cells),
			kernelId: "k",
			executionCount: random.pick([null, made]),
			output: randomOutput(random, text),
		}),
		() => (cells.length ? cellFinished(random.pick(cells), random.pick([null, made])) : null),
		() => prompt(id("t", queued), text()),
		() => (queued.length ? { kind: "promptEdited", turnId: random.pick(queued), content: content() } : null),
		() => (queued.length ? { kind: "promptRemoved", turnId: take(queued) } : null),
		() => {
			if (!queued.length) return null;
			const turnId = take(queued);
			running.push(turnId);
			turns.push(turnId);
			return turnStarted(turnId, random.int(20));
		},
		() =>
			turns.length ? { kind: "promptNumbered", turnId: random.pick(turns), executionCount: made } : null,
		() =>
			running.length
				? {
						kind: random.pick(["text", "thinking"] as const),
						turnId: random.pick(running),
						itemId: `i${made++}`,
						text: text(),
					}
				: null,
		() => {
			if (!running.length) return null;
			const call = { turnId: random.pick(running), callId: `call${made++}` };
			calls.push(call);
			return { kind: "toolCall", ...call, name: "pyrun", args: { code: text() }, executor: "server" };
		},
		() => {
			const call = calls.shift();
			return call ? { kind: "toolResult", ...call, content: content(), isError: random.next() < 0.5 } : null;
		},
		() =>
			running.length
				? {
						kind: "turnChanges",
						turnId: random.pick(running),
						changes: { files: [], variables: [{ name: text(), before: null, after: text() }], notes: [] },
					}
				: null,
		() => (running.length ? { kind: "steered", turnId: random.pick(running), content: content() } : null),
		() => (running.length ? turnFinished(take(running)) : null),
		() =>
			turns.length ? { kind: "turnHidden", turnId: random.pick(turns), hidden: random.next() < 0.5 } : null,
		() => (random.next() < 0.1 ? { kind: "conversationReset" } : null),
		() => ({ kind: "sessionRenamed", title: text() }),
		() => ({ kind: "settingsChanged", settings: settings(random.pick(["a", "b"])) }),
		() => ({
			kind: "kernelAttached",
			kernelId: `k${made}`,
			nextExecutionCount: random.int(50),
			historySession: random.pick([null, random.int(9)]),
			historyFile: "/h",
			banner: "",
			fresh: true,
		}),
		() => ({
			kind: "approvalAsked",
			approvalId: id("a", approvals),
			turnId: "t",
			callId: "c",
			tool: "bash",
			args: {},
			always: null,
		}),
		() =>
			approvals.length
				? { kind: "approvalAnswered", approvalId: take(approvals), outcome: "deny", by: null, message: null }
				: null,
		() => ({ kind: "epochStarted", reason: "model" }),
	];
	return () => {
		for (;;) {
			const event = random.pick(makers)();
			if (event) return event;
		}
	};
};

const randomOutput = (random: Random, text: () => string): Output => {
	const data = { "text/plain": text(), "application/json": { a: [1, null] } };
	return random.pick<() => Output>([
		() => ({ kind: "stream", name: random.pick(["stdout", "stderr"]), text: text() }),
		() => ({ kind: "stream", name: "stdout", text: text() }),
		() => ({ kind: "stream", name: "stdout", text: text() }),
		() => ({ kind: "displayData", data, metadata: {}, ...random.pick([{}, { displayId: "d1" }]) }),
		() => ({ kind: "updateDisplayData", data, metadata: {}, displayId: random.pick(["d1", "d2"]) }),
		() => ({ kind: "executeResult", executionCount: 1, data, metadata: {} }),
		() => ({ kind: "error", ename: "E", evalue: text(), traceback: [text()] }),
		() => ({ kind: "clearOutput", wait: random.next() < 0.7 }),
		() => ({ kind: "omitted", chars: random.int(99), blobId: random.pick([null, "b1"]) }),
	])();
};
