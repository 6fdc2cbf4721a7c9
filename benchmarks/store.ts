/** What the event log costs as it grows. `node benchmarks/store.ts` */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../server/store/openStore.ts";
import type { Owner, Store } from "../server/store/store.ts";
import { chattyCell } from "./cells.ts";
import { median, ms, printRow } from "./row.ts";

const owner: Owner = { instanceId: "bench", pid: process.pid, startTime: "0" };

const fill = (store: Store, sessionId: string, events: number): void => {
	store.createSession(sessionId, "/work", owner, [{ kind: "sessionCreated", cwd: "/work", title: null }]);
	for (let n = 1; n * 5 < events; n += 20)
		store.append(sessionId, Array.from({ length: 20 }, (_, at) => chattyCell(n + at)).flat());
};

const measure = (times: number, work: (n: number) => void): number =>
	median(
		Array.from({ length: times }, (_, n) => {
			const start = performance.now();
			work(n);
			return performance.now() - start;
		}),
	);

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
		cold.append(sessionId, chattyCell(1_000_000).slice(0, 1));
		const output = chattyCell(1_000_000).slice(1, 2);
		return measure(2000, () => cold.append(sessionId, output));
	};
	const snapshot = (sessionId: string): number => measure(20, () => cold.transcript(sessionId, null, 200));
	const appendMs = { at100: appendTo("short"), at100000: appendTo("long") };
	const snapshotMs = { at100: snapshot("short"), at100000: snapshot("long") };
	const microseconds = (value: number): string => `${(value * 1000).toFixed(0)} µs`;
	printRow({
		what: "append an output to the log",
		ours: `${microseconds(appendMs.at100000)} at 100,000 events`,
		peer: microseconds(appendMs.at100),
		peerName: "at 100 events",
		ratio: (appendMs.at100000 / appendMs.at100).toFixed(2),
		target: "≤ 1.2",
	});
	printRow({
		what: "open a session: store, row and 200 items",
		ours: `${ms(openMs + firstSnapshotMs)} of 100,000 events`,
		peer: ms(openMs + snapshotMs.at100),
		peerName: "of 100 events",
		ratio: ((openMs + firstSnapshotMs) / (openMs + snapshotMs.at100)).toFixed(1),
		target: "≤ 100 ms",
	});
	printRow({
		what: "list the newest 100 of 10,000 sessions",
		ours: ms(measure(20, () => cold.listSessions({ limit: 100 }, []))),
		peer: ms(measure(20, () => cold.listSessions({ search: "no such text", limit: 100 }))),
		peerName: "search that finds nothing",
		ratio: "-",
		target: "-",
	});
	cold.close();
} finally {
	rmSync(folder, { recursive: true, force: true });
}
