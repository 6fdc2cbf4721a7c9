import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitRoot } from "../../../ground/paths/gitRoot.ts";
import type { OpenedStore } from "../../../server/store/openStore.ts";
import type { KernelRow } from "../../../server/store/store.ts";
import {
	cellStarted,
	created,
	owner,
	prompt,
	testFolder,
	testSession,
	testStore,
} from "../../support/store.ts";

/** Sessions in order of their making: `id cwd [number file]`. Each has a cell unless its id starts with `empty`. */
const sessions = (store: OpenedStore, ...lines: string[]): OpenedStore => {
	for (const line of lines) {
		const [id, cwd, number, file] = line.split(" ") as [string, string, string?, string?];
		store.createSession(id, cwd, owner, [created(cwd)]);
		if (!id.startsWith("empty")) store.append(id, [cellStarted("c", "1")]);
		if (number)
			store.append(id, [
				{
					kind: "kernelAttached",
					kernelId: `k-${id}`,
					nextExecutionCount: 1,
					historySession: Number(number),
					historyFile: file ?? null,
					banner: "",
					fresh: true,
				},
			]);
	}
	return store;
};
const ids = (rows: readonly { sessionId: string }[]): string =>
	rows.map(({ sessionId }) => sessionId).join(" ");
const kernel = (fields: Partial<KernelRow>): KernelRow => ({
	kernelId: "k",
	sessionId: "s",
	launch: { kind: "started", connectionFile: "/run/k.json", pid: 7, label: "python" },
	heard: 0,
	startTime: "t",
	instanceId: "server-1",
	alive: true,
	...fields,
});

test("lists the latest used first, in pages", () => {
	const store = sessions(testStore(), "a /x", "b /y", "c /x", "d /y");
	store.append("b", [prompt("t", "hi")]);
	const first = store.listSessions({ limit: 3 });
	expect(ids(first.sessions)).toBe("b d c");
	const second = store.listSessions({ limit: 3, cursor: first.nextCursor! });
	expect(ids(second.sessions)).toBe("a");
	expect(second.nextCursor).toBeNull();
	expect(() => store.listSessions({ cursor: "x" })).toThrow(/No such place/);
});

test("lists a folder's sessions, else those of its git root", () => {
	const store = sessions(testStore({ gitRoot: () => "/repo" }), "a /repo", "b /repo/sub", "c /repo");
	expect(ids(store.listSessions({ cwd: "/repo/sub" }).sessions)).toBe("b");
	expect(ids(store.listSessions({ cwd: "/repo/other" }).sessions)).toBe("c a");
	expect(ids(store.findSessions({ cwd: "/repo/other" }, 9))).toBe("c a");
});

test("finds the git root above a folder", () => {
	const folder = testFolder();
	mkdirSync(join(folder, "repo/.git"), { recursive: true });
	mkdirSync(join(folder, "repo/a/b"), { recursive: true });
	expect(gitRoot(join(folder, "repo/a/b"))).toBe(join(folder, "repo"));
});

test("searches titles and prompts", () => {
	const store = sessions(testStore(), "a /x", "b /x", "c /x");
	store.append("a", [prompt("t", "plot 100% of it"), prompt("u", "other")]);
	store.append("b", [{ kind: "sessionRenamed", title: "My Plots" }]);
	expect(ids(store.listSessions({ search: "PLOT" }).sessions)).toBe("b a");
	expect(ids(store.listSessions({ search: "0% o" }).sessions)).toBe("a");
	expect(ids(store.listSessions({ search: "_" }).sessions)).toBe("");
});

test("finds a session by the head of its id", () => {
	const store = sessions(testStore(), "abc /x", "abd /x", "ab /x", "b /x");
	expect(ids(store.findSessions({ sessionId: "abc" }, 9))).toBe("abc");
	expect(ids(store.findSessions({ sessionId: "ab" }, 9))).toBe("ab abd abc");
	expect(ids(store.findSessions({ sessionId: "" }, 9))).toBe("");
	expect(ids(store.findSessions({ sessionId: "a_" }, 9))).toBe("");
});

test("finds a number in this folder, then in its history file, then anywhere", () => {
	const store = sessions(
		testStore(),
		"here /x 43 /h1",
		"otherFile /z 43 /h2",
		"sameFile /y 43 /h1",
		"later /w 43 /h2",
		"no /x 44 /h1",
	);
	expect(ids(store.findSessions({ historySession: 43, cwd: "/x" }, 9))).toBe("here sameFile later otherFile");
	expect(ids(store.findSessions({ historySession: 43 }, 9))).toBe("later sameFile otherFile here");
});

test("finds the newest of a folder, an empty one last", () => {
	const store = sessions(testStore(), "a /x", "b /x", "empty1 /x", "c /y");
	expect(ids(store.findSessions({ cwd: "/x" }, 9))).toBe("b a empty1");
	expect(ids(store.findSessions({}, 1))).toBe("c");
});

test("tells live, closed and lost sessions apart", () => {
	const store = testSession();
	expect(store.session("s")?.state).toBe("lost");
	store.saveKernel(kernel({}));
	expect(store.session("s")?.state).toBe("live");
	store.saveKernel(kernel({ alive: false }));
	store.markClosed("s");
	expect(store.session("s")?.state).toBe("closed");
	store.markOpen("s");
	expect(store.session("s")?.state).toBe("lost");
});

test("lists kernels by session and life", () => {
	const store = testStore();
	const launch = { kind: "existing", connectionFile: "/run/k.json", label: "python" } as const;
	const dead = kernel({ kernelId: "d", sessionId: "t", alive: false, launch, startTime: null });
	store.saveKernel(kernel({}));
	store.saveKernel(dead);
	expect(store.kernels({})).toEqual([kernel({}), dead]);
	expect(store.kernels({ alive: true })).toEqual([kernel({})]);
	expect(store.kernels({ sessionId: "t" })).toEqual([dead]);
	expect(store.kernels({ sessionId: "t", alive: true })).toEqual([]);
});

test("a session has one owner", () => {
	const store = testSession();
	const other = { instanceId: "server-2", pid: 200, startTime: "t2" };
	expect(store.claimSession("s", other, () => true)).toEqual(owner);
	expect(store.claimSession("s", owner, () => true)).toEqual(owner);
	expect(store.claimSession("s", other, () => false)).toEqual(other);
	store.releaseSessions("server-2");
	expect(store.claimSession("s", owner, () => true)).toEqual(owner);
	expect(() => store.claimSession("none", owner, () => true)).toThrow(/No session/);
});

test("two who claim a dead owner's session agree on one", () => {
	const store = testSession();
	const second = { instanceId: "server-2", pid: 200, startTime: "t2" };
	const third = { instanceId: "server-3", pid: 300, startTime: "t3" };
	// The third claims just while the second asks whether the first is alive.
	const claimed = store.claimSession("s", second, (asked) => {
		if (asked.instanceId === "server-3") return true;
		store.claimSession("s", third, () => false);
		return false;
	});
	expect(claimed).toEqual(third);
});
