/** The disk refuses while a session runs: at each write, once and for a while. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../server/store/openStore.ts";
import {
	announcedTo,
	checkStored,
	checkUsable,
	diskFault,
	faultFolder,
	playSession,
	runTable,
	spread,
	startFaultyServer,
	watchWrites,
} from "../support/faults.ts";

type Row = { readonly at: number; readonly times: number };

/** Plays the session with the writes from `at` on refused, so many times. */
const play = async ({ at, times }: Row) => {
	const folder = faultFolder();
	const file = join(folder, "ipyai.sqlite");
	let refused = 0;
	let count = 0;
	let hasBroken = true;
	const server = await startFaultyServer({
		folder,
		withStore: (store) =>
			watchWrites(store, {
				before: (write) => {
					count = write;
					if (!hasBroken || write < at || refused >= times) return;
					refused++;
					throw diskFault(file);
				},
			}),
	});
	const client = await server.connect();
	const { sessionId, told } = await playSession(server, client);
	hasBroken = false;
	await checkUsable(server, sessionId);
	const announced = announcedTo(client, sessionId);
	await server.stop();
	const store = openStore(file);
	try {
		checkStored(store, sessionId, announced, { ended: true });
		const { sessions } = store.listSessions({});
		expect(sessions.filter(({ title }) => title === "Fork")).toHaveLength(1);
	} finally {
		store.close();
	}
	for (const message of told) expect(message).toContain(file);
	return { count, told };
};

const rows = async (times: number): Promise<Row[]> => {
	const { count } = await play({ at: 0, times: 0 });
	return Array.from({ length: count }, (_, index) => ({ at: index + 1, times }));
};

const check = async (row: Row): Promise<void> => {
	await play(row);
};

test("a write that is refused once loses nothing and stops nothing", { timeout: 60_000 }, async () => {
	await runTable(await rows(1), ({ at }) => `write ${at}`, check);
});

test("a disk that is full for a while stops nothing for longer", { timeout: 60_000 }, async () => {
	const some = (await rows(6)).filter(({ at }) => at % spread(4) === 0);
	await runTable(some, ({ at, times }) => `writes ${at} to ${at + times}`, check);
});
