import { expect, test } from "vitest";
import type { SessionHint, SessionUpdateParams } from "../../../protocol/index.ts";
import { Outbox } from "../../../server/connection/outbox.ts";

/** A client that takes nothing until it is drained. */
const slowClient = () => {
	const sent: SessionUpdateParams[] = [];
	let pendingBytes = 0;
	let onDrained: (() => void) | null = null;
	const outbox = new Outbox({
		get pendingBytes() {
			return pendingBytes;
		},
		onceDrained: (callback) => {
			onDrained = callback;
		},
		send: (update) => sent.push(update),
	});
	return {
		outbox,
		sent,
		block: () => {
			pendingBytes = 10_000_000;
		},
		drain: () => {
			pendingBytes = 0;
			onDrained?.();
		},
	};
};

const hint = (value: SessionHint, seq = 1): SessionUpdateParams => ({
	kind: "hint",
	sessionId: "s",
	seq,
	hint: value,
});
const delta = (text: string, itemId = "a") => hint({ kind: "textDelta", turnId: "t", itemId, delta: text });
const shown = (updates: readonly SessionUpdateParams[]) =>
	updates.map((update) =>
		update.kind === "hint" && update.hint.kind === "textDelta"
			? `${update.hint.itemId}:${update.hint.delta}`
			: update.kind,
	);

test("an update goes out at once", () => {
	const { outbox, sent } = slowClient();
	outbox.send(delta("x"));
	expect(shown(sent)).toEqual(["a:x"]);
});

test("deltas for a slow client are merged, in order, none lost", () => {
	const client = slowClient();
	client.block();
	for (const text of ["1", "2", "3"]) client.outbox.send(delta(text));
	client.outbox.send(delta("4", "b"));
	client.outbox.send(delta("5"));
	expect(client.sent).toEqual([]);
	client.drain();
	expect(shown(client.sent)).toEqual(["a:123", "b:4", "a:5"]);
});

test("a client too far behind is told once, and gets nothing until it attaches again", () => {
	const client = slowClient();
	client.block();
	for (let i = 0; i < 20_000; i++) client.outbox.send(delta("x", String(i)));
	client.drain();
	expect(shown(client.sent)).toEqual(["overrun"]);
	client.outbox.send(delta("late"));
	expect(client.sent).toHaveLength(1);
	client.outbox.restart("s");
	client.outbox.send(delta("again"));
	expect(shown(client.sent)).toEqual(["overrun", "a:again"]);
});
