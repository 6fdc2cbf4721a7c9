/**
 * Inline completion: how fast a known suggestion comes while the person types along it, how many keys ask a model at
 * all, how soon a cancelled request lets go of the model, and what the server adds to the model's own time.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { openConnection, type ServerConnection } from "../clients/common/connection.ts";
import type { Backend, TurnRequest } from "../server/backends/backend.ts";
import { backendsOf, createBackends } from "../server/backends/registry.ts";
import { Completions } from "../server/completions/completions.ts";
import { buildCompletionPrompt } from "../server/completions/prompt.ts";
import { Handshake } from "../server/connection/handshake.ts";
import { answerInitialize } from "../server/initialize.ts";
import { Server } from "../server/server.ts";
import { Sessions } from "../server/sessions/sessions.ts";
import { openStore } from "../server/store/openStore.ts";
import { startModelServer } from "../tests/support/modelServer/modelServer.ts";
import { scriptedBackend } from "../tests/support/scriptedBackend.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
const model = await startModelServer({});
const ends: (() => unknown)[] = [model.close, () => rmSync(folder, { recursive: true, force: true })];

/** A server of its own on a socket, and a client of it. */
const serve = async (name: string, own: readonly Backend[] | null): Promise<ServerConnection> => {
	const store = openStore(join(folder, `${name}.sqlite`));
	const backends = own ? backendsOf(own) : createBackends();
	const sessions = new Sessions({
		store,
		backends,
		owner: { instanceId: "bench", pid: process.pid, startTime: "0" },
		createHost: () => {
			throw new Error("this benchmark has no kernel");
		},
		startTimeOf: () => null,
		onLog: () => {},
		isAlive: () => true,
	});
	const server = new Server({
		services: { store, backends, sessions, completions: new Completions() },
		onLog: () => {},
		onConnectionEnded: () => {},
		onRetire: () => {},
	});
	const path = join(folder, name);
	const answer = answerInitialize({ serverId: "bench", version: "0" });
	const serve = (socket: Socket) => server.serve(new Handshake(socket, socket, answer));
	const listener = createServer({ noDelay: true }, serve).listen(path);
	const client = await openConnection(connect(path), {
		name: "bench",
		cwd: folder,
		// One key only, so that the first ready backend is the one that is measured.
		environment: {
			ANTHROPIC_API_KEY: model.environment.ANTHROPIC_API_KEY,
			ANTHROPIC_BASE_URL: model.environment.ANTHROPIC_BASE_URL,
			CLAUDE_CONFIG_DIR: folder,
		},
		approvals: false,
		input: false,
	});
	ends.unshift(async () => {
		client.close();
		server.dispose();
		await sessions.dispose();
		store.close();
		listener.close();
	});
	return client;
};

/** A document that a client edits, and suggestions for it. */
const documentOf = (client: ServerConnection, name: string, begin: string) => {
	const uri = `file://${folder}/${name}`;
	let version = 1;
	let text = begin;
	client.notify("textDocument/didOpen", { textDocument: { uri, languageId: "python", version, text } });
	const end = () => ({
		line: text.split("\n").length - 1,
		character: text.length - text.lastIndexOf("\n") - 1,
	});
	return {
		get text() {
			return text;
		},
		type: (key: string) => {
			const at = end();
			const erase = key === "\b";
			const range = { start: erase ? { ...at, character: at.character - 1 } : at, end: at };
			text = erase ? text.slice(0, -1) : text + key;
			version++;
			client.notify("textDocument/didChange", {
				textDocument: { uri, version },
				contentChanges: [{ range, text: erase ? "" : key }],
			});
		},
		ask: async (triggerKind: 1 | 2, signal?: AbortSignal) => {
			const { items } = await client.request(
				"textDocument/inlineCompletion",
				{ textDocument: { uri }, position: end(), context: { triggerKind } },
				signal ? { signal } : {},
			);
			return items[0]?.insertText ?? "";
		},
	};
};

const prefixOf = ({ transcript }: TurnRequest): string =>
	/<prefix>([\s\S]*)<\/prefix>/.exec(JSON.parse(JSON.stringify(transcript))[0].content[0].text)![1]!;

/** A known suggestion, typed along in a long file: each key a change, a request and its answer over the socket. */
const benchCached = async (): Promise<void> => {
	const suggestion = "value_".repeat(400);
	const backend = scriptedBackend(async function* () {
		yield { kind: "text", itemId: "1", text: suggestion };
		yield { kind: "end", stopReason: "endTurn", usage: null, error: null };
	});
	const client = await serve("cached", [backend]);
	const file = Array.from({ length: 2000 }, (_, n) => `line_${n} = compute(${n})`).join("\n");
	const document = documentOf(client, "cached.py", `${file}\nx = `);
	await document.ask(1);
	const times: number[] = [];
	for (const key of suggestion.slice(0, -1)) {
		document.type(key);
		const started = performance.now();
		await document.ask(2);
		times.push(performance.now() - started);
	}
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

/**
 * A typing trace in real time; each key asks, as editors do. The trace in `fixtures/typing.json` is that of a model of
 * a fluent typist: gaps spread around 130 ms, pauses to think, slips that are taken back. The model takes 350 ms and knows the rest of the line,
 * but every fourth time it says something else.
 */
const benchTyping = async (): Promise<void> => {
	const trace: { lines: string[]; keys: [number, string][] } = JSON.parse(
		readFileSync(join(import.meta.dirname, "fixtures/typing.json"), "utf8"),
	);
	const intended = `${trace.lines.join("\n")}\n`;
	const asked = new Set<string>();
	let answers = 0;
	const backend = scriptedBackend(async function* (request) {
		const prefix = prefixOf(request);
		asked.add(prefix);
		await delay(350, undefined, { signal: request.signal }).catch(() => {});
		const rest = intended.startsWith(prefix) ? intended.slice(prefix.length).split("\n", 1)[0]! : "";
		if (request.signal.aborted)
			return yield { kind: "end", stopReason: "cancelled", usage: null, error: null };
		yield { kind: "text", itemId: "1", text: ++answers % 4 === 0 ? "something_else()" : rest };
		yield { kind: "end", stopReason: "endTurn", usage: null, error: null };
	});
	const client = await serve("typing", [backend]);
	const document = documentOf(client, "typing.py", "");
	let shown = "";
	let along = 0;
	let alongWithout = 0;
	for (const [gapMs, key] of trace.keys) {
		await delay(gapMs);
		const isAlong = shown !== "" && shown.startsWith(key) && shown.length > 1;
		document.type(key);
		shown = isAlong ? shown.slice(1) : "";
		const { text } = document;
		const answer = document.ask(2).then((suggestion) => {
			if (document.text === text) shown = suggestion;
		});
		answer.catch(() => {}); // a newer key was faster
		if (!isAlong) continue;
		along++;
		await answer;
		if (!asked.has(text)) alongWithout++;
	}
	const { length } = trace.keys;
	printRow({
		what: `typed-through keys without a model request (${along} of ${length} keys)`,
		ours: `${((100 * alongWithout) / along).toFixed(1)} %`,
		peer: "0 %",
		peerName: "a request for each key",
		ratio: "–",
		target: "≥ 95 %",
	});
	printRow({
		what: `model requests for ${length} keys, every one of which asks`,
		ours: String(backend.requests.length),
		peer: String(length),
		peerName: "a request for each key",
		ratio: `${(backend.requests.length / length).toFixed(2)}×`,
		target: "–",
	});
};

const sdk = new Anthropic({
	apiKey: model.environment.ANTHROPIC_API_KEY,
	baseURL: model.environment.ANTHROPIC_BASE_URL,
	maxRetries: 0,
});
const callDirectly = async (prefix: string, signal?: AbortSignal): Promise<void> => {
	const { system, user } = buildCompletionPrompt({
		prefix,
		suffix: "",
		cells: [],
		variables: [],
		described: [],
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
		const document = documentOf(client, `cancel${round}.py`, prefix);
		const a = await timeOf((signal) => document.ask(1, signal));
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

const benchAdded = async (client: ServerConnection): Promise<void> => {
	const rounds = 200;
	const ours: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round < rounds + 20; round++) {
		const prefix = `# @@say  + 2@@ ${round}\nx = y`;
		const document = documentOf(client, `added${round}.py`, prefix);
		let started = performance.now();
		if ((await document.ask(1)) !== " + 2") throw new Error("the model's answer did not come");
		const a = performance.now() - started;
		started = performance.now();
		await callDirectly(prefix);
		const b = performance.now() - started;
		if (round < 20) continue;
		ours.push(a);
		peer.push(b);
	}
	const added = ours.map((value, index) => value - peer[index]!);
	printRow({
		what: "completion by a model (claude-api): median added",
		ours: ms(median(ours)),
		peer: ms(median(peer)),
		peerName: "@anthropic-ai/sdk directly",
		ratio: `+${median(added).toFixed(2)} ms`,
		target: "≤ +1 ms",
	});
};

await benchCached();
await benchTyping();
const client = await serve("model", null);
await benchCancel(client);
await benchAdded(client);
for (const end of ends) await end();
process.exit(0);
