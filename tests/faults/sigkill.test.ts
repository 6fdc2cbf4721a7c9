/** The server's process is killed while requests are on their way: what it answered is stored, what it did is whole. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { openStore } from "../../server/store/openStore.ts";
import { checkStored, environmentIn, faultFolder, runTable } from "../support/faults.ts";
import { createRandom, scaled } from "../support/random.ts";
import { rawClient } from "../support/rawClient.ts";

const main = join(import.meta.dirname, "../../server/main.ts");

test("a killed server had stored all that it answered", { timeout: 60_000 }, async () => {
	const random = createRandom(9);
	const rows = Array.from({ length: scaled(6) }, () => 1 + random.int(60));
	await runTable(
		rows,
		(answers) => `after ${answers} answers`,
		async (answers) => {
			const folder = faultFolder();
			const child = spawn(process.execPath, [main, "--stdio"], {
				env: environmentIn(folder),
				stdio: ["pipe", "pipe", "inherit"],
			});
			const ended = new Promise((resolve) => child.once("exit", resolve));
			child.stdin!.on("error", () => {}); // it is gone
			const stream = Duplex.from({ readable: child.stdout!, writable: child.stdin! });
			stream.on("error", () => {});
			const client = rawClient(stream);
			const aiShell = { cwd: folder, environment: {} };
			const params = { processId: null, rootUri: null, capabilities: {}, initializationOptions: { aiShell } };
			client.send({ id: 1, method: "initialize", params });
			await client.until(({ id }) => id === 1);
			client.send({ method: "initialized", params: {} });
			const settings = {};
			client.send({
				id: 2,
				method: "session/new",
				params: { requestId: "n", cwd: folder, kernel: null, settings },
			});
			const { result } = await client.until(({ id }) => id === 2);
			const { sessionId } = (result as { state: { sessionId: string } }).state;
			// More than are answered: the kill finds requests in every state.
			for (let n = 0; n < answers + 40; n++)
				client.send({
					id: 10 + n,
					method: "session/rename",
					params: { sessionId, requestId: `r${n}`, title: `title ${n}` },
				});
			await client.until(({ id }) => id === 9 + answers);
			child.kill("SIGKILL");
			await ended;
			const answered = client.received.filter(({ id, error }) => Number(id) >= 10 && !error).length;

			const store = openStore(join(folder, "state/ipyai/ipyai.sqlite"));
			try {
				const events = checkStored(store, sessionId, [], { ended: true });
				const titles = events.flatMap(({ event }) => (event.kind === "sessionRenamed" ? [event.title] : []));
				expect(titles.length).toBeGreaterThanOrEqual(answered);
				expect(titles).toEqual(titles.map((_, n) => `title ${n}`));
			} finally {
				store.close();
			}
		},
	);
});
