/**
 * What the server adds to the first token: a prompt over the socket to the first delta that comes back, beside the
 * same request made with the provider's SDK directly, in turn, against the same loopback model.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { openConnection } from "../clients/common/connection.ts";
import type { SessionUpdateParams } from "../protocol/index.ts";
import { createBackends } from "../server/backends/registry.ts";
import { Completions } from "../server/completions/completions.ts";
import { Server } from "../server/server.ts";
import { Sessions } from "../server/sessions/sessions.ts";
import { openStore } from "../server/store/openStore.ts";
import { startModelServer } from "../tests/support/modelServer/modelServer.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const rounds = 200;
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
const model = await startModelServer({});
const store = openStore(join(folder, "ipyai.sqlite"));
const backends = createBackends();
const owner = { instanceId: "bench", pid: process.pid, startTime: "0" };
const sessions = new Sessions({
	store,
	backends,
	owner,
	createHost: () => {
		throw new Error("this benchmark has no kernel");
	},
	startTimeOf: () => null,
	onLog: () => {},
	isAlive: () => true,
});
const server = new Server({
	services: { store, backends, sessions, completions: new Completions() },
	serverId: "bench",
	version: "0",
	onLog: () => {},
	onConnectionEnded: () => {},
	onRetire: () => {},
});
const socketPath = join(folder, "s");
const listener = createServer({ noDelay: true }, (socket) => server.serve(socket, socket)).listen(socketPath);
const client = await openConnection(connect(socketPath), {
	name: "bench",
	cwd: folder,
	environment: model.environment,
	approvals: false,
	input: false,
});
let onUpdate: (update: SessionUpdateParams) => void = () => {};
client.onUpdate((update) => onUpdate(update));

const viaServer = async (sessionId: string, round: number): Promise<number> => {
	const started = performance.now();
	let first = 0;
	const ended = new Promise<void>((resolve) => {
		onUpdate = (update) => {
			if (update.kind === "hint" && update.hint.kind === "textDelta" && first === 0)
				first = performance.now() - started;
			if (update.kind === "event" && update.event.kind === "turnFinished") resolve();
		};
	});
	await client.request("session/prompt", {
		sessionId,
		requestId: String(round),
		content: [{ kind: "text", text: "hi" }],
	});
	await ended;
	return first;
};

const sdk = new Anthropic({
	apiKey: model.environment.ANTHROPIC_API_KEY,
	baseURL: model.environment.ANTHROPIC_BASE_URL,
	maxRetries: 0,
});
const direct = async (): Promise<number> => {
	const started = performance.now();
	let first = 0;
	const stream = sdk.messages.stream({
		model: "claude-sonnet-5-5",
		max_tokens: 1000,
		messages: [{ role: "user", content: "<user-request>hi</user-request>" }],
	});
	for await (const event of stream)
		if (event.type === "content_block_delta" && event.delta.type === "text_delta" && first === 0)
			first = performance.now() - started;
	return first;
};

const ours: number[] = [];
const peer: number[] = [];
for (let round = 0; round < rounds + 20; round++) {
	// A session for each round, so that the conversation does not grow and both sides send the same.
	const { state } = await client.request("session/new", {
		requestId: `s${round}`,
		cwd: folder,
		kernel: null,
		settings: { backend: "claude-api" },
	});
	const [a, b] = [await viaServer(state.sessionId, round), await direct()];
	await client.request("session/close", { sessionId: state.sessionId, requestId: `c${round}` });
	if (round < 20) continue;
	ours.push(a);
	peer.push(b);
}
const added = ours.map((value, index) => value - peer[index]!);
printRow({
	what: "first token, warm (claude-api), prompt without refs: median added",
	ours: ms(median(ours)),
	peer: ms(median(peer)),
	peerName: "@anthropic-ai/sdk directly",
	ratio: `+${median(added).toFixed(2)} ms`,
	target: "≤ +1 ms",
});
printRow({
	what: "the same, 99th percentile",
	ours: ms(percentile(ours, 0.99)),
	peer: ms(percentile(peer, 0.99)),
	peerName: "@anthropic-ai/sdk directly",
	ratio: `+${(percentile(ours, 0.99) - percentile(peer, 0.99)).toFixed(2)} ms`,
	target: "≤ +3 ms",
});
client.close();
server.dispose();
await sessions.dispose();
store.close();
listener.close();
await model.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
