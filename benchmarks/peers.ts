/** The providers' own clients, each in one conversation that goes on: what the backends are measured beside. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Options, query, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import Anthropic, { type ClientOptions as AnthropicOptions } from "@anthropic-ai/sdk";
import OpenAI, { type ClientOptions } from "openai";
import { findClaude } from "../server/backends/claudeSdk/locate.ts";
import { AppServer } from "../server/backends/codex/appServer.ts";
import { findCodex } from "../server/backends/codex/locate.ts";
import { Queue } from "../server/backends/loop/queue.ts";
import { loopAccount, loopToken } from "../tests/support/modelServer/codexWire.ts";

/** What the server sends too, for a prompt without anything around it. */
const rendered = (prompt: string): string => `<user-request>${prompt}</user-request>`;

/** Where a provider's program runs, and how it finds the model. */
export type Place = {
	readonly folder: string;
	readonly environment: Readonly<Record<string, string>>;
};

/** A backend beside its own client, which is started when it is asked for. */
export type Pair = { readonly backend: string; readonly name: string; start(): Promise<Direct> };

/** All that can be had here, with Codex's endpoint last: Codex itself is not to see that login. */
export const pairs = ({ folder, environment }: Place): Pair[] => {
	const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, OPENAI_API_KEY, OPENAI_BASE_URL } = environment;
	const [claude, codex] = [findClaude({}), findCodex({})];
	const place = { folder, environment };
	return [
		{
			backend: "claude-api",
			name: "@anthropic-ai/sdk directly",
			start: async () => anthropicDirect({ apiKey: ANTHROPIC_API_KEY, baseURL: ANTHROPIC_BASE_URL }),
		},
		{
			backend: "openai-api",
			name: "openai directly",
			start: async () => openAiDirect({ apiKey: OPENAI_API_KEY, baseURL: OPENAI_BASE_URL }),
		},
		...(claude === null
			? []
			: [
					{
						backend: "claude-sdk",
						name: "a streaming query()",
						start: async () => claudeDirect(claude, place),
					},
				]),
		...(codex === null
			? []
			: [{ backend: "codex", name: "the app-server directly", start: () => codexDirect(codex, place) }]),
		{
			backend: "codex-api",
			name: "openai directly, the same endpoint",
			start: async () => chatGptDirect(place),
		},
	];
};

/** Logs Codex in there; gives the token. */
export const logInToCodex = (home: string): string => {
	const token = loopToken("bench", 4_000_000_000);
	const tokens = { access_token: token, account_id: loopAccount };
	writeFileSync(join(home, "auth.json"), JSON.stringify({ tokens }), { mode: 0o600 });
	return token;
};

const chatGptDirect = ({ environment }: Place): Direct => {
	const token = logInToCodex(environment.CODEX_HOME!);
	return openAiDirect({
		apiKey: token,
		baseURL: environment.IPYAI_CODEX_API_BASE_URL,
		defaultHeaders: { "chatgpt-account-id": loopAccount },
	});
};

/** Gives one prompt; resolves with the milliseconds to its first text once the answer is whole. */
export type Direct = { ask(prompt: string): Promise<number>; close(): void };

const anthropicDirect = (options: AnthropicOptions): Direct => {
	const client = new Anthropic({ ...options, maxRetries: 0 });
	const messages: Anthropic.MessageParam[] = [];
	const fixed = { model: "claude-sonnet-5-5", max_tokens: 1000, system: "You help with Python." };
	return {
		ask: async (prompt) => {
			const started = performance.now();
			let first = Number.NaN;
			messages.push({ role: "user", content: rendered(prompt) });
			const stream = client.messages.stream({ ...fixed, messages });
			for await (const event of stream)
				if (event.type === "content_block_delta" && Number.isNaN(first)) first = performance.now() - started;
			messages.push({ role: "assistant", content: await stream.finalText() });
			return first;
		},
		close: () => {},
	};
};

const openAiDirect = (options: ClientOptions): Direct => {
	const client = new OpenAI({ ...options, maxRetries: 0 });
	const input: OpenAI.Responses.ResponseInputItem[] = [];
	const instructions = "You help with Python.";
	const fixed = { model: "gpt-5.5", instructions, stream: true, store: false } as const;
	return {
		ask: async (prompt) => {
			const started = performance.now();
			let first = Number.NaN;
			let text = "";
			input.push({ role: "user", content: rendered(prompt) });
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

const claudeOptions = (executable: string, { folder, environment }: Place): Options => ({
	pathToClaudeCodeExecutable: executable,
	cwd: folder,
	env: {
		...environment,
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

export const claudeDirect = (executable: string, place: Place): Direct => {
	const input = new Queue<SDKUserMessage>();
	const running = query({ prompt: input, options: claudeOptions(executable, place) });
	const messages = running[Symbol.asyncIterator]();
	return {
		ask: async (prompt) => {
			const started = performance.now();
			let first = Number.NaN;
			const content = [{ type: "text" as const, text: rendered(prompt) }];
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

export const codexDirect = async (
	command: readonly string[],
	{ folder, environment }: Place,
): Promise<Direct> => {
	const server = new AppServer(command, environment);
	await server.ready;
	const { thread } = await server.request("thread/start", {
		cwd: folder,
		model: "gpt-5.5",
		ephemeral: true,
		sandbox: "read-only",
		approvalPolicy: "never",
		baseInstructions: "You help with Python.",
		environments: [],
	});
	return {
		ask: async (prompt) => {
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
					permit: async () => false,
				}),
			);
			const input = [{ type: "text", text: rendered(prompt), text_elements: [] }];
			await server.request("turn/start", { threadId: thread.id, input, effort: "low", summary: "auto" });
			await ended;
			return first;
		},
		close: () => void server.close(),
	};
};
