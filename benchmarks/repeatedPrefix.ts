/**
 * How much of each model request stands unchanged at the head of the next: 50 turns on a real kernel, with a cell
 * before each and a variable that changes every time. Beside it, the Claude Agent SDK with as many plain turns.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { query, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import { joinServer } from "../clients/common/joinServer.ts";
import { spawnKernel } from "../clients/common/spawnKernel.ts";
import type { SessionEvent } from "../protocol/index.ts";
import { type ModelServer, startModelServer } from "../tests/support/modelServer/modelServer.ts";
import { repeatedShare } from "../tests/support/requestPrefix.ts";
import { median, printRow } from "./row.ts";

const turns = 50;
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));

const shares = ({ requests }: ModelServer): number[] =>
	requests.slice(1).map((later, index) => repeatedShare(requests[index]!, later));
const percent = (values: readonly number[]): string =>
	`${(100 * Math.min(...values)).toFixed(2)} % (median ${(100 * median(values)).toFixed(2)} %)`;

const ours = async (): Promise<number[]> => {
	const model = await startModelServer({});
	const environment = {
		...model.environment,
		PATH: process.env.PATH,
		HOME: folder,
		XDG_RUNTIME_DIR: join(folder, "run"),
		IPYAI_SERVER_IDLE_MS: "200",
	};
	const client = await joinServer({
		name: "bench",
		cwd: folder,
		environment,
		approvals: false,
		input: false,
	});
	const { launch } = spawnKernel({ python: join(root, ".python/bin/python"), cwd: folder, env: environment });
	const waiting = new Map<SessionEvent["kind"], () => void>();
	client.onUpdate((update) => update.kind === "event" && waiting.get(update.event.kind)?.());
	const next = (kind: SessionEvent["kind"]) => new Promise<void>((resolve) => waiting.set(kind, resolve));
	const attached = next("kernelAttached");
	const { state } = await client.request("session/new", {
		requestId: "new",
		cwd: folder,
		kernel: launch,
		settings: { backend: "claude-api" },
	});
	const { sessionId } = state;
	await attached;
	for (let turn = 0; turn < turns; turn++) {
		const finished = next("cellFinished");
		const code = `value = list(range(${turn}))\nprint('cell ${turn}')\nvalue`;
		await client.request("cell/execute", { sessionId, requestId: `c${turn}`, code });
		await finished;
		const ended = next("turnFinished");
		const text = `what is in $\`value\` now, the ${turn}th time?`;
		await client.request("session/prompt", {
			sessionId,
			requestId: `p${turn}`,
			content: [{ kind: "text", text }],
		});
		await ended;
	}
	await client.request("session/close", { sessionId, requestId: "close" });
	client.close();
	const result = shares(model);
	await model.close();
	return result;
};

const peer = async (): Promise<number[]> => {
	const model = await startModelServer({});
	let send: (message: SDKUserMessage | null) => void = () => {};
	const input = (async function* () {
		for (;;) {
			const message = await new Promise<SDKUserMessage | null>((resolve) => {
				send = resolve;
			});
			if (message === null) return;
			yield message;
		}
	})();
	const answers = query({
		prompt: input,
		options: {
			env: {
				PATH: process.env.PATH!,
				HOME: folder,
				CLAUDE_CONFIG_DIR: join(folder, "claude"),
				CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
				...model.environment,
			},
			cwd: folder,
			tools: [],
			settingSources: [],
			persistSession: false,
		},
	});
	let turn = 0;
	const ask = () =>
		send({
			type: "user",
			message: { role: "user", content: `what is in value now, the ${turn++}th time?` },
			parent_tool_use_id: null,
		});
	const first = answers[Symbol.asyncIterator]();
	setTimeout(ask, 0);
	for (let next = await first.next(); !next.done; next = await first.next()) {
		if (next.value.type !== "result") continue;
		if (turn === turns) break;
		ask();
	}
	answers.close();
	const result = shares(model);
	await model.close();
	return result;
};

const [a, b] = [await ours(), await peer()];
printRow({
	what: `share of a request that the next one begins with, least of ${turns} turns (claude-api)`,
	ours: percent(a),
	peer: percent(b),
	peerName: "Claude Agent SDK",
	ratio: (Math.min(...a) / Math.min(...b)).toFixed(3),
	target: "≥ 99.9 %",
});
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
process.exit(0);
