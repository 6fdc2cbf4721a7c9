/**
 * How long the server's loop is held by the heaviest that a client may send, in processor time, so that other programs
 * do not count. `node benchmarks/heldLoop.ts`
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnKernel } from "../clients/common/kernel/spawnKernel.ts";
import type { Backend, TurnUpdate } from "../server/backends/backend.ts";
import { tellHeld } from "./held.ts";
import { serveHere } from "./ourServer.ts";
import { printRow } from "./row.ts";

const text = "a suggestion";
const backend: Backend = {
	name: "scripted",
	aliases: [],
	capabilities: {
		images: true,
		thinking: false,
		tools: true,
		steer: false,
		search: false,
		providerTools: false,
	},
	defaultModel: "m",
	defaultCompletionModel: "m",
	login: () => ({ kind: "notNeeded" }),
	async *runTurn(): AsyncGenerator<TurnUpdate> {
		yield { kind: "text", itemId: "i", text };
		yield { kind: "response", entry: { role: "assistant", items: [{ kind: "text", text }] } };
		yield { kind: "end", stopReason: "endTurn", usage: null, error: null };
	},
	warm: () => {},
	listModels: async () => [],
	contextWindow: () => 200_000,
	dispose: async () => {},
} as unknown as Backend;

/** The server's process. */
const serve = (folder: string): void => {
	const { path } = serveHere({ folder, name: "server", backends: [backend] });
	tellHeld(path);
};

type Params = Readonly<Record<string, unknown>>;

const measure = async (): Promise<void> => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
	const server = fork(import.meta.filename, ["serve", folder]);
	const told = <T>(): Promise<T> => new Promise((resolve) => server.once("message", resolve as never));
	const { path } = await told<{ path: string }>();
	const socket = connect(path);
	const waiting = new Map<number, (message: never) => void>();
	let bytes = Buffer.alloc(0);
	let missing = 0;
	let held: Buffer[] = [];
	let heldBytes = 0;
	const onUpdate = new Set<(update: { event?: { kind: string } }) => void>();
	socket.on("data", (chunk) => {
		held.push(chunk);
		heldBytes += chunk.length;
		if (heldBytes < missing) return;
		bytes = Buffer.concat(held);
		for (;;) {
			missing = 0;
			const end = bytes.indexOf("\r\n\r\n");
			if (end < 0) break;
			missing = end + 4 + Number(/\d+/.exec(bytes.subarray(0, end).toString())![0]);
			if (bytes.length < missing) break;
			const message = JSON.parse(bytes.subarray(end + 4, missing).toString());
			bytes = bytes.subarray(missing);
			if (message.method === undefined) waiting.get(message.id)?.(message as never);
			else for (const each of [...onUpdate]) each(message.params);
		}
		held = [bytes];
		heldBytes = bytes.length;
	});
	let id = 0;
	const write = (message: object) => {
		const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
		socket.write(`Content-Length: ${body.length}\r\n\r\n`);
		socket.write(body);
	};
	const request = (
		method: string,
		params: unknown,
	): Promise<{ result?: never; error?: { message: string } }> =>
		new Promise((resolve) => {
			waiting.set(++id, resolve as never);
			write({ id, method, params });
		});
	const notify = (method: string, params: unknown) => write({ method, params });
	const event = (kind: string) =>
		new Promise<void>((resolve) => {
			const each = (update: { event?: { kind: string } }) => {
				if (update.event?.kind !== kind) return;
				onUpdate.delete(each);
				resolve();
			};
			onUpdate.add(each);
		});
	const readHeld = async (): Promise<number> => {
		server.send("read");
		return (await told<{ heldMs: number }>()).heldMs;
	};

	await request("initialize", {
		capabilities: { experimental: { aiShell: { version: 1 } } },
		initializationOptions: { aiShell: { name: "bench", cwd: folder, environment: { HOME: folder } } },
	});
	notify("initialized", {});
	const { launch } = spawnKernel({
		python: process.env.IPYAI_BENCH_PYTHON ?? join(import.meta.dirname, "../.python/bin/python"),
		cwd: folder,
		env: { ...process.env, XDG_RUNTIME_DIR: join(folder, "run") },
	});
	const started = event("kernelAttached");
	const { result } = await request("session/new", {
		requestId: "new",
		cwd: folder,
		kernel: launch,
		settings: {},
	});
	const { sessionId } = (result as unknown as { state: { sessionId: string } }).state;
	await started;
	let requests = 0;
	const own = (more: Params) => ({ sessionId, requestId: `r${++requests}`, ...more });
	const prompt = async (content: unknown) => {
		const ended = event("turnFinished");
		const { error } = await request("session/prompt", own({ content }));
		if (!error) await ended;
	};
	const run = async (code: string) => {
		const ended = event("cellFinished");
		await request("cell/execute", own({ code }));
		await ended;
	};
	const uri = "file:///tmp/a.py";
	const open = (content: string, languageId = "python") =>
		notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text: content } });
	const end = { line: 105_000, character: 0 };
	const at = (position: object) => ({ textDocument: { uri }, position });
	const inline = (position: object) =>
		request("textDocument/inlineCompletion", { ...at(position), context: { triggerKind: 1 } });
	const change = (contentChanges: unknown) =>
		notify("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges });
	const settle = () => request("backend/list", {});

	const cases: Record<string, () => Promise<unknown>> = {
		nothing: settle,
		"a method's name of 15 MB": () => request("x".repeat(15_000_000), {}),
		"a text of 15 MB where none belongs": () => request("backend/list", { a: "x".repeat(15_000_000) }),
		"15 MB of escapes": () => request("backend/list", { a: "\u0001".repeat(2_500_000) }),
		"95,000 lists": () => request("session/list", { cursor: Array(95_000).fill([]) }),
		"190,000 wrong parts": () => request("session/prompt", own({ content: Array(190_000).fill(0) })),
		"10,000 wrong changes": async () => {
			open("x");
			change(Array(10_000).fill({ range: {}, text: 7 }));
			await settle();
		},
		"10,000 variables": () =>
			request("initialize", {
				capabilities: {},
				initializationOptions: {
					aiShell: {
						cwd: "/",
						environment: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`V${n}`, "x"])),
					},
				},
			}),
		"90,000 names in a preview": () =>
			request("context/preview", {
				sessionId,
				text: Array.from({ length: 90_000 }, (_, n) => `$n${n}`).join(" "),
			}),
		"runs of backticks in a preview": () =>
			request("context/preview", {
				sessionId,
				text: Array.from({ length: 1400 }, (_, n) => "`".repeat(n)).join(" "),
			}),
		"a prompt of a million letters": () => prompt([{ kind: "text", text: "word ".repeat(200_000) }]),
		"a prompt of fences": () => prompt([{ kind: "text", text: "```\nx\n".repeat(160_000) }]),
		"a picture of 5 MB": () =>
			prompt([
				{ kind: "text", text: "see" },
				{ kind: "image", mimeType: "image/png", data: "A".repeat(4_999_000) },
			]),
		"a search over long prompts": () => request("session/list", { search: `${"word ".repeat(39)}wore` }),
		"the transcript": () => request("session/transcript", { sessionId, before: null, limit: 5000 }),
		"attaching to it": () => request("session/attach", { ref: { sessionId }, role: "controller", since: 0 }),
		"a command of a million letters": () => request("command/run", own({ line: "x".repeat(1_000_000) })),
		"a command's argument of a million letters": () =>
			request("command/run", own({ line: `think ${"l".repeat(999_000)}` })),
		"a cell of a million letters": () => run(`'${"x".repeat(999_000)}'`),
		"a cell that prints 10 MB": () => run("for i in range(100): print('x' * 100_000)"),
		"a cell that prints 100,000 lines": () => run("for i in range(100_000): print(i)"),
		"completion of a million letters": () =>
			request("kernel/complete", { sessionId, code: "😀".repeat(499_000), cursor: 900_000 }),
		"a document of 2 MB in 105,000 lines": async () => {
			open("x = 1  # abcdefghi\n".repeat(105_000));
			await settle();
		},
		"a suggestion at its end": () => inline(end),
		"a hover there": () => request("textDocument/hover", at(end)),
		"a completion there": () => request("textDocument/completion", at(end)),
		"code actions there": () =>
			request("textDocument/codeAction", {
				textDocument: { uri },
				range: { start: { line: 0, character: 0 }, end },
				context: { diagnostics: [{ message: "x".repeat(900_000) }] },
			}),
		"10,000 changes of it": async () => {
			const at = (line: number) => ({ line, character: 4 });
			change(
				Array.from({ length: 10_000 }, (_, line) => ({
					range: { start: at(line * 9), end: { line: line * 9, character: 5 } },
					text: "22",
				})),
			);
			await settle();
		},
		"5,000 notifications of changes": async () => {
			for (let n = 0; n < 5000; n++)
				change([
					{ range: { start: { line: n, character: 0 }, end: { line: n, character: 0 } }, text: "y\n" },
				]);
			await settle();
		},
		"a document of one line of 2 MB": async () => {
			open("x ".repeat(999_000));
			await inline({ line: 0, character: 1_998_000 });
		},
		"a hover in it": () => request("textDocument/hover", at({ line: 0, character: 1_500_000 })),
		"a suggestion below 100,000 blank lines": async () => {
			open(`x${"\n".repeat(100_000)}y = `);
			await inline({ line: 100_000, character: 4 });
		},
		"a suggestion behind a chain of targets": async () => {
			open(`${"a=".repeat(45_000)}df.`);
			await inline({ line: 0, character: 90_003 });
		},
		"a suggestion inside of brackets": async () => {
			open(`${"(".repeat(90_000)}df.x${")".repeat(19_000)}`);
			await inline({ line: 0, character: 90_003 });
		},
		"a notebook of 30,000 cells": async () => {
			const cells = Array.from({ length: 30_000 }, (_, n) => ({
				cell_type: "markdown",
				metadata: {},
				source: `cell ${n}`,
			}));
			const file = join(folder, "n.ipynb");
			writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
			await request("notebook/load", own({ path: file, run: false }));
		},
		"saving it": () => request("notebook/save", own({ path: "out.ipynb" })),
		"exporting it": () => request("session/export", { sessionId, path: "out.jsonl" }),
		"its transcript": () => request("session/transcript", { sessionId, before: null, limit: 5000 }),
	};
	try {
		for (const [what, work] of Object.entries(cases)) {
			await settle();
			await readHeld();
			await work();
			const heldMs = await readHeld();
			if (process.argv.includes("--all")) console.log(`${heldMs.toFixed(0).padStart(6)} ms  ${what}`);
			else worst.push([heldMs, what]);
		}
		const [heldMs, what] = worst.sort((a, b) => b[0] - a[0])[0] ?? [0, ""];
		if (worst.length > 0)
			printRow({
				what: `loop held by the worst of ${worst.length} things a client may send (${what})`,
				ours: `${heldMs.toFixed(0)} ms`,
				peer: "50 ms",
				peerName: "bound",
				ratio: (heldMs / 50).toFixed(2),
				target: "≤ 1.0×",
			});
	} finally {
		server.kill();
		try {
			process.kill(-launch.pid!, "SIGKILL");
		} catch {
			// it has ended
		}
		rmSync(folder, { recursive: true, force: true });
		socket.destroy();
	}
};

const worst: [number, string][] = [];
if (process.argv[2] === "serve") serve(process.argv[3] as string);
else await measure();
