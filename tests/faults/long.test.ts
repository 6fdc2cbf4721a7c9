/** A log of 100,000 events is opened, joined and gone on with like a short one. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../server/store/openStore.ts";
import { checkStored, checkUsable, faultFolder, startFaultyServer } from "../support/faults.ts";
import { cellFinished, cellStarted, created, owner, print } from "../support/storeEvents.ts";

const cells = 33_333;
const perStep = 100;

test("a session of 100,000 events goes on, and is told in parts", { timeout: 60_000 }, async () => {
	const folder = faultFolder();
	const filling = openStore(join(folder, "ipyai.sqlite"));
	filling.createSession("long", "/work", owner, [created()]);
	for (let n = 0; n < cells; n += perStep)
		filling.append(
			"long",
			Array.from({ length: Math.min(perStep, cells - n) }, (_, at) => `c${n + at}`).flatMap((cell, at) => [
				cellStarted(cell, `step(${n + at})`, n + at + 1),
				print(cell, `${n + at}\n`),
				cellFinished(cell, n + at + 1),
			]),
		);
	filling.close();

	const server = await startFaultyServer({ folder });
	const client = await server.connect();
	const attach = (since: number | null) =>
		client.request("session/attach", { ref: { sessionId: "long" }, role: "observer", since });
	const { replay, seq } = await attach(1);
	expect(seq).toBeGreaterThan(cells * 3);
	if (replay.kind !== "snapshot") throw new Error("so many events came at once");
	expect(replay).toMatchObject({ hasEarlier: true });
	expect(replay.items.at(-1)).toMatchObject({ code: `step(${cells - 1})` });
	const missed = await attach(seq - 20);
	expect(missed.replay).toMatchObject({ kind: "events" });
	await checkUsable(server, "long");
	await server.stop();

	const store = openStore(join(folder, "ipyai.sqlite"));
	try {
		expect(store.session("long")).toMatchObject({ cells: cells + 1, turns: 1 });
		checkStored(store, "long", [], { ended: true });
	} finally {
		store.close();
	}
});
