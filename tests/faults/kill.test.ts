/**
 * The server is killed: a copy of its files, taken after each write or cut within one, is what the next server finds.
 * A few real kills are in tests/endToEnd and tests/server/store.
 */
import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StoredEvent } from "../../protocol/index.ts";
import { openStore } from "../../server/store/openStore.ts";
import {
	checkStored,
	checkUsable,
	faultFolder,
	playSession,
	runTable,
	spread,
	startFaultyServer,
	watchWrites,
} from "../support/faults.ts";
import { createRandom } from "../support/random.ts";
import { say, scriptedBackend } from "../support/scriptedBackend.ts";

const files = ["ipyai.sqlite", "ipyai.sqlite-wal"];

/** What the files were after a write, and which events had been acknowledged by then. */
type Moment = {
	readonly write: number;
	readonly folder: string;
	readonly walBytes: number;
	readonly acknowledged: ReadonlyMap<string, readonly StoredEvent[]>;
};

/** Plays the session and keeps the moments. */
const moments = async (): Promise<{ sessionId: string; moments: Moment[] }> => {
	const kept: Moment[] = [];
	const acknowledged = new Map<string, readonly StoredEvent[]>();
	const folder = faultFolder();
	const copies = faultFolder();
	const server = await startFaultyServer({
		folder,
		withStore: (store) =>
			watchWrites(store, {
				after: (write, sessionId, stored) => {
					if (stored.length > 0)
						acknowledged.set(sessionId, [...(acknowledged.get(sessionId) ?? []), ...stored]);
					const copy = join(copies, String(write));
					for (const name of files) copyFileSync(join(folder, name), `${copy}-${name}`);
					// Nothing is said of a copy before it is whole.
					const half = new Set(store.halfCopies());
					kept.push({
						write,
						folder: copy,
						walBytes: statSync(join(folder, "ipyai.sqlite-wal")).size,
						acknowledged: new Map([...acknowledged].filter(([id]) => !half.has(id))),
					});
				},
			}),
	});
	const { sessionId } = await playSession(server, await server.connect());
	await server.stop();
	return { sessionId, moments: kept };
};

const restore = ({ folder: copy }: Moment): string => {
	const folder = faultFolder();
	for (const name of files) copyFileSync(`${copy}-${name}`, join(folder, name));
	return folder;
};

const check = (folder: string, acknowledged: Moment["acknowledged"], ended: ReadonlySet<string>): void => {
	const store = openStore(join(folder, "ipyai.sqlite"));
	try {
		for (const [sessionId, events] of acknowledged)
			if (store.session(sessionId) !== null || events.length > 0)
				checkStored(store, sessionId, events, { ended: ended.has(sessionId) });
	} finally {
		store.close();
	}
};

/** Prompts that waited were asked by the next server. */
const checkAnswered = (folder: string, sessionId: string, acknowledged: readonly StoredEvent[]): void => {
	const waiting = new Set<string>();
	for (const { event } of acknowledged) {
		if (event.kind === "promptAccepted") waiting.add(event.turnId);
		if (event.kind === "turnStarted" || event.kind === "promptRemoved") waiting.delete(event.turnId);
	}
	const store = openStore(join(folder, "ipyai.sqlite"));
	try {
		for (const turnId of waiting)
			expect(store.turn(sessionId, turnId)).toMatchObject({
				stopReason: "endTurn",
				parts: [{ text: "Fine." }],
			});
	} finally {
		store.close();
	}
};

test("killed after any write, it goes on from there", { timeout: 60_000 }, async () => {
	const { sessionId, moments: all } = await moments();
	await runTable(
		all,
		({ write }) => `write ${write}`,
		async (moment) => {
			const folder = restore(moment);
			const server = await startFaultyServer({ folder, backends: [scriptedBackend(say("Fine."))] });
			await checkUsable(server, sessionId);
			await server.stop();
			check(folder, moment.acknowledged, new Set([sessionId]));
			checkAnswered(folder, sessionId, moment.acknowledged.get(sessionId) ?? []);
		},
	);
});

test("killed within any write, it has all that was acknowledged before", { timeout: 60_000 }, async () => {
	const { moments: all } = await moments();
	const last = all.at(-1)!;
	const random = createRandom(4);
	const cuts = all.flatMap(({ walBytes, acknowledged, write }, index) => {
		const next = all[index + 1];
		if (!next || next.walBytes <= walBytes || index % spread(1) !== 0) return [];
		const bytes = walBytes + random.int(next.walBytes - walBytes);
		return [{ write: write + 1, bytes, acknowledged, tail: random.pick(["cut", "garbage"]) }];
	});
	expect(cuts.length).toBeGreaterThan(20);
	await runTable(
		cuts,
		({ write, bytes, tail }) => `write ${write}, ${tail} from byte ${bytes}`,
		({ bytes, acknowledged, tail }) => {
			const folder = restore(last);
			const wal = join(folder, "ipyai.sqlite-wal");
			if (tail === "cut") truncateSync(wal, bytes);
			else {
				const content = readFileSync(wal);
				for (let at = bytes; at < content.length; at++) content[at] = random.int(256);
				writeFileSync(wal, content);
			}
			check(folder, acknowledged, new Set());
		},
	);
});

test("killed while a session is copied, it has the whole copy or none", { timeout: 60_000 }, async () => {
	const folder = faultFolder();
	const copies = faultFolder();
	const exported = join(copies, "session.jsonl");
	const kept: { write: number; step: string; folder: string }[] = [];
	let step: string | null = null;
	const server = await startFaultyServer({
		folder,
		withStore: (store) =>
			watchWrites(store, {
				after: (write) => {
					if (step === null) return;
					const copy = join(copies, String(write));
					for (const name of files) copyFileSync(join(folder, name), `${copy}-${name}`);
					kept.push({ write, step, folder: copy });
				},
			}),
	});
	const client = await server.connect();
	const { sessionId } = await playSession(server, client);
	await client.request("session/export", { sessionId, path: exported });
	const past = (await client.request("session/transcript", { sessionId, before: null, limit: 100 })).items;
	const before = new Set((await client.request("session/list", {})).sessions.map((each) => each.sessionId));
	step = "fork";
	await client.request("session/fork", { sessionId, requestId: "fork", title: "the fork" });
	step = "import";
	await client.request("session/import", { path: exported, requestId: "import" });
	step = null;
	await server.stop();
	expect(kept.length).toBeGreaterThan(10);
	let most = 0;
	await runTable(
		kept,
		({ step, write }) => `${step}, write ${write}`,
		async (moment) => {
			const restored = faultFolder();
			for (const name of files) copyFileSync(`${moment.folder}-${name}`, join(restored, name));
			const next = await startFaultyServer({ folder: restored });
			const other = await next.connect();
			const { sessions } = await other.request("session/list", {});
			const copied = sessions.filter((each) => !before.has(each.sessionId));
			for (const each of copied) {
				const { items } = await other.request("session/transcript", {
					sessionId: each.sessionId,
					before: null,
					limit: 100,
				});
				expect(items.length).toBe(past.length);
			}
			const forks = copied.filter(({ title }) => title === "the fork").length;
			expect(forks).toBe(moment.step === "import" ? 1 : copied.length);
			most = Math.max(most, copied.length);
			await next.stop();
		},
	);
	expect(most).toBe(2);
});

test("a damaged or foreign database is named, and what it holds is left alone", async () => {
	const { moments: all } = await moments();
	const whole = faultFolder();
	for (const name of files) copyFileSync(`${all.at(-1)!.folder}-${name}`, join(whole, name));
	openStore(join(whole, "ipyai.sqlite")).close();
	const good = readFileSync(join(whole, "ipyai.sqlite"));
	const damaged = (at: number, bytes: number): Buffer => {
		const copy = Buffer.from(good);
		copy.fill(0xff, at, at + bytes);
		return copy;
	};
	const rows: (readonly [string, Buffer])[] = [
		["a text", Buffer.from("hello ".repeat(200))],
		["a header of SQLite's alone", Buffer.from("SQLite format 3\0".padEnd(100, "x"))],
		["another program's application id", damaged(68, 4)],
		["a newer schema", damaged(63, 1)],
		["a schema version below nothing", damaged(60, 1)],
		...[
			1,
			99,
			512,
			4095,
			4096,
			5000,
			8192,
			Math.floor(good.length / 2),
			good.length - 4096,
			good.length - 1,
		].map((bytes) => [`cut after ${bytes} bytes`, good.subarray(0, bytes)] as const),
		...[0, 16, 100, 4096, 8192, 16_384, 24_576].map(
			(at) => [`4 kB of garbage from byte ${at}`, damaged(at, 4096)] as const,
		),
	];
	await runTable(
		rows,
		([name]) => name,
		([, content]) => {
			const folder = faultFolder();
			const file = join(folder, "ipyai.sqlite");
			writeFileSync(file, content, { mode: 0o600 });
			try {
				const store = openStore(file);
				try {
					for (const { sessionId } of store.listSessions({}).sessions) {
						store.transcript(sessionId, null, 100);
						store.eventsAfter(sessionId, 0, 1000);
					}
				} finally {
					store.close();
				}
			} catch (error) {
				expect(error).toMatchObject({ name: "StoreError", message: expect.stringContaining(file) });
				expect((error as Error).message).toMatch(/move it away|update this program|restore a copy/);
				expect(readFileSync(file).equals(content)).toBe(true);
				expect(existsSync(join(folder, "blobs"))).toBe(false);
			}
		},
	);
});
