/**
 * Inline completion: how fast a known suggestion comes while the person types along it, how many keys ask a model at
 * all, how soon a cancelled request lets go of the model, and what the server adds to the model's own time. Beside
 * tabby-agent, on the same keys and the same model.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import type { ServerConnection } from "../clients/common/server/connection.ts";
import { buildCompletionPrompt } from "../server/completions/prompt.ts";
import { startModelServer } from "../tests/support/modelServer/modelServer.ts";
import { scriptedBackend } from "../tests/support/scriptedBackend.ts";
import { startLoopbackModel } from "./completion/loopbackModel.ts";
import { ensureTabbyAgent, startTabbyAgent } from "./completion/tabbyAgent.ts";
import { benchTyping } from "./completion/typing.ts";
import { anthropicAt, documentOf, startOurServer } from "./ourServer.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
const uriOf = (name: string): string => `file://${folder}/${name}`;
const model = await startModelServer({});

/** A known suggestion, typed along in a long file: each key a change, a request and its answer over the socket. */
const benchCached = async (): Promise<void> => {
	const suggestion = "value_".repeat(400);
	const backend = scriptedBackend(async function* () {
		yield { kind: "text", itemId: "1", text: suggestion };
		yield { kind: "end", stopReason: "endTurn", usage: null, error: null };
	});
	const { client, close } = await startOurServer({
		folder,
		name: "cached",
		backends: [backend],
		environment: anthropicAt(model.url, folder),
	});
	const file = Array.from({ length: 2000 }, (_, n) => `line_${n} = compute(${n})`).join("\n");
	const begin = `${file}\nx = `;
	const document = documentOf(client, uriOf("cached.py"), begin);
	await document.ask(begin.length, 1);
	const times: number[] = [];
	for (let typed = 0; typed < suggestion.length - 1; typed++) {
		const at = begin.length + typed;
		document.edit(at, at, suggestion[typed]!);
		const started = performance.now();
		await document.ask(at + 1, 2);
		times.push(performance.now() - started);
	}
	await close();
	if (backend.requests.length !== 1) throw new Error(`${backend.requests.length} model requests, not one`);
	printRow({
		what: "completion from cache while typing on, 2,000 lines, over the socket: p99",
		ours: ms(percentile(times.slice(100), 0.99)),
		peer: ms(1000 / 60),
		peerName: "a screen frame",
		ratio: `${(percentile(times.slice(100), 0.99) / (1000 / 60)).toFixed(2)}×`,
		target: "≤ 2 ms",
	});
};

const sdk = new Anthropic({
	apiKey: model.environment.ANTHROPIC_API_KEY,
	baseURL: model.environment.ANTHROPIC_BASE_URL,
	maxRetries: 0,
});
const callDirectly = async (prefix: string, signal?: AbortSignal): Promise<void> => {
	const { system, user } = buildCompletionPrompt({
		redact: String,
		prefix,
		suffix: "",
		cells: [],
		variables: [],
		described: [],
		instead: [],
	});
	const stream = sdk.messages.stream(
		{
			model: "claude-haiku-5-5",
			max_tokens: 256,
			system,
			messages: [{ role: "user", content: user }],
		},
		signal ? { signal } : {},
	);
	for await (const _ of stream);
};

const benchCancel = async (client: ServerConnection): Promise<void> => {
	const rounds = 120;
	const ours: number[] = [];
	const peer: number[] = [];
	const timeOf = async (ask: (signal: AbortSignal) => Promise<unknown>): Promise<number> => {
		const abort = new AbortController();
		const asked = ask(abort.signal).catch(() => {}); // cancelled, as it should be
		const held = await model.held();
		const started = performance.now();
		abort.abort();
		await held.closed;
		const took = performance.now() - started;
		await asked;
		return took;
	};
	for (let round = 0; round < rounds + 10; round++) {
		const prefix = `# @@hang@@ ${round}\nx = `;
		const document = documentOf(client, uriOf(`cancel${round}.py`), prefix);
		const a = await timeOf((signal) => document.ask(prefix.length, 1, signal));
		const b = await timeOf((signal) => callDirectly(prefix, signal));
		if (round < 10) continue;
		ours.push(a);
		peer.push(b);
	}
	printRow({
		what: "completion cancelled → the model's socket closed: p99",
		ours: ms(percentile(ours, 0.99)),
		peer: ms(percentile(peer, 0.99)),
		peerName: "@anthropic-ai/sdk directly",
		ratio: `+${(percentile(ours, 0.99) - percentile(peer, 0.99)).toFixed(2)} ms`,
		target: "≤ 50 ms",
	});
};

/** Asked in turn, the two alike but for what is between: the time that this adds, each round. */
const timesOf = async (
	through: (round: number) => Promise<unknown>,
	directly: (round: number) => Promise<unknown>,
): Promise<{ through: number[]; directly: number[]; added: number[] }> => {
	const times = { through: [] as number[], directly: [] as number[], added: [] as number[] };
	const timeOf = async (asked: Promise<unknown>): Promise<number> => {
		const started = performance.now();
		await asked;
		return performance.now() - started;
	};
	for (let round = 0; round < 220; round++) {
		const a = await timeOf(through(round));
		const b = await timeOf(directly(round));
		if (round < 20) continue;
		times.through.push(a);
		times.directly.push(b);
		times.added.push(a - b);
	}
	return times;
};

const benchAdded = async (client: ServerConnection, hasPeer: boolean): Promise<void> => {
	const prefixOf = (round: number) => `# @@say  + 2@@ ${round}\nx = y`;
	const ours = await timesOf(
		async (round) => {
			const document = documentOf(client, uriOf(`added${round}.py`), prefixOf(round));
			if ((await document.ask(prefixOf(round).length, 1)) !== " + 2")
				throw new Error("the model's answer did not come");
		},
		(round) => callDirectly(prefixOf(round)),
	);
	printRow({
		what: "completion by a model (claude-api): median added",
		ours: ms(median(ours.through)),
		peer: ms(median(ours.directly)),
		peerName: "@anthropic-ai/sdk directly",
		ratio: `+${median(ours.added).toFixed(2)} ms`,
		target: "≤ +1 ms",
	});
	if (!hasPeer) return;
	const tabbyModel = await startLoopbackModel({ delayMs: 0, answer: () => " + 2" });
	const agent = await startTabbyAgent(tabbyModel.url);
	const peer = await timesOf(
		async (round) => {
			const text = prefixOf(round);
			const suggestion = await agent.suggest({ text, offset: text.length, manually: true });
			if (suggestion !== " + 2") throw new Error("the model's answer did not come");
		},
		async (round) => {
			const body = JSON.stringify({ language: "python", segments: { prefix: prefixOf(round), suffix: "" } });
			const headers = { "content-type": "application/json" };
			await (await fetch(`${tabbyModel.url}/v1/completions`, { method: "POST", headers, body })).json();
		},
	);
	await agent.close();
	tabbyModel.close();
	printRow({
		what: "completion by a model, asked for: median added to a direct call",
		ours: ms(median(ours.added)),
		peer: ms(median(peer.added)),
		peerName: "tabby-agent",
		ratio: `${(median(ours.added) / median(peer.added)).toFixed(2)}×`,
		target: "≤ 1×",
	});
};

await benchCached();
const hasPeer = ensureTabbyAgent();
await benchTyping(folder, hasPeer);
const { client, close } = await startOurServer({
	folder,
	name: "model",
	backends: null,
	environment: anthropicAt(model.url, folder),
});
await benchCancel(client);
await benchAdded(client, hasPeer);
await close();
await model.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
