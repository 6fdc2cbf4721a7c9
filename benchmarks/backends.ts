/**
 * What the server adds to the first token on each backend that is warm: a prompt over the socket to the first delta
 * that comes back, beside the same prompt given to the backend's own client, in turn, against the same loopback
 * model. And what a new session's first turn costs beside a new `query()`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Options, query, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import OpenAI, { type ClientOptions } from "openai";
import { findClaude } from "../server/backends/claudeSdk/locate.ts";
import { AppServer } from "../server/backends/codex/appServer.ts";
import { findCodex } from "../server/backends/codex/locate.ts";
import { Queue } from "../server/backends/queue.ts";
import { loopAccount, loopToken } from "../tests/support/modelServer/codexWire.ts";
import { startLoopback } from "./loopback.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const rounds = 60;
const coldRounds = 8;
const warmUp = 5;
const typingMs = 1_000;
const prompt = "hi";
const rendered = "<user-request>hi</user-request>";
const loopback = await startLoopback();

/** Gives one prompt; resolves with the milliseconds to its first text once the answer is whole. */
type Direct = { ask(): Promise<number>; close(): void };

const openAiDirect = async (options: ClientOptions): Promise<Direct> => {
	const client = new OpenAI({ ...options, maxRetries: 0 });
	const input: OpenAI.Responses.ResponseInputItem[] = [];
	const instructions = "You help with Python.";
	const fixed = { model: "gpt-5.5", instructions, stream: true, store: false } as const;
	return {
		ask: async () => {
			const started = performance.now();
			let first = Number.NaN;
			let text = "";
			input.push({ role: "user", content: rendered });
			const stream = await client.responses.create({ ...fixed, input });
			for await (const event of stream) {
				if (event.type !== "response.output_text.delta") continue;
				if (Number.isNaN(first)) first = performance.now() - started;
				text += event.delta;
			}
			input.push({ role: "assistant", content: text });
			return first;
		},
		close: () => {},
	};
};

const claudeOptions = (executable: string): Options => ({
	pathToClaudeCodeExecutable: executable,
	cwd: loopback.folder,
	env: {
		...loopback.environment,
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
		CLAUDE_CODE_SIMPLE: "1",
	},
	model: "claude-sonnet-5-5",
	systemPrompt: "You help with Python.",
	tools: [],
	settingSources: [],
	strictMcpConfig: true,
	permissionMode: "default",
	verbatimPrompts: true,
	includePartialMessages: true,
	persistSession: false,
});

const claudeDirect = async (executable: string): Promise<Direct> => {
	const input = new Queue<SDKUserMessage>();
	const running = query({ prompt: input, options: claudeOptions(executable) });
	const messages = running[Symbol.asyncIterator]();
	return {
		ask: async () => {
			const started = performance.now();
			let first = Number.NaN;
			const content = [{ type: "text" as const, text: rendered }];
			input.push({ type: "user", message: { role: "user", content }, parent_tool_use_id: null });
			for (;;) {
				const { value } = await messages.next();
				if (value?.type === "stream_event" && value.event.type === "content_block_delta")
					if (Number.isNaN(first)) first = performance.now() - started;
				if (value === undefined || value.type === "result") return first;
			}
		},
		close: () => running.close(),
	};
};

const codexDirect = async (command: readonly string[]): Promise<Direct> => {
	const server = new AppServer(command, loopback.environment);
	await server.ready;
	const { thread } = await server.request("thread/start", {
		cwd: loopback.folder,
		model: "gpt-5.5",
		ephemeral: true,
		sandbox: "read-only",
		approvalPolicy: "never",
		baseInstructions: "You help with Python.",
		environments: [],
	});
	return {
		ask: async () => {
			const started = performance.now();
			let first = Number.NaN;
			const ended = new Promise<void>((resolve, reject) =>
				server.listen(thread.id, {
					onNotification: (method) => {
						if (method === "item/agentMessage/delta" && Number.isNaN(first))
							first = performance.now() - started;
						if (method === "turn/completed") resolve();
					},
					onEnd: (reason) => reject(new Error(reason)),
					callTool: async () => ({}),
				}),
			);
			const input = [{ type: "text", text: rendered, text_elements: [] }];
			await server.request("turn/start", { threadId: thread.id, input, effort: "low", summary: "auto" });
			await ended;
			return first;
		},
		close: () => void server.close(),
	};
};

/** A conversation that goes on, on both sides. */
const compareWarm = async (backend: string, peerName: string, direct: Direct): Promise<void> => {
	const sessionId = await loopback.newSession(backend);
	const ours: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round < rounds + warmUp; round++) {
		const [a, b] = [await loopback.firstToken(sessionId, prompt), await direct.ask()];
		if (round < warmUp) continue;
		ours.push(a);
		peer.push(b);
	}
	await loopback.closeSession(sessionId);
	direct.close();
	const row = (what: string, a: number, b: number, target: string) =>
		printRow({ what, ours: ms(a), peer: ms(b), peerName, ratio: `${(a - b).toFixed(2)} ms added`, target });
	row(`first token, warm (${backend}): median`, median(ours), median(peer), "≤ +1 ms");
	row("the same, 99th percentile", percentile(ours, 0.99), percentile(peer, 0.99), "≤ +3 ms");
};

/** A prompt typed for a second in a new session: the process has been started meanwhile. */
const compareNew = async (executable: string): Promise<void> => {
	const ours: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round < coldRounds; round++) {
		const sessionId = await loopback.newSession("claude-sdk");
		await sleep(typingMs);
		ours.push(await loopback.firstToken(sessionId, prompt));
		await loopback.closeSession(sessionId);
		const direct = await claudeDirect(executable);
		peer.push(await direct.ask());
		direct.close();
	}
	printRow({
		what: "first token of a new session after a second of typing (claude-sdk): median",
		ours: ms(median(ours)),
		peer: ms(median(peer)),
		peerName: "a new query()",
		ratio: `${(median(ours) / median(peer)).toFixed(2)}×`,
		target: "≤ 0.5×",
	});
};

const { OPENAI_API_KEY, OPENAI_BASE_URL, CODEX_HOME, IPYAI_CODEX_API_BASE_URL } = loopback.environment;
const openAi = await openAiDirect({ apiKey: OPENAI_API_KEY, baseURL: OPENAI_BASE_URL });
await compareWarm("openai-api", "openai directly", openAi);
const [claude, codex] = [findClaude({}), findCodex({})];
if (claude === null) process.stderr.write("claude-sdk is not measured: Claude Code is not installed\n");
else {
	await compareWarm("claude-sdk", "a streaming query()", await claudeDirect(claude));
	await compareNew(claude);
}
if (codex === null) process.stderr.write("codex is not measured: Codex is not installed\n");
else await compareWarm("codex", "the app-server directly", await codexDirect(codex));
// Last: Codex itself is not to see this login.
const token = loopToken("bench", 4_000_000_000);
const tokens = { access_token: token, account_id: loopAccount };
writeFileSync(join(CODEX_HOME!, "auth.json"), JSON.stringify({ tokens }), { mode: 0o600 });
const chatGpt = await openAiDirect({
	apiKey: token,
	baseURL: IPYAI_CODEX_API_BASE_URL,
	defaultHeaders: { "chatgpt-account-id": loopAccount },
});
await compareWarm("codex-api", "openai directly, the same endpoint", chatGpt);
await loopback.close();
process.exit(0);
