import { expect, test } from "vitest";
import type { SessionEvent } from "../../../protocol/index.ts";
import {
	cellFinished,
	cellStarted,
	draw,
	output,
	print,
	prompt,
	testSession,
	turnFinished,
	turnStarted,
} from "../../support/store.ts";

const drawn = (...events: SessionEvent[]): string =>
	draw(testSession(...events).transcript("s", null, 100).items);

const display = (cellId: string, text: string, displayId?: string): SessionEvent =>
	output(cellId, { kind: "displayData", data: { "text/plain": text }, metadata: {}, displayId });

test("shows a cell with its joined output", () => {
	expect(
		drawn(
			cellStarted("c", "f()"),
			print("c", "a"),
			print("c", "b\n"),
			print("c", "!", "stderr"),
			cellFinished("c"),
		),
	).toBe('[ok] f(): stdout="ab\\n" | stderr="!"');
});

test("shows a cell that still runs", () => {
	expect(drawn(cellStarted("c", "f()"), print("c", "a"))).toBe('[running] f(): stdout="a"');
});

test("joins stream chunks beyond one stored row", () => {
	const chunk = "é\u{1f600}".repeat(2000);
	const store = testSession(cellStarted("c", "f()"), ...Array.from({ length: 7 }, () => print("c", chunk)));
	const [cell] = store.transcript("s", null, 1).items;
	expect(cell).toMatchObject({ outputs: [{ kind: "stream", text: chunk.repeat(7) }] });
});

test("joins a surrogate pair that came in two chunks", () => {
	const store = testSession(cellStarted("c", "f()"), print("c", "\ud83d"), print("c", "\ude00"));
	expect(store.transcript("s", null, 1).items[0]).toMatchObject({ outputs: [{ text: "\u{1f600}" }] });
});

test("keeps text that is not valid Unicode", () => {
	const store = testSession(cellStarted("c", "'\udc80\0'"), print("c", "\ud83dx\0"));
	expect(store.transcript("s", null, 1).items[0]).toMatchObject({
		code: "'\udc80\0'",
		outputs: [{ text: "\ud83dx\0" }],
	});
});

test("takes output that comes after the cell's end", () => {
	expect(drawn(cellStarted("c", "f()"), cellFinished("c"), print("c", "late"))).toBe(
		'[ok] f(): stdout="late"',
	);
});

test("clears output at once", () => {
	expect(
		drawn(cellStarted("c", "f()"), print("c", "a"), output("c", { kind: "clearOutput", wait: false })),
	).toBe("[running] f(): ");
});

test("clears output with the next one", () => {
	const events = [cellStarted("c", "f()"), print("c", "a"), output("c", { kind: "clearOutput", wait: true })];
	expect(drawn(...events)).toBe('[running] f(): stdout="a"');
	expect(drawn(...events, print("c", "b"))).toBe('[running] f(): stdout="b"');
});

test("updates a display wherever it stands", () => {
	expect(
		drawn(
			cellStarted("c", "f()"),
			display("c", "0 %", "bar"),
			display("c", "other"),
			cellFinished("c"),
			cellStarted("d", "g()"),
			output("d", {
				kind: "updateDisplayData",
				data: { "text/plain": "100 %" },
				metadata: {},
				displayId: "bar",
			}),
		),
	).toMatchInlineSnapshot(`
		"[ok] f(): displayData={"text/plain":"100 %"} | displayData={"text/plain":"other"}
		[running] g(): "
	`);
});

test("shows the latest count of what was left out", () => {
	const omitted = (chars: number) => output("c", { kind: "omitted", chars, blobId: "b" });
	expect(drawn(cellStarted("c", "f()"), print("c", "a"), omitted(5), omitted(50))).toBe(
		'[running] f(): stdout="a" | omitted=50',
	);
});

test("shows a turn with its parts in order", () => {
	expect(
		drawn(
			prompt("t", "hi"),
			turnStarted("t"),
			{ kind: "thinking", turnId: "t", itemId: "1", text: "hm" },
			{ kind: "toolCall", turnId: "t", callId: "a", name: "pyrun", args: { code: "1" }, executor: "server" },
			{ kind: "toolCall", turnId: "t", callId: "b", name: "bash", args: {}, executor: "server" },
			{
				kind: "toolResult",
				turnId: "t",
				callId: "a",
				content: [{ kind: "text", text: "1" }],
				isError: false,
			},
			{ kind: "steered", turnId: "t", content: [{ kind: "text", text: "more" }] },
			{ kind: "text", turnId: "t", itemId: "2", text: "done" },
			turnFinished("t"),
		),
	).toBe(
		'[finished] .hi: thinking=hm | pyrun=[{"kind":"text","text":"1"}] | bash=running | steer | text=done',
	);
});

test("leaves out removed prompts, shows edited ones as they are", () => {
	const store = testSession(
		prompt("t", "one"),
		prompt("u", "two"),
		{ kind: "promptRemoved", turnId: "t" },
		{ kind: "promptEdited", turnId: "u", content: [{ kind: "text", text: "three" }] },
	);
	expect(store.transcript("s", null, 9).items).toMatchObject([
		{ content: [{ text: "three" }], state: "queued" },
	]);
	expect(store.turn("s", "t")).toMatchObject({ state: "removed" });
	expect(store.session("s")).toMatchObject({ turns: 1, lastPrompt: "three" });
	expect(store.queue("s").map(({ turnId }) => turnId)).toEqual(["u"]);
});

test("pages backwards", () => {
	const store = testSession(...[1, 2, 3, 4, 5].map((n) => cellStarted(`c${n}`, `${n}`)));
	const last = store.transcript("s", null, 2);
	expect(last).toMatchObject({ items: [{ code: "4" }, { code: "5" }], hasEarlier: true });
	const before = store.transcript("s", last.items[0]!.seq, 3);
	expect(before).toMatchObject({ items: [{ code: "1" }, { code: "2" }, { code: "3" }], hasEarlier: false });
	expect(store.transcript("s", null, 0)).toEqual({ items: [], hasEarlier: true });
});

test("ends a page early rather than send megabytes", () => {
	const store = testSession(
		...["a", "b", "c"].flatMap((id) => [cellStarted(id, id), print(id, "x".repeat(5_000_000))]),
	);
	const page = store.transcript("s", null, 3);
	expect(page.items).toMatchObject([{ code: "c" }]);
	expect(page.hasEarlier).toBe(true);
});

test("tells what has no end", () => {
	const store = testSession(
		cellStarted("c", "f()"),
		cellStarted("d", "g()"),
		cellFinished("d"),
		prompt("t", "hi"),
		turnStarted("t"),
		prompt("u", "later"),
		...["x", "y"].map(
			(approvalId): SessionEvent => ({
				kind: "approvalAsked",
				approvalId,
				turnId: "t",
				callId: "a",
				tool: "pyrun",
				args: {},
				always: null,
			}),
		),
		{ kind: "approvalAnswered", approvalId: "x", outcome: "allow", by: "p", message: null },
	);
	expect(store.unfinished("s")).toEqual({
		cells: [{ cellId: "c", kernelId: "k" }],
		turns: ["t", "u"],
		approvals: ["y"],
	});
	store.append("s", [turnFinished("t")]);
	expect(store.unfinished("s").turns).toEqual(["u"]);
});

test("remembers what a turn was sent", () => {
	const store = testSession(prompt("t", "hi"), turnStarted("t", 2));
	expect(store.turnStart("s", "t")).toMatchObject({ rendered: [{ text: "rendered t" }], renderPoint: 2 });
	expect(store.turnStart("s", "none")).toBeNull();
});
