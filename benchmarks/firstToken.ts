/**
 * What the server adds to the first token: a prompt over the socket to the first delta that comes back, beside the
 * same request made with the provider's SDK directly, in turn, against the same loopback model.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Anthropic from "@anthropic-ai/sdk";
import { joinServer } from "../clients/common/joinServer.ts";
import type { SessionUpdateParams } from "../protocol/index.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const rounds = 300;
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
// Model, server and client are processes of their own, as they are in life.
const model = spawn(process.execPath, [join(import.meta.dirname, "../tests/support/modelServer/main.ts")], {
	stdio: ["ignore", "pipe", "ignore"],
});
const variables: Record<string, string> = {};
for await (const line of createInterface({ input: model.stdout })) {
	const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
	if (name && value) variables[name] = value;
	if (name === "OPENAI_API_KEY") break;
}
const client = await joinServer({
	name: "bench",
	cwd: folder,
	environment: {
		...variables,
		PATH: process.env.PATH,
		HOME: folder,
		XDG_RUNTIME_DIR: join(folder, "run"),
		IPYAI_SERVER_IDLE_MS: "200",
	},
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
	apiKey: variables.ANTHROPIC_API_KEY,
	baseURL: variables.ANTHROPIC_BASE_URL,
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
model.kill();
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
