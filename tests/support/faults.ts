/**
 * Injected faults as tables: each row breaks one thing at one place of a scripted session. A row fails with a
 * sentence; a table fails with the sentences of its rows.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import type { ParamsOf, StoredEvent } from "../../protocol/index.ts";
import type { OpenedStore } from "../../server/store/openStore.ts";
import { StoreError } from "../../server/store/store.ts";
import { testScale } from "./random.ts";
import { callTool, hangAfter, type Script, say, scriptedBackend } from "./scriptedBackend.ts";
import { scriptedHost } from "./scriptedHost.ts";
import { startTestServer, type TestClient, type TestServer, type TestServerOptions } from "./server.ts";

/** Every how many-th place of a long table is taken: all of them at a scale of `step`. */
export const spread = (step: number): number => Math.max(1, Math.round(step / testScale));

const rowMs = 10_000;

/** A folder on the fastest file system there is, removed after the test: hundreds of databases wait for the disk. */
export const faultFolder = (): string => {
	const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "ipyai faults-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
};

/** Runs every row, and fails once with what all the failed ones say. */
export const runTable = async <Row>(
	rows: readonly Row[],
	name: (row: Row) => string,
	check: (row: Row) => Promise<void> | void,
): Promise<void> => {
	console.info(`${rows.length} faults, with IPYAI_TEST_SCALE at ${testScale}`);
	const failures: string[] = [];
	for (const row of rows) {
		const late = new AbortController();
		try {
			await Promise.race([
				check(row),
				delay(rowMs, undefined, { signal: late.signal }).then(() => {
					throw new Error("it hangs");
				}),
			]);
		} catch (error) {
			failures.push(`${name(row)}: ${(error as Error).message}`);
		} finally {
			late.abort();
		}
	}
	expect(failures).toEqual([]);
};

/** Answers as the prompt says: `tool` calls one, `hang` waits to be cancelled. */
const byPrompt: Script = (request) => {
	const last = JSON.stringify(request.transcript.at(-1));
	if (last.includes("<user-request>tool")) return callTool("pyrun", { code: "1" })(request);
	if (last.includes("<user-request>hang")) return hangAfter("Half")(request);
	return say("Fine.")(request);
};

export const startFaultyServer = (options: TestServerOptions = {}): Promise<TestServer> =>
	startTestServer({ backends: [scriptedBackend(byPrompt)], createHost: scriptedHost, ...options });

/** Calls of the store that write; each is one transaction. */
const writes = [
	"createSession",
	"append",
	"beginCopy",
	"endCopy",
	"insertEvents",
	"insertEntries",
	"deleteSession",
	"savePartial",
	"rememberRequest",
	"claimSession",
	"releaseSessions",
	"markClosed",
	"markOpen",
	"saveKernel",
	"appendBlob",
	"setFact",
] as const satisfies readonly (keyof OpenedStore)[];

/** The store with something before and after each of its writes, which are counted from 1. */
export const watchWrites = (
	store: OpenedStore,
	watch: {
		before?(write: number, name: string): void;
		/** `stored`: the events that this write committed, and their session. */
		after?(write: number, sessionId: string, stored: readonly StoredEvent[]): void;
	},
): OpenedStore => {
	let count = 0;
	const watched = Object.fromEntries(
		writes.map((name) => [
			name,
			(...args: unknown[]) => {
				const write = ++count;
				watch.before?.(write, name);
				const result = (store[name] as (...args: unknown[]) => unknown)(...args);
				const stored = name === "insertEvents" ? args[1] : Array.isArray(result) ? result : [];
				watch.after?.(write, String(args[0]), stored as StoredEvent[]);
				return result;
			},
		]),
	);
	return { ...store, ...watched };
};

export const diskFault = (file: string): StoreError =>
	new StoreError(`Database ${file}: disk I/O error. The disk or a quota is full: free some space.`, {
		refused: true,
	});

const launch = { kind: "existing", connectionFile: "/none/kernel.json", label: "scripted" } as const;

export type Played = {
	readonly sessionId: string;
	/** What failed requests were told. */
	readonly told: readonly string[];
};

/**
 * A session with all that is usual, played by a client that sends a failed request once more under its id. `client`
 * is asked for at each step, so that a step may come on another connection.
 */
export const playSession = async (server: TestServer, client: TestClient): Promise<Played> => {
	const told: string[] = [];
	let ids = 0;
	const again = async <T>(send: (requestId: string) => Promise<T>): Promise<T> => {
		const requestId = `step-${++ids}`;
		for (let attempt = 1; ; attempt++) {
			try {
				return await send(requestId);
			} catch (error) {
				// What it was about may have ended through the fault.
				if ((error as { code?: number }).code === ErrorCodes.itemNotFound) throw error;
				told.push((error as Error).message);
				if (attempt === 20) throw error;
			}
		}
	};
	const { state } = await again((requestId) =>
		client.request("session/new", { requestId, cwd: server.folder, kernel: launch, settings: {} }),
	);
	const { sessionId } = state;
	const run = async (code: string) => {
		const { cellId } = await again((requestId) =>
			client.request("cell/execute", { sessionId, requestId, code }),
		);
		await client.event("cellFinished", (event) => event.cellId === cellId);
	};
	const send = (text: string) =>
		again((requestId) =>
			client.request("session/prompt", { sessionId, requestId, content: [{ kind: "text", text }] }),
		);
	const ended = (turnId: string) => client.event("turnFinished", (event) => event.turnId === turnId);
	const ask = async (text: string) => {
		const { turnId } = await send(text);
		await ended(turnId);
		return turnId;
	};
	// A request that came twice may be answered when the kernel is there already.
	if (!state.kernel?.banner) await client.event("kernelAttached");
	await run("print a\nprint b");
	await run("raise c");
	const answering = client.updates.length;
	const tool = await send("tool");
	const waiting = Promise.race([client.event("approvalAsked"), ended(tool.turnId)]);
	const asked = await waiting;
	if (asked.kind === "approvalAsked")
		await again(() =>
			client.request("permission/answer", { sessionId, approvalId: asked.approvalId, decision: "allow" }),
		).catch(() => {}); // it was answered by what failed
	await ended(tool.turnId);
	expect(client.updates.length).toBeGreaterThan(answering);

	const hanging = await send("hang");
	const second = await send("second");
	const third = await send("third");
	const edit: ParamsOf<"queue/edit">["content"] = [{ kind: "text", text: "edited" }];
	await again((requestId) =>
		client.request("queue/edit", { sessionId, requestId, turnId: second.turnId, content: edit }),
	).catch(() => {}); // the turn before it ended early
	await again((requestId) =>
		client.request("queue/remove", { sessionId, requestId, turnId: third.turnId }),
	).catch(() => {});
	await client.request("session/cancel", { sessionId, turnId: hanging.turnId });
	await ended(hanging.turnId);
	await ended(second.turnId);

	await again((requestId) => client.request("session/rename", { sessionId, requestId, title: "Named" }));
	await again((requestId) =>
		client.request("session/configure", { sessionId, requestId, settings: { think: "h" } }),
	);
	await again((requestId) =>
		client.request("turn/hide", { sessionId, requestId, turnId: tool.turnId, hidden: true }),
	);
	await ask("fourth");
	await again((requestId) => client.request("session/reset", { sessionId, requestId }));
	await again((requestId) => client.request("session/fork", { sessionId, requestId, title: "Fork" }));
	return { sessionId, told };
};

/** The session can be listed, joined, and goes on: a cell runs and a prompt is answered. */
export const checkUsable = async (server: TestServer, sessionId: string): Promise<void> => {
	const client = await server.connect({ name: "later" });
	try {
		const { state } = await client.request("session/attach", {
			ref: { sessionId },
			role: "controller",
			since: null,
		});
		if (state.kernel === null)
			await client.request("kernel/adopt", {
				sessionId,
				requestId: `adopt ${Math.random()}`,
				kernel: launch,
			});
		const { cellId } = await client.request("cell/execute", {
			sessionId,
			requestId: `cell ${Math.random()}`,
			code: "print later",
		});
		const cell = await client.event("cellFinished", (event) => event.cellId === cellId);
		expect(cell.status).toBe("ok");
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: `prompt ${Math.random()}`,
			content: [{ kind: "text", text: "later" }],
		});
		const turn = await client.event("turnFinished", (event) => event.turnId === turnId);
		expect(turn.stopReason).toBe("endTurn");
		const { sessions } = await client.request("session/list", {});
		expect(sessions.map((each) => each.sessionId)).toContain(sessionId);
	} finally {
		client.close();
	}
};

/**
 * What was announced is stored, once and as announced; the log has no gap; folds are those of the log; nothing is
 * left open.
 */
export const checkStored = (
	store: OpenedStore,
	sessionId: string,
	announced: readonly StoredEvent[],
	{ ended }: { readonly ended: boolean },
): StoredEvent[] => {
	const events = store.eventPage(sessionId, 0, Number.MAX_SAFE_INTEGER, 1_000_000);
	const places = events.map(({ seq }) => seq);
	// A fork leaves out what was about its origin's people and kernels.
	if (store.session(sessionId)?.forkedFrom === null)
		expect(places).toEqual(events.map((_, index) => index + 1));
	else expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
	const bySeq = new Map(events.map((stored) => [stored.seq, stored]));
	for (const each of announced) expect(bySeq.get(each.seq)).toEqual(each);
	const folds = () => ({
		items: store.transcript(sessionId, null, 5000),
		row: store.session(sessionId),
		open: store.unfinished(sessionId),
		queue: store.queue(sessionId),
	});
	const before = folds();
	store.rebuildFolds(sessionId);
	expect(folds()).toEqual(before);
	if (ended) expect(before.open).toEqual({ cells: [], turns: [], approvals: [] });
	return events;
};

/** The events that a client was told of. */
export const announcedTo = (client: TestClient, sessionId: string): StoredEvent[] =>
	client.updates.flatMap((update) =>
		update.kind === "event" && update.sessionId === sessionId
			? [{ seq: update.seq, at: update.at, event: update.event }]
			: [],
	);

/** For a server's process whose files all lie in one folder. */
export const environmentIn = (folder: string) => ({
	PATH: process.env.PATH,
	HOME: folder,
	XDG_STATE_HOME: join(folder, "state"),
	XDG_CONFIG_HOME: join(folder, "config"),
	XDG_RUNTIME_DIR: join(folder, "run"),
});
