/**
 * Memory of each further editor: what the shared server grows by, and the proxy beside the editor, against a server for
 * each editor (`ipyai lsp --no-share`). Each editor has a file of 500 lines open.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { median, printRow } from "./row.ts";

const editors = 20;
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
const environment = {
	PATH: process.env.PATH!,
	HOME: folder,
	XDG_RUNTIME_DIR: join(folder, "run"),
	IPYAI_SERVER_IDLE_MS: "100",
};
const text = Array.from({ length: 500 }, (_, n) => `line_${n} = compute(${n})`).join("\n");

type Editor = { readonly proxy: ChildProcess; readonly serverPid: number; leave(): Promise<void> };

const startEditor = async (...args: string[]): Promise<Editor> => {
	const proxy = spawn(join(import.meta.dirname, "../bin/ipyai"), ["lsp", ...args], {
		cwd: folder,
		env: environment,
		stdio: ["pipe", "pipe", "inherit"],
	});
	const rpc = createMessageConnection(
		new StreamMessageReader(proxy.stdout!),
		new StreamMessageWriter(proxy.stdin!),
	);
	rpc.listen();
	const { capabilities } = await rpc.sendRequest<{
		capabilities: { experimental: { aiShell: { pid: number } } };
	}>("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
	await rpc.sendNotification("initialized", {});
	const uri = `file://${folder}/${proxy.pid}.py`;
	await rpc.sendNotification("textDocument/didOpen", {
		textDocument: { uri, languageId: "python", version: 1, text },
	});
	// Its answer says that the file is there.
	await rpc.sendRequest("textDocument/hover", { textDocument: { uri }, position: { line: 1, character: 1 } });
	return {
		proxy,
		serverPid: capabilities.experimental.aiShell.pid,
		leave: async () => {
			const exited = new Promise((resolve) => proxy.once("exit", resolve));
			await rpc.sendRequest("shutdown");
			await rpc.sendNotification("exit");
			await exited;
		},
	};
};

/** Resident memory in kB. */
const memory = (pid: number): number =>
	Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
const inMb = (kb: number): string => `${(kb / 1024).toFixed(kb < 10_240 ? 2 : 0)} MB`;

const first = await startEditor();
const alone = memory(first.serverPid);
const others: Editor[] = [];
for (let n = 0; n < editors; n++) others.push(await startEditor());
if (others.some(({ serverPid }) => serverPid !== first.serverPid))
	throw new Error("the server is not shared");
const grown = (memory(first.serverPid) - alone) / editors;
const proxy = median(others.map(({ proxy }) => memory(proxy.pid!)));
for (const editor of [first, ...others]) await editor.leave();

const own: Editor[] = [];
for (let n = 0; n < 3; n++) own.push(await startEditor("--no-share"));
const server = median(own.map(({ serverPid }) => memory(serverPid)));
for (const editor of own) await editor.leave();

printRow({
	what: "memory of each further editor in the shared server",
	ours: inMb(grown),
	peer: inMb(server),
	peerName: "a server for each editor",
	ratio: `${(grown / server).toFixed(3)}×`,
	target: "≤ 1 MB",
});
printRow({
	what: "memory of the proxy beside each editor (`ipyai lsp`)",
	ours: inMb(proxy),
	peer: inMb(server + proxy),
	peerName: "proxy and server for each editor",
	ratio: `${(proxy / (server + proxy)).toFixed(2)}×`,
	target: "–",
});
rmSync(folder, { recursive: true, force: true });
