/**
 * How much of each model request stands unchanged at the head of the next, on every backend: 50 turns on a real
 * kernel, with a cell before each, a variable that changes every time, pictures, and tools that the model calls.
 * Beside it, the providers' own programs with as many plain turns. What a model on this machine keeps is in `local`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnKernel } from "../clients/common/kernel/spawnKernel.ts";
import type { ServerConnection } from "../clients/common/server/connection.ts";
import { joinServer } from "../clients/common/server/joinServer.ts";
import type { SessionEvent, SettingsPatch } from "../protocol/index.ts";
import { findClaude } from "../server/backends/claudeSdk/locate.ts";
import { findCodex } from "../server/backends/codex/locate.ts";
import { codexConfig } from "../tests/support/modelServer/codexConfig.ts";
import { type ModelServer, startModelServer } from "../tests/support/modelServer/modelServer.ts";
import { repeatedShare } from "../tests/support/requestPrefix.ts";
import { claudeDirect, codexDirect, type Direct, logInToCodex } from "./peers.ts";
import { median, printRow } from "./row.ts";

const turns = 50;
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
const told = (values: readonly number[]): string =>
	`${percent(Math.min(...values))} (median ${percent(median(values))}, ${values.length + 1} requests)`;

const shares = ({ requests }: ModelServer): number[] =>
	requests.slice(1).map((later, index) => repeatedShare(requests[index]!, later));

/** What a program needs to talk to the model: keys, and folders of its own. */
const environmentFor = (model: ModelServer, backend: string): Record<string, string> => {
	const home = join(folder, backend);
	mkdirSync(home, { recursive: true });
	if (backend === "codex-api") logInToCodex(home);
	else writeFileSync(join(home, "config.toml"), codexConfig(model.url));
	return {
		...model.environment,
		PATH: process.env.PATH ?? "",
		HOME: home,
		CODEX_HOME: home,
		CLAUDE_CONFIG_DIR: join(home, ".claude"),
		LOOP_KEY: "loopback-key",
		IPYAI_CODEX_API_BASE_URL: `${model.url}/backend-api/codex`,
		XDG_RUNTIME_DIR: join(folder, "run"),
		XDG_STATE_HOME: join(folder, "state"),
		IPYAI_SERVER_IDLE_MS: "200",
	};
};

const pixel =
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const picture = `from IPython.display import Image; import base64; Image(base64.b64decode("${pixel}"))`;

const cellOf = (turn: number): string =>
	turn % 10 === 7 ? picture : `value = list(range(${turn}))\nprint('cell ${turn}')\nvalue`;

const call = (code: string): string => `@@tool pyrun ${JSON.stringify({ code })}@@`;

/** Plain, with a value looked up, with one call, with two rounds of calls. */
const promptOf = (turn: number): string => {
	const question = `what is in $\`value\` now, the ${turn}th time?`;
	if (turn % 4 === 0) return `and what now, the ${turn}th time?`;
	if (turn % 4 === 1) return question;
	if (turn % 4 === 2) return `${question} @@think@@ ${call(`value.append(${turn})\nlen(value)`)}`;
	return `${question} ${call("value[0")} ${call("len(value)")} @@then@@ @@say So.@@ ${call("sum(value)")}`;
};

/** A session's turns, one after another, as one epoch. Fails when a turn does. */
const runTurns = async (
	client: ServerConnection,
	environment: Record<string, string>,
	settings: SettingsPatch,
): Promise<void> => {
	let requests = 0;
	// One server serves all, and an id stands for one request.
	const requestId = () => `${settings.backend} ${++requests}`;
	const { launch } = spawnKernel({ python: join(root, ".python/bin/python"), cwd: folder, env: environment });
	const waiting = new Map<SessionEvent["kind"], (event: SessionEvent) => void>();
	client.onUpdate((update) => update.kind === "event" && waiting.get(update.event.kind)?.(update.event));
	const next = (kind: SessionEvent["kind"]) =>
		new Promise<SessionEvent>((resolve) => waiting.set(kind, resolve));
	const attached = next("kernelAttached");
	const { state } = await client.request("session/new", {
		requestId: requestId(),
		cwd: folder,
		kernel: launch,
		settings: { permissions: "yolo", ...settings },
	});
	const { sessionId } = state;
	await attached;
	let newEpoch: string | null = null;
	waiting.set("epochStarted", (event) => {
		if (event.kind === "epochStarted") newEpoch = event.reason;
	});
	for (let turn = 0; turn < turns; turn++) {
		const finished = next("cellFinished");
		await client.request("cell/execute", { sessionId, requestId: requestId(), code: cellOf(turn) });
		await finished;
		const ended = next("turnFinished");
		const content = [{ kind: "text" as const, text: promptOf(turn) }];
		await client.request("session/prompt", { sessionId, requestId: requestId(), content });
		const event = await ended;
		if (event.kind === "turnFinished" && event.error !== null) throw new Error(event.error);
		if (newEpoch !== null) throw new Error(`${settings.backend}: a new epoch: ${newEpoch}`);
	}
	await client.request("session/close", { sessionId, requestId: requestId() });
};

const connect = (environment: Record<string, string>): Promise<ServerConnection> =>
	joinServer({ name: "bench", cwd: folder, environment, answers: "nothing" });

const ours = async (backend: string, model?: string): Promise<number[]> => {
	const server = await startModelServer({});
	const environment = environmentFor(server, backend);
	const client = await connect(environment);
	await runTurns(client, environment, { backend, ...(model === undefined ? {} : { model }) });
	client.close();
	await server.close();
	return shares(server);
};

type Peer = { readonly name: string; readonly values: readonly number[] };

const askPeer = async (
	name: string,
	start: (environment: Record<string, string>) => Direct | Promise<Direct>,
): Promise<Peer> => {
	const server = await startModelServer({});
	const direct = await start(environmentFor(server, `${name} alone`));
	for (let turn = 0; turn < turns; turn++) await direct.ask(`and what now, the ${turn}th time?`);
	direct.close();
	await server.close();
	return { name, values: shares(server) };
};

const print = (backend: string, values: readonly number[], peer: Peer | null): void =>
	printRow({
		what: `share of a request that the next one begins with, least of ${turns} turns (${backend})`,
		ours: told(values),
		peer: peer === null ? "–" : told(peer.values),
		peerName: peer?.name ?? "none",
		ratio: peer === null ? "–" : (Math.min(...values) / Math.min(...peer.values)).toFixed(3),
		target: "≥ 99.9 %",
	});

const [claude, codex] = [findClaude({}), findCodex({})];
if (claude === null) process.stderr.write("claude-sdk is not measured: Claude Code is not installed\n");
if (codex === null) process.stderr.write("codex is not measured: Codex is not installed\n");
const claudePeer =
	claude === null
		? null
		: await askPeer("Claude Agent SDK", (environment) => claudeDirect(claude, { folder, environment }));
const codexPeer =
	codex === null
		? null
		: await askPeer("Codex's app-server", (environment) => codexDirect(codex, { folder, environment }));

print("claude-api", await ours("claude-api"), claudePeer);
if (claudePeer !== null) print("claude-sdk", await ours("claude-sdk"), claudePeer);
for (const backend of ["openai-api", "codex-api"]) print(backend, await ours(backend), codexPeer);
print("openai-chat", await ours("openai-chat", "loop-1"), codexPeer);
if (codexPeer !== null) print("codex", await ours("codex"), codexPeer);
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
process.exit(0);
