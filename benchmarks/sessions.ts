/**
 * What a long life with ipyai costs: listing and resuming among 10,000 sessions and 100,000 events over the wire, and
 * saving a notebook of 1,000 cells beside a whole-file rewrite with nbformat for each event, as the Python ipyai
 * 0.1.7 does. `node benchmarks/sessions.ts`
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { joinServer } from "../clients/common/server/joinServer.ts";
import { placeFacts } from "../ground/paths/placeFacts.ts";
import { stateDir } from "../ground/paths/runtimeDir.ts";
import { openStore } from "../server/store/openStore.ts";
import type { Owner, Store } from "../server/store/store.ts";
import { chattyCell } from "./cells.ts";
import { median, ms, printRow } from "./row.ts";

const owner: Owner = { instanceId: "bench", pid: 1, startTime: "0" };

const fill = (store: Store, sessionId: string, cwd: string, cells: number): void => {
	store.createSession(sessionId, cwd, owner, [{ kind: "sessionCreated", cwd, title: sessionId }]);
	for (let n = 1; n <= cells; n += 20)
		store.append(
			sessionId,
			Array.from({ length: Math.min(20, cells - n + 1) }, (_, at) => chattyCell(n + at)).flat(),
		);
};

const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
try {
	const environment = {
		PATH: process.env.PATH ?? "",
		HOME: folder,
		XDG_RUNTIME_DIR: join(folder, "run"),
		XDG_STATE_HOME: join(folder, "state"),
		IPYAI_SERVER_IDLE_MS: "200",
	};
	const store = openStore(join(stateDir(placeFacts(environment)), "ipyai.sqlite"));
	for (let n = 0; n < 10_000; n++) fill(store, `other-${n}`, `/work/${n % 100}`, 1);
	fill(store, "long", "/work/long", 20_000);
	fill(store, "short", "/work/short", 20);
	fill(store, "thousand", folder, 1000);
	const appendMs = median(
		Array.from({ length: 200 }, (_, n) => {
			const start = performance.now();
			store.append("thousand", chattyCell(2000 + n));
			return performance.now() - start;
		}),
	);
	store.close();

	const client = await joinServer({
		name: "bench",
		cwd: folder,
		environment,
		answers: "nothing",
	});
	let ids = 0;
	const timed = async (work: () => Promise<unknown>): Promise<number> => {
		const start = performance.now();
		await work();
		return performance.now() - start;
	};
	const resume = (ref: { sessionId: string }) =>
		client.request("session/resume", { requestId: `r${++ids}`, ref, settings: {} });
	const openAgain = async (sessionId: string, times: number): Promise<number> => {
		const all: number[] = [];
		for (let n = 0; n < times; n++)
			all.push(
				await timed(async () => {
					await client.request("session/list", { cwd: `/work/${sessionId}`, limit: 100 });
					await client.request("session/list", { limit: 100 });
					await resume({ sessionId });
				}),
			);
		return median(all);
	};
	// The first of each finds nothing in memory: what a person waits for.
	const firstMs = await openAgain("long", 1);
	const shortMs = await openAgain("short", 5);
	printRow({
		what: "list and resume among 10,000 sessions, the first time, with 200 items shown",
		ours: `${ms(firstMs)} of 100,000 events`,
		peer: ms(shortMs),
		peerName: "of 100 events, again",
		ratio: (firstMs / shortMs).toFixed(1),
		target: "≤ 100 ms",
	});

	await resume({ sessionId: "thousand" });
	const save = () =>
		client.request("notebook/save", {
			sessionId: "thousand",
			requestId: `s${++ids}`,
			path: join(folder, "ours.ipynb"),
		});
	await save();
	const saves: number[] = [];
	for (let n = 0; n < 5; n++) saves.push(await timed(save));
	const python = join(import.meta.dirname, "../.python/bin/python");
	const peer = spawnSync(
		python,
		[join(import.meta.dirname, "notebook_rewrite.py"), join(folder, "ours.ipynb")],
		{
			encoding: "utf8",
		},
	);
	if (peer.status !== 0) throw new Error(`${python} failed: ${peer.error ?? peer.stderr}`);
	const rewriteMs = Number(peer.stdout);
	printRow({
		what: "keep a cell with its output in a session of 1,000",
		ours: ms(appendMs),
		peer: ms(rewriteMs),
		peerName: "nbformat writes the whole file",
		ratio: `1 : ${Math.round(rewriteMs / appendMs)}`,
		target: "≤ 1 : 10",
	});
	printRow({
		what: "save a notebook of 1,200 cells",
		ours: ms(median(saves)),
		peer: ms(rewriteMs),
		peerName: "nbformat",
		ratio: (median(saves) / rewriteMs).toFixed(2),
		target: "≤ 1",
	});
	client.close();
	await sleep(1000);
} finally {
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
