import { expect, test } from "vitest";
import { toTranscript } from "../../../server/context/summaries.ts";
import type { Entry } from "../../../server/context/transcript.ts";
import { StoreError } from "../../../server/store/store.ts";
import {
	cellFinished,
	cellStarted,
	created,
	owner,
	print,
	prompt,
	settings,
	testSession,
	testStore,
	turnFinished,
	turnStarted,
} from "../../support/store.ts";

const said = (text: string): Entry => ({ role: "user", content: [{ kind: "text", text }] });

test("gives events their places", () => {
	const store = testStore();
	const first = store.createSession("s", "/work", owner, [created(), { kind: "sessionRenamed", title: "x" }]);
	expect(first.map(({ seq, event }) => `${seq} ${event.kind}`)).toEqual([
		"1 sessionCreated",
		"2 sessionRenamed",
	]);
	expect(store.append("s", [cellStarted("c", "1")])[0]).toMatchObject({ seq: 3, at: 3 });
});

test("sends exactly what a cursor misses", () => {
	const store = testSession(cellStarted("c", "1"), cellFinished("c"));
	expect(store.eventsAfter("s", 1, 10)?.map(({ seq }) => seq)).toEqual([2, 3]);
	expect(store.eventsAfter("s", 3, 10)).toEqual([]);
	expect(store.eventsAfter("s", 0, 2), "more than the limit").toBeNull();
	expect(store.eventsAfter("s", 4, 10), "a place that does not exist").toBeNull();
});

test("writes nothing of a step that does not fit", () => {
	const store = testSession();
	expect(() => store.append("s", [cellStarted("c", "1"), print("other", "x")])).toThrow(StoreError);
	expect(() => store.append("s", [cellStarted("c", "1"), cellStarted("c", "2")])).toThrow(/does not fit/);
	expect(() => store.append("s", [prompt("t", "hi")], { turnId: "u", entries: [said("hi")] })).toThrow(
		/turn u/,
	);
	expect(store.session("s")).toMatchObject({ headSeq: 1, cells: 0, turns: 0 });
	expect(store.eventsAfter("s", 1, 10)).toEqual([]);
	expect(() => store.append("none", [created()])).toThrow(/No session none/);
});

test("does not create a session twice", () => {
	const store = testSession();
	expect(() => store.createSession("s", "/work", owner, [created()])).toThrow(StoreError);
});

test("folds the session's row", () => {
	const store = testSession(
		{ kind: "settingsChanged", settings: settings("claude-api") },
		{
			kind: "kernelAttached",
			kernelId: "k",
			nextExecutionCount: 1,
			historySession: 43,
			historyFile: "/h.sqlite",
			banner: "",
			fresh: true,
		},
		cellStarted("c", "1", 1),
		cellFinished("c", 1),
		prompt("t", "hello"),
		{ kind: "promptNumbered", turnId: "t", executionCount: 2 },
		turnStarted("t", 5),
		turnFinished("t"),
	);
	expect(store.session("s")).toMatchObject({
		cwd: "/work",
		cells: 1,
		turns: 1,
		lastPrompt: "hello",
		backend: "scripted",
		settings: { backend: "claude-api" },
		historySession: 43,
		historyFile: "/h.sqlite",
		headSeq: 9,
		renderPoint: 5,
		lastTurn: "t",
		nextExecutionCount: 3,
	});
	expect(store.session("none")).toBeNull();
});

test("a reset starts a new conversation", () => {
	const store = testSession(prompt("t", "one"), turnStarted("t", 1));
	store.append("s", [], { turnId: "t", entries: [said("one")] });
	store.append("s", [{ kind: "conversationReset" }]);
	store.append("s", [turnFinished("t")], { turnId: "t", entries: [said("late answer")] });
	expect(toTranscript(store.conversation("s"))).toEqual([]);
	expect(store.session("s")).toMatchObject({ resetSeq: 4, renderPoint: 4, lastTurn: null });
	store.append("s", [prompt("u", "two"), turnStarted("u", 5)], { turnId: "u", entries: [said("two")] });
	expect(toTranscript(store.conversation("s"))).toEqual([said("two")]);
	expect(store.session("s")).toMatchObject({ renderPoint: 5, lastTurn: "u" });
});

test("leaves hidden turns out of the conversation", () => {
	const store = testSession(prompt("t", "one"), turnStarted("t"), prompt("u", "two"), turnStarted("u"));
	store.append("s", [], { turnId: "t", entries: [said("one")] });
	store.append("s", [], { turnId: "u", entries: [said("two")] });
	store.append("s", [{ kind: "turnHidden", turnId: "t", hidden: true }]);
	expect(toTranscript(store.conversation("s"))).toEqual([said("two")]);
	store.append("s", [{ kind: "turnHidden", turnId: "t", hidden: false }]);
	expect(toTranscript(store.conversation("s"))).toEqual([said("one"), said("two")]);
});

test("keeps a growing answer until it is whole", () => {
	const store = testSession(prompt("t", "hi"), turnStarted("t"));
	const items = [
		{ kind: "thinking" as const, itemId: "1", text: "hm" },
		{ kind: "text" as const, itemId: "2", text: "ans" },
	];
	store.savePartial("s", "t", items);
	expect(store.partial("s", "t")).toEqual(items);
	store.append("s", [{ kind: "thinking", turnId: "t", itemId: "1", text: "hm!" }]);
	expect(store.partial("s", "t")).toEqual(items.slice(1));
	store.append("s", [turnFinished("t")]);
	expect(store.partial("s", "t")).toEqual([]);
});

const request = (requestId: string) => ({ requestId, method: "session/prompt" });

test("answers a repeated request as the first time", () => {
	const store = testSession();
	expect(store.recallRequest("s", "r")).toBeUndefined();
	store.rememberRequest("s", request("r"), { turnId: "t", seq: 2 });
	store.rememberRequest("", request("r"), null);
	expect(store.recallRequest("s", "r")).toEqual({
		method: "session/prompt",
		result: { turnId: "t", seq: 2 },
	});
	expect(store.recallRequest("", "r")).toEqual({ method: "session/prompt", result: null });
});

test("forgets requests of long ago, not those of late", () => {
	const store = testSession();
	for (let n = 0; n < 1300; n++) store.rememberRequest("s", request(`r${n}`), n);
	expect(store.recallRequest("s", "r0")).toBeUndefined();
	expect(store.recallRequest("s", "r300")?.result).toBe(300);
});

test("keeps facts", () => {
	const store = testStore();
	expect(store.getFact("model")).toBeNull();
	store.setFact("model", "a");
	store.setFact("model", "b");
	expect(store.getFact("model")).toBe("b");
});
