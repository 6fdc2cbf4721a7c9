/**
 * What a prompt's context costs: a few cells since the last prompt in a session of 50 cells and of 5,000, and all
 * of them at once, which the budget bounds. `node benchmarks/context.ts`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultLimits } from "../server/context/limits.ts";
import { renderTurn } from "../server/context/renderTurn.ts";
import { openStore } from "../server/store/openStore.ts";
import type { Store } from "../server/store/store.ts";
import { cellEvents } from "./cells.ts";
import { median, ms, printRow } from "./row.ts";

const fill = (store: Store, sessionId: string, cells: number): void => {
	store.createSession(sessionId, "/work", { instanceId: "bench", pid: process.pid, startTime: "0" }, [
		{ kind: "sessionCreated", cwd: "/work", title: null },
	]);
	for (let n = 0; n < cells; n += 10)
		store.append(
			sessionId,
			Array.from({ length: 10 }, (_, at) => cellEvents(n + at, [`step ${n + at} done\n`])).flat(),
		);
};

const render = (store: Store, sessionId: string, cells: number): void => {
	const { headSeq } = store.session(sessionId)!;
	const since = store.contextCells(sessionId, Math.max(0, headSeq - cells * 3), headSeq, defaultLimits.cells);
	renderTurn({
		cells: since,
		notes: new Map(),
		refs: [],
		request: [{ kind: "text", text: "why?" }],
		supportsImages: true,
	});
};

const medianMs = (times: number, work: () => void): number =>
	median(
		Array.from({ length: times }, () => {
			const start = performance.now();
			work();
			return performance.now() - start;
		}),
	);

const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
const store = openStore(join(folder, "ipyai.sqlite"));
try {
	fill(store, "short", 50);
	fill(store, "long", 5000);
	for (const session of ["short", "long"]) medianMs(200, () => render(store, session, 5));
	const afterPrompt = {
		at50: medianMs(500, () => render(store, "short", 5)),
		at5000: medianMs(500, () => render(store, "long", 5)),
	};
	const pending = {
		at50: medianMs(50, () => render(store, "short", 50)),
		at5000: medianMs(50, () => render(store, "long", 5000)),
	};
	printRow({
		what: "context for a prompt, 5 cells since the last",
		ours: `${ms(afterPrompt.at5000)} after 5,000 cells`,
		peer: ms(afterPrompt.at50),
		peerName: "after 50 cells",
		ratio: (afterPrompt.at5000 / afterPrompt.at50).toFixed(2),
		target: "≤ 1.2",
	});
	printRow({
		what: "context for a prompt, every cell since the last",
		ours: `${ms(pending.at5000)} of 5,000 cells`,
		peer: ms(pending.at50),
		peerName: "of 50 cells",
		ratio: (pending.at5000 / pending.at50).toFixed(2),
		target: "bounded by the budget",
	});
} finally {
	store.close();
	rmSync(folder, { recursive: true, force: true });
}
