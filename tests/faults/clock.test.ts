/** The clock jumps while a session runs: order is that of sequence numbers, never that of times. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../server/store/openStore.ts";
import {
	announcedTo,
	checkStored,
	checkUsable,
	faultFolder,
	playSession,
	runTable,
	startFaultyServer,
} from "../support/faults.ts";

const second = 1000;
const day = 24 * 60 * 60 * second;
const start = Date.UTC(2026, 0, 1);

test("a clock that jumps changes nothing but the times", { timeout: 60_000 }, async () => {
	const jumps = [-10_000 * day, -day, -second, second, day, 10_000 * day, -start];
	const rows = jumps.flatMap((by) => [1, 5, 20, 40].map((at) => ({ by, at })));
	await runTable(
		rows,
		({ by, at }) => `${by / second} s at event ${at}`,
		async ({ by, at }) => {
			const folder = faultFolder();
			let looks = 0;
			const now = () => start + ++looks + (looks >= at ? by : 0);
			const server = await startFaultyServer({ folder, storeOptions: { now } });
			const client = await server.connect();
			const { sessionId, told } = await playSession(server, client);
			expect(told).toEqual([]);
			await checkUsable(server, sessionId);
			const { sessions } = await client.request("session/list", { cwd: server.folder });
			expect(sessions.map(({ title }) => title).sort()).toEqual(["Fork", "Named"]);
			const announced = announcedTo(client, sessionId);
			await server.stop();
			const store = openStore(join(folder, "ipyai.sqlite"));
			try {
				checkStored(store, sessionId, announced, { ended: true });
			} finally {
				store.close();
			}
		},
	);
});
