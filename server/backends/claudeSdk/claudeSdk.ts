/**
 * `claude-sdk`: Claude Code through its Agent SDK, one warm process per conversation. A process whose history is
 * not the request's transcript is replaced by one that is seeded with it.
 */
import type { Login } from "../../../protocol/index.ts";
import type { Entry } from "../../context/transcript.ts";
import {
	apiCapabilities,
	type Backend,
	type Environment,
	type Model,
	type TurnPreparation,
	type TurnRequest,
	type TurnUpdate,
} from "../backend.ts";
import { withoutSlash } from "../http/baseUrl.ts";
import { fingerprint } from "../loop/fingerprint.ts";
import { follow, noTurn } from "../loop/follow.ts";
import { settleTranscript } from "../loop/settle.ts";
import { ModelList } from "../models/modelList.ts";
import { claudeModels, claudeWindow, defaultModels, fullClaudeModel } from "../models/models.ts";
import { readVariable } from "../programs/environment.ts";
import { childEnvironment } from "../programs/executables.ts";
import { type ChildOptions, ClaudeChild, ownTools } from "./child.ts";
import { accountLogin, claudeLogin, findClaude } from "./locate.ts";
import { askClaudeModels } from "./models.ts";
import { ChildPool } from "./pool.ts";
import { findProject, untrustedNotice } from "./project.ts";
import { type Seed, toSeed } from "./seed.ts";
import { claudeNames } from "./toolServer.ts";
import { ClaudeTurn } from "./turn.ts";

const name = "claude-sdk";

/** A child for a turn, and what is to be sent to it. */
type Begun = { readonly child: ClaudeChild; readonly prompt: Seed["prompt"] };

export class ClaudeSdkBackend implements Backend {
	readonly name = name;
	readonly aliases = ["claude", "sdk", "agent", "claude-cli", "cli"];
	readonly capabilities = { ...apiCapabilities, providerTools: true };
	readonly defaultModel = defaultModels[name].prompt;
	readonly defaultCompletionModel = defaultModels[name].completion;
	readonly login = claudeLogin;
	readonly contextWindow = claudeWindow;
	readonly #pool = new ChildPool();
	/** Conversations that were told of a folder that is not read. */
	readonly #told = new Set<string>();
	readonly #models = new ModelList(shortAndFull, async (environment, signal) => {
		const claude = findProgram(environment);
		return claude === null || claude.login.kind === "missing"
			? []
			: askClaudeModels(claude.executable, claude.environment, signal);
	});

	listModels(environment: Environment, signal: AbortSignal, refresh?: boolean): Promise<readonly Model[]> {
		return this.#models.list(environment, signal, refresh);
	}

	warm(environment: Environment): void {
		// Loading the SDK is the part that can be done before a conversation is known.
		if (findClaude(environment) !== null) import("@anthropic-ai/claude-agent-sdk").catch(() => {});
	}

	prepare(next: TurnPreparation): void {
		const claude = findProgram(next.environment);
		if (claude === null || claude.login.kind === "missing") return;
		const options = optionsOf(next, claude);
		const child = this.#take(next.conversationId, options, next.transcript);
		if (child !== null) this.#pool.put(next.conversationId, child);
		else this.#prepareNext(next, options, next.transcript);
	}

	async *runTurn(request: TurnRequest): AsyncGenerator<TurnUpdate> {
		const { conversationId, signal } = request;
		if (signal.aborted) return yield noTurn("cancelled");
		const claude = findProgram(request.environment);
		if (claude === null) {
			const login = claudeLogin(request.environment);
			const hint = login.kind === "missing" ? login.hint : "";
			return yield noTurn("failed", `${name}: Claude Code was not found. ${hint}`);
		}
		const options = optionsOf(request, claude);
		const unread = this.#unreadFor(request, options);
		if (unread !== null) yield { kind: "notice", text: untrustedNotice(unread) };
		const isLoose = request.transcript.length === 1 && this.#pool.beginsAgain(conversationId);
		const waiting = this.#waitingFor(request, options);
		const first = waiting ?? this.#newFor(request, options);
		const begin = ({ child, prompt }: Begun): ClaudeChild => {
			child.listener = turn;
			child.send(prompt);
			return child;
		};
		const replace = (): ClaudeChild => {
			this.#pool.close(first.child);
			return begin(this.#newFor(request, options));
		};
		const turn = new ClaudeTurn(request, first.child, waiting && replace, ownerOf(request));
		const transcript = [...request.transcript];
		let end: TurnUpdate | null = null;
		let isKept = false;
		try {
			begin(first);
			for await (const update of follow(turn, transcript, signal)) {
				if (update.kind === "end") {
					end = update;
					const { child } = turn;
					child.listener = null;
					isKept = turn.isClean && !isLoose;
					if (isKept) {
						child.history = fingerprint(transcript);
						this.#pool.put(conversationId, child);
					} else if (isLoose) this.#prepareNext(request, options, []);
					else if (update.stopReason === "cancelled") this.#prepareNext(request, options, transcript);
				}
				yield update;
			}
		} finally {
			const { child } = turn;
			if (end === null) {
				child.listener = null;
				void child.stop().then(() => this.#pool.close(child));
			} else if (!isKept) this.#pool.close(child);
		}
	}

	dispose(): Promise<void> {
		return this.#pool.dispose();
	}

	/** The folder to tell of with this turn, if it has not been told. */
	#unreadFor({ conversationId }: TurnRequest, { project, tools }: ChildOptions): string | null {
		if (project.kind === "trusted" || tools.length === 0 || this.#told.has(conversationId)) return null;
		if (project.unread !== null) this.#told.add(conversationId);
		return project.unread;
	}

	/** The child that waits for the conversation, if it holds this transcript and was started like this. */
	#take(conversationId: string, options: ChildOptions, transcript: readonly Entry[]): ClaudeChild | null {
		const settings = JSON.stringify(options);
		const history = fingerprint(transcript);
		return this.#pool.take(
			conversationId,
			(idle) => idle.history === history && JSON.stringify(idle.options) === settings,
		);
	}

	/** The child that waits with the transcript up to the prompt. */
	#waitingFor(request: TurnRequest, options: ChildOptions): Begun | null {
		const child = this.#take(request.conversationId, options, request.transcript.slice(0, -1));
		return child && { child, prompt: seedOf(request, request.transcript.slice(-2)).prompt };
	}

	/** As above, newly started. */
	#newFor(request: TurnRequest, options: ChildOptions): Begun {
		const { records, prompt } = seedOf(request, request.transcript);
		const history = fingerprint(request.transcript.slice(0, -1));
		return { child: this.#pool.add(new ClaudeChild(options, records, history)), prompt };
	}

	/** Starts the child of the next turn, when all that it needs is known by now. */
	#prepareNext(request: TurnPreparation, options: ChildOptions, transcript: readonly Entry[]): void {
		const seed = seedOf(request, transcript);
		// What has no answer yet is asked together with the next prompt.
		if (seed.prompt.length > 0) return;
		const child = this.#pool.add(new ClaudeChild(options, seed.records, fingerprint(transcript)));
		this.#pool.put(request.conversationId, child);
	}
}

const shortAndFull: readonly Model[] = [
	...["sonnet", "opus", "haiku"].map((id) => ({ id, name: null, contextWindow: claudeWindow(id) })),
	...claudeModels,
];

type Program = { readonly executable: string; readonly login: Login; readonly environment: Environment };

/** What is started for this environment, less what a child must not see; `null` where there is nothing to start. */
const findProgram = (environment: Environment): Program | null => {
	const executable = findClaude(environment);
	if (executable === null) return null;
	const login = accountLogin(environment);
	// A login comes before a billed key that happens to be in the environment.
	const withheld = login.kind === "login" ? ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] : [];
	return { executable, login, environment: childEnvironment(environment, withheld) };
};

const optionsOf = (request: TurnPreparation, { executable, login, environment }: Program): ChildOptions => ({
	executable,
	environment,
	cwd: request.cwd,
	systemPrompt: request.systemPrompt,
	tools: request.tools,
	model: request.model,
	think: request.think,
	maxOutputTokens: request.maxOutputTokens ?? null,
	project: findProject(request.cwd, request.environment),
	hasKey: login.kind === "environment" && /KEY|TOKEN/.test(login.name),
});

const ownerOf = (request: TurnPreparation) => ({
	backend: name,
	model: fullClaudeModel(request.model),
	endpoint: withoutSlash(
		readVariable(request.environment, "ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com",
	),
});

const seedOf = (request: TurnPreparation, transcript: readonly Entry[]) => {
	const names = claudeNames(request.tools);
	const own = request.tools.length > 0 ? ownTools : [];
	const owner = ownerOf(request);
	const steps = settleTranscript(transcript, {
		tools: new Set([...request.tools.map((tool) => tool.name), ...own]),
		owner,
		replaysProviderCalls: true,
	});
	return toSeed(steps, names, owner.model);
};
