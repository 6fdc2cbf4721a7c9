/**
 * `claude-sdk`: Claude Code through its Agent SDK, one warm process per conversation. A process whose history is
 * not the request's transcript is replaced by one that is seeded with it.
 */
import type { Entry } from "../../context/transcript.ts";
import type { Backend, Environment, TurnPreparation, TurnRequest, TurnUpdate } from "../backend.ts";
import { withoutSlash } from "../http/baseUrl.ts";
import { fingerprint } from "../loop/fingerprint.ts";
import { settleTranscript } from "../loop/settle.ts";
import { wireNames } from "../loop/wireId.ts";
import { modelList } from "../models/modelList.ts";
import { claudeModels, claudeWindow, defaultModels, fullClaudeModel } from "../models/models.ts";
import { readVariable } from "../programs/environment.ts";
import { childEnvironment } from "../programs/executables.ts";
import { type ChildOptions, ClaudeChild, ownTools } from "./child.ts";
import { claudeLogin, findClaude } from "./locate.ts";
import { askClaudeModels } from "./models.ts";
import { ChildPool } from "./pool.ts";
import { findProject, untrustedNotice } from "./project.ts";
import { toSeed } from "./seed.ts";
import { claudeNames } from "./toolServer.ts";
import { ClaudeTurn } from "./turn.ts";

const name = "claude-sdk";

export const createClaudeSdkBackend = (): Backend => {
	const pool = new ChildPool();

	/** Conversations that were told of a folder that is not read. */
	const told = new Set<string>();

	/** The folder to tell of with this turn, if it has not been told. */
	const unreadFor = ({ conversationId }: TurnRequest, { project, tools }: ChildOptions): string | null => {
		if (project.kind === "trusted" || tools.length === 0 || told.has(conversationId)) return null;
		if (project.unread !== null) told.add(conversationId);
		return project.unread;
	};

	/** The child that waits for the conversation, if it holds this history and was started like this. */
	const takeChild = (conversationId: string, options: ChildOptions, history: string) => {
		const settings = JSON.stringify(options);
		return pool.take(
			conversationId,
			(idle) => idle.history === history && JSON.stringify(idle.options) === settings,
		);
	};

	/** The child that waits with the transcript up to the prompt, with what is to be sent to it. */
	const waitingFor = (request: TurnRequest, options: ChildOptions) => {
		const child = takeChild(request.conversationId, options, fingerprint(request.transcript.slice(0, -1)));
		return child && { child, prompt: seedOf(request, request.transcript.slice(-2)).prompt };
	};

	/** As above, newly started. */
	const newFor = (request: TurnRequest, options: ChildOptions) => {
		const { records, prompt } = seedOf(request, request.transcript);
		const history = fingerprint(request.transcript.slice(0, -1));
		return { child: pool.add(new ClaudeChild(options, records, history)), prompt };
	};

	/** Starts the child of the next turn, when all that it needs is known by now. */
	const prepareNext = (request: TurnPreparation, options: ChildOptions, transcript: readonly Entry[]) => {
		const seed = seedOf(request, transcript);
		// What has no answer yet is asked together with the next prompt.
		if (seed.prompt.length > 0) return;
		const child = pool.add(new ClaudeChild(options, seed.records, fingerprint(transcript)));
		pool.put(request.conversationId, child);
	};

	const models = modelList({
		known: [
			...["sonnet", "opus", "haiku"].map((id) => ({ id, name: null, contextWindow: claudeWindow(id) })),
			...claudeModels,
		],
		async ask(environment, signal) {
			const executable = findClaude(environment);
			if (executable === null || claudeLogin(environment).kind === "missing") return [];
			return askClaudeModels(executable, ownEnvironment(environment), signal);
		},
	});

	async function* runTurn(request: TurnRequest): AsyncGenerator<TurnUpdate> {
		const end = (stopReason: "failed" | "cancelled", error: string | null): TurnUpdate => ({
			kind: "end",
			stopReason,
			usage: null,
			error,
		});
		const { conversationId, signal } = request;
		if (signal.aborted) return yield end("cancelled", null);
		const executable = findClaude(request.environment);
		if (executable === null) {
			const login = claudeLogin(request.environment);
			const hint = login.kind === "missing" ? login.hint : "";
			return yield end("failed", `${name}: Claude Code was not found. ${hint}`);
		}
		const options = optionsOf(request, executable);
		const unread = unreadFor(request, options);
		if (unread !== null) yield { kind: "notice", text: untrustedNotice(unread) };
		const isLoose = request.transcript.length === 1 && pool.beginsAgain(conversationId);
		const waiting = waitingFor(request, options);
		const first = waiting ?? newFor(request, options);
		const begin = ({ child, prompt }: typeof first): ClaudeChild => {
			child.listener = turn;
			child.send(prompt);
			return child;
		};
		const replace = (): ClaudeChild => {
			pool.close(first.child);
			return begin(newFor(request, options));
		};
		const turn = new ClaudeTurn(
			request,
			first.child,
			waiting && replace,
			claudeNames(request.tools, wireNames(request.tools)),
			ownerOf(request),
			claudeWindow(request.model),
		);
		const cancel = () => turn.cancel();
		signal.addEventListener("abort", cancel, { once: true });
		const transcript: Entry[] = [...request.transcript];
		let hasEnded = false;
		let isKept = false;
		try {
			begin(first);
			for await (const update of turn.updates) {
				if (update.kind === "response") transcript.push(update.entry);
				if (update.kind === "toolResults") transcript.push({ role: "tool", results: update.results });
				if (update.kind === "steered") transcript.push({ role: "user", content: update.content });
				if (update.kind === "end") {
					hasEnded = true;
					const { child } = turn;
					child.listener = null;
					isKept = turn.isClean && !isLoose;
					if (isKept) {
						child.history = fingerprint(transcript);
						pool.put(conversationId, child);
					} else if (isLoose) prepareNext(request, options, []);
					else if (update.stopReason === "cancelled") prepareNext(request, options, transcript);
				}
				yield update;
			}
		} finally {
			signal.removeEventListener("abort", cancel);
			const { child } = turn;
			if (!hasEnded) {
				child.listener = null;
				void child.stop().then(() => pool.close(child));
			} else if (!isKept) pool.close(child);
		}
	}

	return {
		name,
		aliases: ["claude", "sdk", "agent", "claude-cli", "cli"],
		capabilities: {
			images: true,
			thinking: true,
			tools: true,
			steer: true,
			search: true,
			providerTools: true,
		},
		defaultModel: defaultModels[name].prompt,
		defaultCompletionModel: defaultModels[name].completion,
		login: claudeLogin,
		runTurn,
		warm(environment) {
			// Loading the SDK is the part that can be done before a conversation is known.
			if (findClaude(environment) !== null) import("@anthropic-ai/claude-agent-sdk").catch(() => {});
		},
		prepare(next) {
			const executable = findClaude(next.environment);
			if (executable === null || claudeLogin(next.environment).kind === "missing") return;
			const options = optionsOf(next, executable);
			const child = takeChild(next.conversationId, options, fingerprint(next.transcript));
			if (child !== null) pool.put(next.conversationId, child);
			else prepareNext(next, options, next.transcript);
		},
		listModels: models.list,
		contextWindow: claudeWindow,
		dispose: async () => pool.dispose(),
	};
};

/** A login comes before a billed key that happens to be in the environment. */
const ownEnvironment = (environment: Environment) =>
	childEnvironment(
		environment,
		claudeLogin(environment).kind === "login" ? ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] : [],
	);

const optionsOf = (request: TurnPreparation, executable: string): ChildOptions => {
	const login = claudeLogin(request.environment);
	return {
		executable,
		environment: ownEnvironment(request.environment),
		cwd: request.cwd,
		systemPrompt: request.systemPrompt,
		tools: request.tools,
		model: request.model,
		think: request.think,
		project: findProject(request.cwd, request.environment),
		hasKey: login.kind === "environment" && /KEY|TOKEN/.test(login.name),
	};
};

const ownerOf = (request: TurnPreparation) => ({
	backend: name,
	model: fullClaudeModel(request.model),
	endpoint: withoutSlash(
		readVariable(request.environment, "ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com",
	),
});

const seedOf = (request: TurnPreparation, transcript: readonly Entry[]) => {
	const names = claudeNames(request.tools, wireNames(request.tools));
	const own = request.tools.length > 0 ? ownTools : [];
	const owner = ownerOf(request);
	const steps = settleTranscript(transcript, {
		tools: new Set([...request.tools.map((tool) => tool.name), ...own]),
		owner,
		replaysProviderCalls: true,
	});
	return toSeed(steps, names, owner.model);
};
