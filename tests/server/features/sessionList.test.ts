import { join } from "node:path";
import { expect, test } from "vitest";
import type { ListSessionsResult, SessionSummary } from "../../../protocol/index.ts";
import { openStore } from "../../../server/store/openStore.ts";
import { folderWith } from "../../support/folder.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { created, owner, prompt, turnStarted } from "../../support/storeEvents.ts";

const count = 10_000;
const folders = 10;
const cwd = (index: number) => `/work/${index % folders}`;

/** Ten thousand sessions as years of use leave them; every tenth was ended by a person, every thousandth lives. */
const manySessions = async (): Promise<TestClient> => {
	const folder = folderWith();
	let time = 0;
	const store = openStore(join(folder, "ipyai.sqlite"), { now: () => ++time, gitRoot: () => null });
	for (let index = 0; index < count; index++) {
		const sessionId = `s${String(index).padStart(5, "0")}`;
		store.createSession(sessionId, cwd(index), owner, [
			created(cwd(index)),
			prompt("t", `what about topic ${index % 500}?`),
			turnStarted("t"),
		]);
		if (index % 1000 === 0)
			store.saveKernel({
				kernelId: `k${index}`,
				sessionId,
				launch: { kind: "existing", connectionFile: "/run/k.json", label: "python" },
				startTime: null,
				instanceId: "server-1",
				alive: true,
				heard: 0,
			});
		else if (index % 10 === 0) store.markClosed(sessionId);
	}
	store.close();
	const server = await startTestServer({ folder });
	return server.connect();
};

const readAll = async (client: TestClient, params: { cwd?: string; search?: string; limit?: number }) => {
	const all: SessionSummary[] = [];
	for (let cursor: string | null = null; ; ) {
		const page: ListSessionsResult = await client.request("session/list", {
			...params,
			...(cursor !== null && { cursor }),
		});
		all.push(...page.sessions);
		cursor = page.nextCursor;
		if (cursor === null) return all;
	}
};

test("ten thousand sessions: pages without gap or repetition, newest first, search and states", async () => {
	const client = await manySessions();

	const first = await client.request("session/list", { limit: 3 });
	expect(
		first.sessions.map(({ sessionId, lastPrompt, state }) => `${sessionId} ${lastPrompt} ${state}`),
	).toEqual([
		"s09999 what about topic 499? lost",
		"s09998 what about topic 498? lost",
		"s09997 what about topic 497? lost",
	]);

	const all = await readAll(client, { limit: 997 });
	expect(all.map(({ sessionId }) => sessionId)).toEqual(
		Array.from({ length: count }, (_, index) => `s${String(count - 1 - index).padStart(5, "0")}`),
	);
	const states = { live: 0, closed: 0, lost: 0 };
	for (const { state } of all) states[state]++;
	expect(states).toEqual({ live: 10, closed: 990, lost: 9000 });

	const inFolder = await readAll(client, { cwd: "/work/3", limit: 100 });
	expect(inFolder).toHaveLength(count / folders);
	expect(new Set(inFolder.map((session) => session.cwd))).toEqual(new Set(["/work/3"]));

	const found = await readAll(client, { search: "topic 123?", limit: 7 });
	expect(found.map(({ sessionId }) => Number(sessionId.slice(1)) % 500)).toEqual(Array(20).fill(123));
	expect(await readAll(client, { cwd: "/work/4", search: "topic 123?" })).toEqual([]);
	expect(await readAll(client, { search: "100%" })).toEqual([]);

	// What changes while somebody pages is neither told twice nor lost from what was there before.
	const { sessions, nextCursor } = await client.request("session/list", { limit: 5 });
	await client.request("session/rename", { sessionId: "s00007", requestId: "r", title: "now the newest" });
	const rest = await client.request("session/list", { limit: 5, cursor: nextCursor! });
	expect([...sessions, ...rest.sessions].map(({ sessionId }) => sessionId)).toEqual(
		Array.from({ length: 10 }, (_, index) => `s${String(count - 1 - index).padStart(5, "0")}`),
	);
	expect((await client.request("session/list", { limit: 1 })).sessions[0]).toMatchObject({
		sessionId: "s00007",
		title: "now the newest",
	});
});

test("a cursor that is none of ours is refused", async () => {
	const server = await startTestServer();
	const client = await server.connect();
	await expect(client.request("session/list", { cursor: "nonsense" })).rejects.toMatchObject({
		code: -32602,
		message: expect.stringContaining("nonsense"),
	});
});

test("sessions in which nothing happened are listed only while somebody is in them or they have a name", async () => {
	const server = await startTestServer();
	const client = await server.connect();
	const names = ["left", "named", "asked"];
	const ids: string[] = [];
	const visitor = await server.connect();
	for (const name of names) {
		const { state } = await visitor.request("session/new", {
			requestId: name,
			cwd: server.folder,
			kernel: null,
			settings: {},
		});
		ids.push(state.sessionId);
	}
	const [left, named, asked] = ids as [string, string, string];
	await visitor.request("session/rename", { sessionId: named, requestId: "r", title: "Mine" });
	await visitor.request("session/prompt", {
		sessionId: asked,
		requestId: "p",
		content: [{ kind: "text", text: "what?" }],
	});
	const listed = async () =>
		(await client.request("session/list", {})).sessions.map(({ sessionId }) => sessionId).sort();
	expect(await listed()).toEqual([...ids].sort());
	for (const sessionId of ids) await visitor.request("session/detach", { sessionId });
	expect(await listed()).toEqual([named, asked].sort());
	await client.request("session/attach", { ref: { sessionId: left }, role: "observer", since: null });
	expect(await listed()).toEqual([...ids].sort());
});
