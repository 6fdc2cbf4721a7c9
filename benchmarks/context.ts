/**
 * What a prompt's context costs: `node benchmarks/context.ts` prints one JSON object. `afterPrompt` is the usual
 * case, a few cells since the last prompt of a session of 50 or 5,000; `pending` renders all of them at once.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionEvent } from "../protocol/index.ts";
import { defaultLimits } from "../server/context/limits.ts";
import { renderTurn } from "../server/context/renderTurn.ts";
import { openStore } from "../server/store/openStore.ts";
import type { Store } from "../server/store/store.ts";

const cell = (n: number): SessionEvent[] => [
	{
		kind: "cellStarted",
		cellId: `c${n}`,
		kernelId: "k",
		code: `value = step(${n})\nvalue`,
		by: "p",
		executionCount: n,
	},
	{
		kind: "cellOutput",
		cellId: `c${n}`,
		output: { kind: "stream", name: "stdout", text: `step ${n} done\n` },
	},
	{ kind: "cellFinished", cellId: `c${n}`, status: "ok", executionCount: n, payloads: [] },
];

const fill = (store: Store, sessionId: string, cells: number): void => {
	store.createSession(sessionId, "/work", { instanceId: "bench", pid: process.pid, startTime: "0" }, [
		{ kind: "sessionCreated", cwd: "/work", title: null },
	]);
	for (let n = 0; n < cells; n += 10)
		store.append(sessionId, Array.from({ length: 10 }, (_, at) => cell(n + at)).flat());
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

const medianMs = (times: number, work: () => void): number => {
	const taken = Array.from({ length: times }, () => {
		const start = performance.now();
		work();
		return performance.now() - start;
	}).sort((a, b) => a - b);
	return Math.round(taken[Math.floor(times / 2)]! * 10_000) / 10_000;
};

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
	const ratio = Math.round((afterPrompt.at5000 / afterPrompt.at50) * 1000) / 1000;
	process.stdout.write(
		`${JSON.stringify({ afterPromptMs: afterPrompt, ratio, pendingMs: pending }, null, "\t")}\n`,
	);
} finally {
	store.close();
	rmSync(folder, { recursive: true, force: true });
}
