/**
 * What a cell's output costs, however much and fast it comes: memory of the server and of the kernel, how long the server's
 * loop is held, and how long another session waits. `node benchmarks/bounds.ts [MEGABYTES]`
 */
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { spawnKernel } from "../clients/common/kernel/spawnKernel.ts";
import type { ServerConnection } from "../clients/common/server/connection.ts";
import { tellHeld } from "./held.ts";
import { connectTo, serveHere } from "./ourServer.ts";
import { ms, printRow } from "./row.ts";

const megabytes = Number(process.argv[2]) || 100;

/** The server's process. */
const serve = (folder: string): void => {
	const { path } = serveHere({ folder, name: "server", backends: [] });
	tellHeld(path);
};

/** In MB, what a process has in memory, and at most had since `forgetPeak`. */
const memory = (pid: number, field: "VmRSS" | "VmHWM"): number =>
	Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, "5");

const sessionWith = async (client: ServerConnection, folder: string, name: string) => {
	const { launch } = spawnKernel({
		python: process.env.IPYAI_BENCH_PYTHON ?? join(import.meta.dirname, "../.python/bin/python"),
		cwd: folder,
		env: { ...process.env, XDG_RUNTIME_DIR: join(folder, "run") },
	});
	const { state } = await client.request("session/new", {
		requestId: name,
		cwd: folder,
		kernel: launch,
		settings: {},
	});
	const { sessionId } = state;
	let cells = 0;
	const ended = new Map<string, () => void>();
	client.onUpdate((update) => {
		if (update.kind === "event" && update.event.kind === "cellFinished") ended.get(update.event.cellId)?.();
	});
	const run = async (code: string): Promise<void> => {
		const { cellId } = await client.request("cell/execute", {
			sessionId,
			requestId: `${name}${++cells}`,
			code,
		});
		await new Promise<void>((resolve) => ended.set(cellId, resolve));
	};
	return { sessionId, pid: launch.pid, run };
};

const cases: Readonly<Record<string, string>> = {
	[`${megabytes} MB of lines`]: `for i in range(${megabytes * 1000}): print('x' * 999)`,
	[`${megabytes} MB of a program's`]: `import os; os.system("yes 'a line of a program' | head -c ${megabytes}000000");`,
	"300,000 flushed prints": "for i in range(300_000): print(i, flush=True)",
};

const measure = async (): Promise<void> => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
	const server = fork(import.meta.filename, ["serve", folder]);
	const told = <T>(): Promise<T> => new Promise((resolve) => server.once("message", resolve as never));
	const { path } = await told<{ path: string }>();
	const at = { folder, environment: { HOME: folder } };
	const [client, other] = [await connectTo(path, at), await connectTo(path, at)];
	const busy = await sessionWith(client, folder, "busy");
	const quiet = await sessionWith(other, folder, "quiet");
	const serverPid = server.pid as number;
	/** Of one small request after another while the cell runs. */
	const longestWait = async (cell: Promise<void>): Promise<number> => {
		let isDone = false;
		let longest = 0;
		const running = cell.finally(() => {
			isDone = true;
		});
		while (!isDone) {
			const asked = performance.now();
			await other.request("context/preview", { sessionId: quiet.sessionId, text: "hello" });
			longest = Math.max(longest, performance.now() - asked);
			await delay(5);
		}
		await running;
		return longest;
	};
	try {
		// What is allocated once.
		await busy.run(
			"import os\nfor i in range(30_000): print('x' * 999)\nos.system(\"yes 'a line of a program' | head -c 30000000\");",
		);
		await quiet.run("1");
		const besideMs = await longestWait(busy.run("for i in range(60_000_000): pass"));
		for (const [what, code] of Object.entries(cases)) {
			const before = { server: memory(serverPid, "VmRSS"), kernel: memory(busy.pid, "VmRSS") };
			for (const pid of [serverPid, busy.pid]) forgetPeak(pid);
			server.send("read");
			await told();
			const start = performance.now();
			const waitedMs = await longestWait(busy.run(code));
			const seconds = (performance.now() - start) / 1000;
			server.send("read");
			const { heldMs } = await told<{ heldMs: number }>();
			const grew = (pid: number, from: number) => Math.max(0, memory(pid, "VmHWM") - from);
			const row = (name: string, value: number, unit: string, bound: number) =>
				printRow({
					what: `${what} (${seconds.toFixed(1)} s): ${name}`,
					ours: `${value.toFixed(0)} ${unit}`,
					peer: `${bound} ${unit}`,
					peerName: "bound",
					ratio: (value / bound).toFixed(2),
					target: "≤ 1.0×",
				});
			row("the server's memory grows by", grew(serverPid, before.server), "MB", 16);
			row("the kernel's memory grows by", grew(busy.pid, before.kernel), "MB", 16);
			row("the server's loop is held for", heldMs, "ms", 50);
			printRow({
				what: `${what}: a request of another session waits at most`,
				ours: ms(waitedMs),
				peer: ms(besideMs),
				peerName: "beside a cell that computes and prints nothing",
				ratio: (waitedMs / besideMs).toFixed(1),
				target: "≤ 50 ms more",
			});
		}
	} finally {
		for (const each of [client, other]) each.close();
		server.kill();
		for (const { pid } of [busy, quiet]) {
			try {
				process.kill(-pid, "SIGKILL");
			} catch {
				// it has ended
			}
		}
		rmSync(folder, { recursive: true, force: true });
	}
};

if (process.argv[2] === "serve") serve(process.argv[3] as string);
else await measure();
