/**
 * How long a session takes to start in an environment that has nothing of what a kernel needs, beside one with its own
 * ipykernel: from the start of the process to the first cell's result. In turn, medians.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preparePython } from "../clients/common/kernel/preparePython.ts";
import { spawnKernel } from "../clients/common/kernel/spawnKernel.ts";
import { KernelHost } from "../server/kernel/kernelHost.ts";
import { median, ms, printRow } from "./row.ts";
import { noCommands, silentListener } from "./silentKernel.ts";

const rounds = 9;
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
const env: NodeJS.ProcessEnv = {
	...process.env,
	HOME: folder,
	XDG_RUNTIME_DIR: join(folder, "run"),
	XDG_CACHE_HOME: folder,
};
delete env.PYTHONPATH;

const prepare = (python: string) =>
	preparePython({
		python,
		// The overlay of the tests, so that it is got once.
		env: { ...env, XDG_DATA_HOME: join(root, ".test-overlay") },
		cwd: folder,
		naming: "python",
		onProgress: (line) => process.stderr.write(`${line}\n`),
	});

const start = async (python: string): Promise<number> => {
	const started = performance.now();
	const prepared = await prepare(python);
	const { launch } = spawnKernel({ python, overlay: prepared.overlay, cwd: folder, env });
	const host = new KernelHost({
		launch,
		kernelId: "k",
		listener: silentListener,
	});
	await host.ready;
	await host.execute({
		cellId: "c",
		code: "1 + 1",
		onOutput: () => {},
		onInputRequest: () => {},
		onCommand: noCommands,
	});
	const took = performance.now() - started;
	await host.dispose("end");
	return took;
};

const own = join(root, ".python/bin/python");
const bare = join(folder, "bare");
const base = execFileSync(own, ["-c", "import sys; print(sys._base_executable)"], {
	encoding: "utf8",
}).trim();
execFileSync(base, ["-m", "venv", "--without-pip", bare]);
const times: Record<"ours" | "peer", number[]> = { ours: [], peer: [] };
for (let round = 0; round <= rounds; round++) {
	const ours = await start(join(bare, "bin/python"));
	const peer = await start(own);
	// The first round warms the disk, and gets the overlay.
	if (round === 0) continue;
	times.ours.push(ours);
	times.peer.push(peer);
}
const [ours, peer] = [median(times.ours), median(times.peer)];
printRow({
	what: "kernel to the first cell's result, in an environment without ipykernel",
	ours: ms(ours),
	peer: ms(peer),
	peerName: "one with its own",
	ratio: `${(ours / peer).toFixed(2)}×`,
	target: "≤ 1.1×",
});
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
