/**
 * What the event log costs as it grows: `node benchmarks/store.ts` prints one JSON object. Ratios between figures
 * of one run mean something, the figures themselves depend on the machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionEvent } from "../protocol/index.ts";
import { openStore } from "../server/store/openStore.ts";
import type { Owner, Store } from "../server/store/store.ts";

const owner: Owner = { instanceId: "bench", pid: process.pid, startTime: "0" };

const cell = (n: number): SessionEvent[] => [
	{
		kind: "cellStarted",
		cellId: `c${n}`,
		kernelId: "k",
		code: `value = step(${n})\nvalue`,
		by: "p",
		executionCount: n,
	},
	...[1, 2, 3].map(
		(part): SessionEvent => ({
			kind: "cellOutput",
			cellId: `c${n}`,
			output: { kind: "stream", name: "stdout", text: `line ${part} of cell ${n}: ${"x".repeat(60)}\n` },
		}),
	),
	{ kind: "cellFinished", cellId: `c${n}`, status: "ok", executionCount: n, payloads: [] },
];

const fill = (store: Store, sessionId: string, events: number): void => {
	store.createSession(sessionId, "/work", owner, [{ kind: "sessionCreated", cwd: "/work", title: null }]);
	for (let n = 1; n * 5 < events; n += 20)
		store.append(sessionId, Array.from({ length: 20 }, (_, at) => cell(n + at)).flat());
};

const median = (times: number[]): number =>
	times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;

const measure = (times: number, work: (n: number) => void): number =>
	median(
		Array.from({ length: times }, (_, n) => {
			const start = performance.now();
			work(n);
			return performance.now() - start;
		}),
	);

const round = (ms: number): number => Math.round(ms * 10_000) / 10_000;

const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
try {
	const file = join(folder, "ipyai.sqlite");
	const filling = openStore(file);
	fill(filling, "short", 100);
	fill(filling, "long", 100_000);
	for (let n = 0; n < 10_000; n++)
		filling.createSession(`other-${n}`, `/work/${n % 100}`, owner, [
			{ kind: "sessionCreated", cwd: `/work/${n % 100}`, title: `Session ${n}` },
		]);
	filling.close();

	const openMs = measure(20, () => openStore(file).close());
	const cold = openStore(file);
	const start = performance.now();
	cold.session("long");
	cold.transcript("long", null, 200);
	const firstSnapshotMs = performance.now() - start;

	const appendTo = (sessionId: string): number => {
		cold.append(sessionId, cell(1_000_000).slice(0, 1));
		const output = cell(1_000_000).slice(1, 2);
		return measure(2000, () => cold.append(sessionId, output));
	};
	const snapshot = (sessionId: string): number => measure(20, () => cold.transcript(sessionId, null, 200));
	const context = (sessionId: string): number => {
		const { headSeq } = cold.session(sessionId)!;
		return measure(20, () => cold.contextCells(sessionId, headSeq - 50, headSeq));
	};
	const contextMs = { at100: context("short"), at100000: context("long") };
	const appendMs = { at100: appendTo("short"), at100000: appendTo("long") };
	const figures = {
		openMs: round(openMs),
		firstSnapshotMsAt100000: round(firstSnapshotMs),
		snapshotMs: { at100: round(snapshot("short")), at100000: round(snapshot("long")) },
		appendMs: { at100: round(appendMs.at100), at100000: round(appendMs.at100000) },
		appendRatio: round(appendMs.at100000 / appendMs.at100),
		contextRatio: round(contextMs.at100000 / contextMs.at100),
		listMsOf10000: round(measure(20, () => cold.listSessions({ limit: 100 }))),
		listFolderMsOf10000: round(measure(20, () => cold.listSessions({ cwd: "/work/7", limit: 100 }))),
		searchMsOf10000: round(measure(20, () => cold.listSessions({ search: "no such text", limit: 100 }))),
	};
	process.stdout.write(`${JSON.stringify(figures, null, "\t")}\n`);
	cold.close();
} finally {
	rmSync(folder, { recursive: true, force: true });
}
