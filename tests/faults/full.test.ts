/** The database's own limits: SQLite's page limit stands for a full disk, a file-size limit is the system's. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { StoredEvent } from "../../protocol/index.ts";
import { openStore } from "../../server/store/openStore.ts";
import { checkStored, environmentIn, faultFolder, runTable } from "../support/faults.ts";
import { rawClient } from "../support/rawClient.ts";
import { cellFinished, cellStarted, created, owner, print } from "../support/storeEvents.ts";

test("a full disk refuses a step as a whole, and goes on when there is room", async () => {
	const rows = Array.from({ length: 24 }, (_, index) => 40 + index * 3);
	await runTable(
		rows,
		(pages) => `${pages} pages`,
		(pages) => {
			const file = join(faultFolder(), "ipyai.sqlite");
			const acknowledged: StoredEvent[] = [];
			const small = openStore(file, { maxPages: pages });
			let refused: unknown = null;
			try {
				acknowledged.push(...small.createSession("s", "/work", owner, [created()]));
				for (let n = 0; n < 200 && refused === null; n++)
					try {
						const cell = `c${n}`;
						acknowledged.push(
							...small.append("s", [
								cellStarted(cell, "x"),
								print(cell, "y".repeat(2000)),
								cellFinished(cell),
							]),
						);
					} catch (error) {
						refused = error;
					}
			} finally {
				small.close();
			}
			expect(refused).toMatchObject({ name: "StoreError", refused: true });
			expect((refused as Error).message).toContain(`Database ${file}`);
			expect((refused as Error).message).toContain("free some space");
			const large = openStore(file);
			try {
				const events = checkStored(large, "s", acknowledged, { ended: true });
				expect(events).toEqual(acknowledged);
				large.append("s", [cellStarted("later", "x"), cellFinished("later")]);
				checkStored(large, "s", acknowledged, { ended: true });
			} finally {
				large.close();
			}
		},
	);
});

test("a server whose files may not grow says so, and answers on", async () => {
	const folder = faultFolder();
	const main = join(import.meta.dirname, "../../server/main.ts");
	// In units of 512 bytes or 1 kB, as the shell has it.
	const child = spawn("sh", ["-c", 'ulimit -f 800; exec "$0" "$1" --stdio', process.execPath, main], {
		env: environmentIn(folder),
		stdio: ["pipe", "pipe", "inherit"],
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	const { Duplex } = await import("node:stream");
	const client = rawClient(Duplex.from({ readable: child.stdout!, writable: child.stdin! }));
	let id = 0;
	const request = async (method: string, params: object) => {
		const mine = ++id;
		client.send({ id: mine, method, params });
		return client.until((message) => message.id === mine);
	};
	const aiShell = { cwd: folder, environment: {} };
	await request("initialize", {
		processId: null,
		rootUri: null,
		capabilities: {},
		initializationOptions: { aiShell },
	});
	client.send({ method: "initialized", params: {} });
	const opened = await request("session/new", { requestId: "n", cwd: folder, kernel: null, settings: {} });
	const { sessionId } = (opened.result as { state: { sessionId: string } }).state;
	let refused: string | null = null;
	let renamed = 0;
	for (; renamed < 2000 && refused === null; renamed++) {
		const title = `${renamed}`.padEnd(400, "x");
		const { error } = await request("session/rename", { sessionId, requestId: `r${renamed}`, title });
		refused = error?.message ?? null;
	}
	expect(refused).toContain(join(folder, "state/ipyai/ipyai.sqlite"));
	const listed = await request("session/list", {});
	expect((listed.result as { sessions: { title: string }[] }).sessions[0]!.title).toMatch(
		new RegExp(`^${renamed - 2}x`),
	);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	child.stdin!.end();
	await ended;
	const store = openStore(join(folder, "state/ipyai/ipyai.sqlite"));
	expect(store.session(sessionId)?.title).toMatch(new RegExp(`^${renamed - 2}x`));
	store.close();
	expect(readdirSync(join(folder, "state/ipyai"))).toContain("ipyai.sqlite");
	expect(readFileSync(join(folder, "state/ipyai/ipyai.sqlite")).length).toBeGreaterThan(0);
});
