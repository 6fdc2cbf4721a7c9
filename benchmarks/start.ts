/**
 * How long starting takes: the terminal to a prompt that takes keys and to the first cell's result, beside plain
 * `ipython`; the server to its answer to `initialize`, beside `codex app-server`. In turn, medians.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as pty from "@lydell/node-pty";
import { median, ms, printRow } from "./row.ts";

const rounds = 9;
const root = join(import.meta.dirname, "..");
const python = join(root, ".python/bin");
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
mkdirSync(join(folder, "codex"));
const environment = {
	PATH: process.env.PATH!,
	HOME: folder,
	XDG_RUNTIME_DIR: join(folder, "run"),
	TERM: "xterm-256color",
	IPYAI_SERVER_IDLE_MS: "100",
};

/** Time to a prompt, to an echoed key, and to the result of `1+1`, of a program on a terminal. */
const startTerminal = (file: string, args: string[]): Promise<{ keys: number; result: number }> =>
	new Promise((resolve, reject) => {
		const started = performance.now();
		const child = pty.spawn(file, args, { cols: 100, rows: 30, cwd: folder, env: environment });
		let screen = "";
		let keys = 0;
		let sent = false;
		const fail = setTimeout(() => {
			child.kill("SIGKILL");
			reject(new Error(`${file} did not start:\n${screen}`));
		}, 30_000);
		child.onData((text) => {
			screen += text;
			// Programs ask where the cursor is and wait for the answer.
			if (text.includes("\x1b[6n")) child.write("\x1b[1;1R");
			if (!sent && plain(screen).includes("In [1]")) {
				sent = true;
				screen = "";
				child.write("111 + 222");
			} else if (sent && keys === 0 && plain(screen).includes("111 + 222")) {
				keys = performance.now() - started;
				child.write("\r");
			} else if (keys > 0 && plain(screen).includes("333")) {
				const result = performance.now() - started;
				clearTimeout(fail);
				child.onExit(() => resolve({ keys, result }));
				child.write("exit\r");
				setTimeout(() => child.kill("SIGKILL"), 3000).unref();
			}
		});
	});

const plain = (text: string): string => text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07/g, "");

/** Time from spawn to the answer to the first message. */
const startServer = (file: string, args: string[], message: string, answered: RegExp): Promise<number> =>
	new Promise((resolve, reject) => {
		const started = performance.now();
		const child = spawn(file, args, {
			cwd: folder,
			env: { ...environment, CODEX_HOME: join(folder, "codex") },
			stdio: ["pipe", "pipe", "ignore"],
		});
		let text = "";
		child.on("error", reject);
		child.stdout.on("data", (chunk) => {
			text += chunk;
			if (!answered.test(text)) return;
			resolve(performance.now() - started);
			child.kill("SIGKILL");
		});
		child.stdin.write(message);
	});

const lsp = (body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`;
const initialize = lsp(
	JSON.stringify({
		jsonrpc: "2.0",
		id: 1,
		method: "initialize",
		params: { processId: null, rootUri: null, capabilities: {} },
	}),
);
const codexInitialize = `${JSON.stringify({
	id: 1,
	method: "initialize",
	params: { clientInfo: { name: "bench", title: "bench", version: "0" }, capabilities: {} },
})}\n`;

const codexBinary = (): string | null => {
	const require = createRequire(import.meta.url);
	try {
		const package_ = dirname(
			require.resolve(`@openai/codex-${process.platform}-${process.arch}/package.json`),
		);
		const binary = join(package_, "vendor/x86_64-unknown-linux-musl/bin/codex");
		return existsSync(binary) ? binary : null;
	} catch {
		return null;
	}
};

const ours: { keys: number; result: number }[] = [];
const theirs: { keys: number; result: number }[] = [];
for (let round = 0; round <= rounds; round++) {
	const a = await startTerminal(join(root, "bin/ipyai"), ["--python", join(python, "python")]);
	const b = await startTerminal(join(python, "ipython"), []);
	// The first round warms the disk.
	if (round === 0) continue;
	ours.push(a);
	theirs.push(b);
}
const row = (what: string, pick: (each: { keys: number; result: number }) => number, target: string) => {
	const [a, b] = [median(ours.map(pick)), median(theirs.map(pick))];
	printRow({ what, ours: ms(a), peer: ms(b), peerName: "ipython", ratio: `${(a / b).toFixed(2)}×`, target });
};
row("`ipyai` to a prompt that takes keys, cold server", ({ keys }) => keys, "≤ 0.5×");
row("`ipyai` to the first cell's result, cold server", ({ result }) => result, "≤ 1.3×");

const codex = codexBinary();
if (codex) {
	const server: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round <= rounds; round++) {
		const node = join(root, "node_modules/.bin/node");
		const a = await startServer(
			node,
			[join(root, "dist/server.js"), "--stdio"],
			initialize,
			/"capabilities"/,
		);
		const b = await startServer(codex, ["app-server"], codexInitialize, /"id":1/);
		if (round === 0) continue;
		server.push(a);
		peer.push(b);
	}
	printRow({
		what: "server start to `initialize` answered",
		ours: ms(median(server)),
		peer: ms(median(peer)),
		peerName: "codex app-server",
		ratio: `${(median(server) / median(peer)).toFixed(2)}×`,
		target: "≤ 1.0×",
	});
} else process.stderr.write("start: no codex binary here, its row is left out\n");
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
