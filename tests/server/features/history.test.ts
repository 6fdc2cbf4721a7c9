/** IPython's own database while we read it and write beside it: nothing of ours blocks it, renames it or loses a row. */
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

test("a kernel that writes history at full speed loses none of it", async () => {
	const { client, server, sessionId, run, ask } = await startKernelSession([say("Fine.")]);
	const { historyFile, historySession } = await client.event("kernelAttached");
	await ask("first");
	const count = 200;
	// Every cell and every 20th prompt is a row, saved by IPython's own thread and by the mirror.
	const others = await server.connect({ environment: { IPYTHONDIR: dirname(dirname(historyFile!)) } });
	let done = false;
	const listing = (async () => {
		let lists = 0;
		for (; !done; lists++) await others.request("session/list", {});
		return lists;
	})();
	const cells = Array.from({ length: count }, (_, n) =>
		client.request("cell/execute", { sessionId, requestId: `c${n}`, code: `value = ${n}` }),
	);
	const last = (await Promise.all(cells)).at(-1)!;
	await client.event("cellFinished", (event) => event.cellId === last.cellId);
	for (let n = 0; n < 5; n++) await ask(`prompt ${n}`);
	await run("get_ipython().history_manager.writeout_cache()");
	done = true;
	expect(await listing).toBeGreaterThan(20);

	const read = <T>(sql: string): T[] => {
		const db = new Database(historyFile!, { readonly: true, timeout: 1000 });
		try {
			return db.prepare(sql).all(historySession) as T[];
		} finally {
			db.close();
		}
	};
	await until(() => read("SELECT id FROM claude_prompts WHERE session = ?").length === 6);
	const sources = read<{ source_raw: string }>(
		"SELECT source_raw FROM history WHERE session = ? ORDER BY line",
	);
	const texts = sources.map((row) => row.source_raw);
	for (let n = 0; n < count; n++) expect(texts.filter((text) => text === `value = ${n}`)).toHaveLength(1);
	expect(texts.filter((text) => text.startsWith(".prompt"))).toHaveLength(5);
	expect(readdirSync(dirname(historyFile!)).filter((name) => /corrupt|bad/.test(name))).toEqual([]);
});
