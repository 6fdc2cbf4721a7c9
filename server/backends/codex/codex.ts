/**
 * `codex`: OpenAI's Codex through its app-server, one process per environment, one thread per conversation. A thread
 * whose history is not the request's transcript is replaced by one that is seeded with it.
 */

import {
	apiCapabilities,
	type Backend,
	type Environment,
	type Model,
	type TurnRequest,
	type TurnUpdate,
} from "../backend.ts";
import { redact } from "../http/failure.ts";
import { orAborted } from "../loop/abort.ts";
import { fingerprint } from "../loop/fingerprint.ts";
import { follow, noTurn } from "../loop/follow.ts";
import { type Owner, settleTranscript } from "../loop/settle.ts";
import { ModelList } from "../models/modelList.ts";
import { defaultModels, openAiModels, openAiWindow } from "../models/models.ts";
import { childEnvironment } from "../programs/executables.ts";
import { AppServer, type Params } from "./appServer.ts";
import { codexEndpoint, codexLogin, findCodex } from "./locate.ts";
import { codexNames } from "./ownTools.ts";
import { toCodexInput, toCodexItems } from "./seed.ts";
import { CodexTurn } from "./turn.ts";

const name = "codex";

/** Each takes up to 160 MB; a person has rarely more than one environment. */
const maxServers = 3;

type Thread = {
	readonly threadId: string;
	readonly server: AppServer;
	/** What it was started with, as text. */
	readonly settings: string;
	/** Fingerprint of the transcript it holds. */
	history: string;
};

/** A thread for a turn, and what is to be sent to it. */
type Begun = { readonly thread: Thread; readonly input: Params[] };

export class CodexBackend implements Backend {
	readonly name = name;
	readonly aliases = ["ipycodex"];
	readonly capabilities = { ...apiCapabilities, providerTools: true };
	readonly defaultModel = defaultModels[name].prompt;
	readonly defaultCompletionModel = defaultModels[name].completion;
	readonly login = codexLogin;
	readonly contextWindow = openAiWindow;
	readonly #maxReconnects: number;
	readonly #servers = new Map<string, AppServer>();
	/** Threads that wait for the next turn of their conversation. */
	readonly #threads = new Map<string, Thread>();
	readonly #models = new ModelList(openAiModels, (environment) => this.#askModels(environment));

	/** How often a dead network may be told, every five seconds, before a turn fails. */
	constructor(maxReconnects = 3) {
		this.#maxReconnects = maxReconnects;
	}

	listModels(environment: Environment, signal: AbortSignal, refresh?: boolean): Promise<readonly Model[]> {
		return this.#models.list(environment, signal, refresh);
	}

	warm(environment: Environment): void {
		if (codexLogin(environment).kind !== "missing") this.#serverFor(environment);
	}

	async *runTurn(request: TurnRequest): AsyncGenerator<TurnUpdate> {
		const { conversationId, signal, environment } = request;
		if (signal.aborted) return yield noTurn("cancelled");
		const server = this.#serverFor(environment);
		if (server === null) {
			const login = codexLogin(environment);
			const hint = login.kind === "missing" ? login.hint : "";
			return yield noTurn("failed", `${name}: Codex was not found. ${hint}`);
		}
		const owner = ownerOf(request);
		let begun: Begun;
		try {
			await orAborted(server.ready, signal);
			begun = await orAborted(this.#threadFor(request, server, owner), signal);
		} catch (error) {
			if (signal.aborted) return yield noTurn("cancelled");
			const reason = redact((error as Error).message, environment);
			return yield noTurn(
				"failed",
				`${name}: Codex could not begin (${reason}). Check it with codex doctor.`,
			);
		}
		const { thread, input } = begun;
		const turn = new CodexTurn({ request, ...thread, owner, maxReconnects: this.#maxReconnects });
		server.listen(thread.threadId, turn);
		const transcript = [...request.transcript];
		let isClean = false;
		try {
			void turn.start(input);
			for await (const update of follow(turn, transcript, signal)) {
				if (update.kind === "end" && turn.isClean) {
					isClean = true;
					thread.history = fingerprint(transcript);
					this.#threads.set(conversationId, thread);
				}
				yield update;
			}
		} finally {
			turn.cancel();
			server.listen(thread.threadId, null);
			if (!isClean) forget(thread);
		}
	}

	async dispose(): Promise<void> {
		this.#threads.clear();
		await Promise.all([...this.#servers.values()].map((server) => server.close()));
		this.#servers.clear();
	}

	/** The running process for this environment, started when there is none. `null` without Codex. */
	#serverFor(environment: Environment): AppServer | null {
		const command = findCodex(environment);
		if (command === null) return null;
		const own = childEnvironment(environment);
		const key = JSON.stringify([command, own]);
		const running = this.#servers.get(key);
		if (running !== undefined && !running.ended) return running;
		for (const [other, idle] of this.#servers) {
			if (this.#servers.size < maxServers) break;
			if (!idle.isIdle && !idle.ended) continue;
			this.#servers.delete(other);
			void idle.close();
		}
		const server = new AppServer(command, own);
		this.#servers.set(key, server);
		return server;
	}

	/** A thread that holds the transcript up to the prompt, with what is to be sent to it. */
	async #threadFor(request: TurnRequest, server: AppServer, owner: Owner): Promise<Begun> {
		const settings = JSON.stringify(settingsOf(request, request.tools.length > 0));
		const history = fingerprint(request.transcript.slice(0, -1));
		const known = this.#threads.get(request.conversationId);
		this.#threads.delete(request.conversationId);
		const fits = known?.server === server && known.history === history && known.settings === settings;
		if (known !== undefined && !fits) forget(known);
		const steps = settleTranscript(request.transcript.slice(fits ? -2 : 0), {
			tools: new Set(request.tools.map((tool) => tool.name)),
			owner,
		});
		const last = steps.at(-1);
		const input = toCodexInput(last?.role === "user" ? last.content : []);
		if (known !== undefined && fits) return { thread: known, input };
		const started = await startThread(request, server);
		const items = toCodexItems(last?.role === "user" ? steps.slice(0, -1) : steps, codexNames(request.tools));
		if (items.length > 0) await server.request("thread/inject_items", { threadId: started.id, items });
		return { thread: { threadId: started.id, server, settings, history }, input };
	}

	async #askModels(environment: Environment): Promise<readonly Model[]> {
		const server = this.#serverFor(environment);
		if (server === null) return [];
		await server.ready;
		const { data } = await server.request("model/list", { limit: 100 });
		return data.map(
			(model: Params): Model => ({
				id: model.id,
				name: model.displayName ?? null,
				contextWindow: openAiWindow(model.id),
			}),
		);
	}
}

/** A thread lives in the process's memory alone. */
const forget = ({ server, threadId }: Thread): void => {
	// Commands that it left running would outlive it. A process that is gone has forgotten it.
	server.request("thread/backgroundTerminals/clean", { threadId }).catch(() => {});
	server.request("thread/unsubscribe", { threadId }).catch(() => {});
};

const ownerOf = (request: TurnRequest): Owner => ({
	backend: name,
	model: request.model,
	endpoint: codexEndpoint(request.environment),
});

/** Without tools of Codex's own where it would not ask us about each use. */
const startThread = async (request: TurnRequest, server: AppServer): Promise<Params> => {
	const { config } = await server.request("config/read", { cwd: request.cwd, includeLayers: false });
	const start = (hasOwnTools: boolean) =>
		server.request("thread/start", withoutMcpServers(settingsOf(request, hasOwnTools), config));
	const isWanted = request.tools.length > 0 && server.asksAboutAll;
	const { thread, approvalPolicy, approvalsReviewer } = await start(isWanted);
	if (!isWanted || (approvalPolicy === "untrusted" && approvalsReviewer === "user")) return thread;
	// An organisation's requirements put another policy in its place, by which commands run unasked.
	server.request("thread/unsubscribe", { threadId: thread.id }).catch(() => {});
	return (await start(false)).thread;
};

/** The person's MCP servers stay out: Codex would run their tools unasked. */
const withoutMcpServers = (start: Params, config: Params): Params => {
	const names = Object.keys(config.mcp_servers ?? {});
	const mcp_servers = Object.fromEntries(names.map((name) => [name, { enabled: false }]));
	return { ...start, config: { ...start.config, ...(names.length > 0 ? { mcp_servers } : {}) } };
};

/** How a thread starts; another one of these needs another thread. */
const settingsOf = (request: TurnRequest, hasOwnTools: boolean): Params => {
	const names = codexNames(request.tools);
	return {
		cwd: request.cwd,
		model: request.model,
		ephemeral: true,
		// Each use of Codex's own tools is asked for, and what was allowed is not fenced in a second time.
		sandbox: hasOwnTools ? "danger-full-access" : "read-only",
		approvalPolicy: hasOwnTools ? "untrusted" : "never",
		approvalsReviewer: "user",
		baseInstructions: request.systemPrompt,
		...(hasOwnTools ? {} : { environments: [] }),
		experimentalRawEvents: true,
		dynamicTools: request.tools.map((tool) => ({
			type: "function",
			name: names.toWire(tool.name),
			description: tool.description,
			inputSchema: { type: "object", ...tool.inputSchema },
		})),
		config: {
			web_search: request.search === null ? "disabled" : "live",
			...(request.search === null
				? {}
				: { "tools.web_search.context_size": { l: "low", m: "medium", h: "high" }[request.search] }),
			"features.shell_tool": hasOwnTools,
			"features.unified_exec": hasOwnTools,
			include_permissions_instructions: false,
			include_apps_instructions: false,
			include_environment_context: false,
			"skills.bundled.enabled": false,
			"skills.include_instructions": false,
			// Nobody answers it here.
			"tools.experimental_request_user_input": { enabled: false },
			// The server has already cut what is too long.
			tool_output_token_limit: 400_000,
		},
	};
};
