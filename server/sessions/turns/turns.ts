/**
 * Runs a session's prompts, one turn at a time, in order. A turn is rendered once, when it starts; its steps are
 * stored as they come; it ends exactly once.
 */
import { setImmediate as nextTick } from "node:timers/promises";
import type { Content, PromptResult, Settings, Usage } from "../../../protocol/index.ts";
import type { Backend, Environment, TurnPreparation, TurnRequest } from "../../backends/backend.ts";
import { pairToolCalls } from "../../context/pairToolCalls.ts";
import { toTranscript, turnsToFold } from "../../context/summaries.ts";
import type { Entry } from "../../context/transcript.ts";
import type { PartialItem, RememberedRequest } from "../../store/store.ts";
import type { Door } from "../../tools/call.ts";
import type { McpServers } from "../../tools/mcp/servers.ts";
import { OfferedTools } from "../../tools/offered.ts";
import type { Toolbox } from "../../tools/toolbox.ts";
import type { SessionLog } from "../log.ts";
import { tellWaiting } from "../progress.ts";
import type { Hosting } from "../python/hosting.ts";
import { redactForModel } from "../settings/modelSecrets.ts";
import { eagerly } from "./eagerly.ts";
import { offerNamed } from "./namedTools.ts";
import { PromptHistory } from "./promptHistory.ts";
import { PromptQueue } from "./promptQueue.ts";
import { RunningTurn } from "./runningTurn.ts";
import { addUsage, foldTurns } from "./summaries.ts";
import { buildTurnContext, type NamedTools, type ToolNews } from "./turnContext.ts";

/** Model responses with tool calls in one turn, before a summary is asked for. */
const maxRounds = 21;

export type TurnsOptions = {
	readonly log: SessionLog;
	readonly hosting: Hosting;
	readonly toolbox: Toolbox;
	/** A prompt waits a little for those that start. */
	readonly mcp: Pick<McpServers, "isSettled" | "ready">;
	readonly door: Door;
	readonly cwd: string;
	settings(): Settings;
	environment(): Environment;
	backend(name: string): Backend | null;
	systemPrompt(model: string): string;
	/** Resolves when all that the system prompt and the tools are made of is known. */
	readonly ready: { readonly isReady: boolean; readonly ready: Promise<void> };
	/** For a backend without a model to begin with; `null` when the person has to choose. */
	chooseModel(backend: Backend, signal: AbortSignal): Promise<string | null>;
	onModelUsed(backend: string, model: string): void;
};

export class Turns {
	readonly #options: TurnsOptions;
	#running: RunningTurn | null = null;
	readonly #queue: PromptQueue;
	#disposed = false;
	readonly #history: PromptHistory;
	/** The canonical transcript, kept in step with the store; `null` before the first use or after an edit. */
	#transcript: Entry[] | null = null;
	readonly #tools = new OfferedTools();
	/** The tokens of the last turn, `null` when they say nothing about the next. */
	#lastUsage: Usage | null = null;

	constructor(options: TurnsOptions) {
		this.#options = options;
		this.#queue = new PromptQueue(options.log);
		this.#history = new PromptHistory(options.log, options.hosting);
	}

	get runningTurn(): string | null {
		return this.#running?.turnId ?? null;
	}

	/** Text and thinking of the running turn that are not events yet. */
	get partial(): readonly PartialItem[] {
		return this.#running?.partial ?? [];
	}

	/** What the next turn's text will say of tools that came or went. */
	get toolNews(): string {
		return this.#tools.news(this.#options.toolbox.descriptions);
	}

	/** The tools are others now. */
	toolsChanged(): void {
		this.#tools.changed();
		this.prepare();
	}

	/** What the model is sent begins anew, with all tools that there are. */
	beginEpoch(): void {
		this.#tools.beginEpoch();
	}

	/** Accepts a prompt: stored and queued. It starts at once when no turn runs. */
	prompt(
		content: readonly Content[],
		source: string,
		by: string | null,
		request?: RememberedRequest,
	): PromptResult {
		const result = this.#queue.add(content, source, by, request);
		this.startNext();
		return result;
	}

	/**
	 * A prompt that is the body of a cell: stored at once, so that no end of the server loses it. What comes back lets
	 * it start, under the cell's input number, and is to be called when the cell has ended.
	 */
	promptFromCell(text: string, by: string | null): (executionCount: number | null) => void {
		const release = this.#queue.addFromCell(text, by);
		return (executionCount) => {
			release(executionCount);
			this.startNext();
		};
	}

	/** Adds to the running turn where its backend can; tells whether it could. */
	steer(content: readonly Content[]): string | null {
		const running = this.#running;
		if (!running?.backend?.capabilities.steer) return null;
		running.steering.push(content);
		return running.turnId;
	}

	/** Stops the running turn, or takes a waiting one out of the queue. */
	cancel(turnId: string | null): boolean {
		const running = this.#running;
		if (running && (turnId === null || turnId === running.turnId)) {
			running.abort.abort();
			return true;
		}
		return turnId !== null && this.#queue.cancel(turnId);
	}

	edit(turnId: string, content: readonly Content[]): void {
		this.#queue.edit(turnId, content);
	}

	remove(turnId: string): void {
		this.#queue.remove(turnId);
	}

	/** The transcript changed under us: read it again for the next turn. */
	forgetTranscript(): void {
		this.beginEpoch();
		this.#transcript = null;
		this.#lastUsage = null;
	}

	/** Lets the backend start what the next turn will need. Done again, it changes only what differs. */
	prepare(): void {
		const { log } = this.#options;
		const settings = this.#options.settings();
		const backend = settings.backend === null ? null : this.#options.backend(settings.backend);
		if (this.#running || this.#disposed || !backend?.prepare) return;
		const { isReady, ready } = this.#options.ready;
		if (!isReady) return void ready.then(() => this.prepare());
		if (settings.model === null || settings.login.kind === "missing") return;
		this.#transcript ??= pairToolCalls(toTranscript(log.store.conversation(log.sessionId)));
		backend.prepare({ ...this.#preparation(settings, settings.model), transcript: this.#transcript });
	}

	/** Starts the next waiting turn when none runs. */
	startNext(): void {
		if (this.#running || this.#disposed) return;
		const { next } = this.#queue;
		if (next === null) return;
		const settings = this.#options.settings();
		const backend = settings.backend === null ? null : this.#options.backend(settings.backend);
		const running = new RunningTurn(next, backend, this.#options.log);
		this.#running = running;
		this.#run(running, next.content, next.source, settings)
			.catch((error: Error) => this.#stop(running, error))
			.finally(() => {
				if (this.#running === running) this.#running = null;
				this.#options.door.forget(running.turnId);
				this.#queue.end(running.turnId);
				this.startNext();
			});
	}

	/** Something outside of the backend broke: the turn still ends, once. */
	#stop(running: RunningTurn, error: Error): void {
		const { aborted } = running.abort.signal;
		running.abort.abort();
		running.finish(aborted ? "cancelled" : "failed", null, aborted ? null : error.message);
	}

	async #run(
		running: RunningTurn,
		content: readonly Content[],
		source: string,
		settings: Settings,
	): Promise<void> {
		const { log, hosting, mcp } = this.#options;
		const { turnId, abort, backend } = running;
		const historyLine = hosting.nextExecutionCount - 1;
		if (!running.isNumbered) this.#history.number(turnId, source, content);
		if (settings.login.kind === "missing") return running.finish("failed", null, settings.login.hint);
		if (!backend) return running.finish("failed", null, "Choose a backend with %ipyai backend NAME.");
		const model = settings.model ?? (await this.#options.chooseModel(backend, abort.signal));
		if (abort.signal.aborted) return running.finish("cancelled", null, null);
		if (model === null) return running.finish("failed", null, "Choose a model with %ipyai model NAME.");
		await this.#options.ready.ready;
		await hosting.settle(abort.signal);
		if (!mcp.isSettled) await tellWaiting(log, "waiting for MCP servers to start", mcp.ready(abort.signal));
		const row = log.store.session(log.sessionId);
		const toSeq = log.headSeq;
		const building = buildTurnContext({
			log,
			host: hosting.host,
			afterSeq: Math.max(row?.renderPoint ?? 0, row?.resetSeq ?? 0),
			toSeq,
			content,
			nameTools: (named) => this.#nameTools(named, abort.signal),
			redact: (text) => redactForModel(this.#options.environment(), text),
			images: backend.capabilities.images,
			contextWindow: this.#windowOf(backend, model),
			effects: "run",
			signal: abort.signal,
		});
		const context = await tellWaiting(log, "looking up what the prompt names", building);
		const request = this.#request(running, settings, model);
		const isFirst = row?.lastTurn == null;
		const room = isFirst ? noFold : await this.#makeRoom(backend, request, context.rendered);
		if (abort.signal.aborted) return running.finish("cancelled", null, null);
		this.#transcript ??= pairToolCalls(toTranscript(log.store.conversation(log.sessionId)));
		const transcript = this.#transcript;
		const warnings = [...context.warnings, ...room.warnings];
		const user: Entry = { role: "user", content: context.rendered };
		// Those of the request, unless making room has begun another epoch.
		const { descriptions } = this.#options.toolbox;
		const tools = this.#tools.next(descriptions);
		this.#tools.sent(descriptions);
		const updates = eagerly(backend.runTurn({ ...request, tools, transcript: [...transcript, user] }));
		// The request leaves before anything is stored.
		await nextTick();
		log.append(
			[
				{
					kind: "turnStarted",
					turnId,
					parentId: row?.lastTurn ?? null,
					backend: backend.name,
					model,
					rendered: context.rendered,
					renderPoint: toSeq,
					warnings,
					parts: context.parts,
				},
			],
			{ turnId, entries: [user] },
		);
		transcript.push(user);
		this.#options.onModelUsed(backend.name, model);

		const end = await running.follow(updates, transcript);
		running.requeueSteering();
		this.#lastUsage = end?.usage ?? null;
		const stopReason = end?.stopReason ?? "failed";
		const error = end ? end.error : `Backend ${backend.name} ended without saying why. Try again.`;
		const changes = await this.#options.door.changes(turnId);
		running.finish(stopReason, addUsage(room.usage, end?.usage ?? null), error, changes);
		this.#history.mirror(turnId, source, content, context.rendered, historyLine);
	}

	async #nameTools(named: NamedTools, signal: AbortSignal): Promise<ToolNews> {
		const { toolbox, hosting } = this.#options;
		const warnings = await offerNamed(named, toolbox, hosting.host?.python ?? null, signal);
		this.#tools.changed();
		return { news: this.toolNews, warnings };
	}

	/** In tokens: what the backend knows, else what it told with the last turn. */
	#windowOf(backend: Backend, model: string): number | null {
		return backend.contextWindow(model) ?? this.#lastUsage?.contextWindow ?? null;
	}

	/**
	 * Folds the oldest turns into a summary when the next request would come near the model's window. Says in
	 * sentences what it did and what it took; without a summary the turn is sent as it is.
	 */
	async #makeRoom(
		backend: Backend,
		request: Omit<TurnRequest, "transcript">,
		added: readonly Content[],
	): Promise<Room> {
		const { log } = this.#options;
		const last = this.#lastUsage;
		const contextWindow = this.#windowOf(backend, request.model);
		if (contextWindow === null) return noFold;
		// The whole conversation is read only when it may have to be folded.
		const isNearFull = last?.contextTokens == null || last.contextTokens > contextWindow / 2;
		if (this.#transcript !== null && !isNearFull && sizeOf(added) < contextWindow / 4) return noFold;
		const conversation = log.store.conversation(log.sessionId);
		const contextTokens = last?.contextTokens ?? null;
		const count = turnsToFold({ conversation, contextTokens, added, contextWindow });
		if (count === 0) return noFold;
		const of = `${count} earlier ${count === 1 ? "prompt" : "prompts"}`;
		log.hint({ kind: "notice", level: "info", text: `Summing up ${of}: the model's window is nearly full.` });
		try {
			const turns = conversation.turns.slice(0, count);
			const { folded, usage } = await foldTurns({
				backend,
				request,
				contextWindow,
				before: conversation.folded,
				turns,
			});
			const reason = `${of} went into a summary: the conversation neared the window of ${contextWindow} tokens`;
			log.add({ kind: "epochStarted", reason, folded: { ...folded, usage } });
			this.forgetTranscript();
			log.hint({ kind: "notice", level: "info", text: `The model is sent this instead:\n${folded.summary}` });
			const warning = `${of} are sent as a summary. All of them stay in the session; %ipyai reset begins anew.`;
			return { warnings: [warning], usage };
		} catch (error) {
			if (request.signal.aborted) return noFold;
			const warning = `${of} could not be summed up (${(error as Error).message}) and are sent whole.`;
			return { warnings: [warning], usage: null };
		}
	}

	#request(running: RunningTurn, settings: Settings, model: string): Omit<TurnRequest, "transcript"> {
		const { door } = this.#options;
		const { turnId, abort, steering } = running;
		return {
			...this.#preparation(settings, model),
			maxRounds,
			signal: abort.signal,
			callTool: (call, signal) => door.call(turnId, call, signal),
			permitProviderTool: (call, signal) => door.permit(turnId, call, signal),
			takeSteering: () => steering.splice(0),
		};
	}

	#preparation(settings: Settings, model: string): Omit<TurnPreparation, "transcript"> {
		const { log, toolbox, cwd, environment, systemPrompt } = this.#options;
		return {
			conversationId: log.sessionId,
			environment: environment(),
			cwd,
			systemPrompt: systemPrompt(model),
			tools: this.#tools.next(toolbox.descriptions),
			model,
			think: settings.think,
			search: settings.search,
		};
	}

	/** What is about to be known of ended prompts is kept, before all ends. */
	settle(): Promise<void> {
		return this.#history.settle();
	}

	/** Cancels what runs and waits for its end. */
	async dispose(): Promise<void> {
		this.#disposed = true;
		this.#history.close();
		const running = this.#running;
		if (!running) return;
		const { log } = this.#options;
		running.abort.abort();
		await new Promise<void>((resolve) => {
			const watching = log.subscribe({
				onEvent: ({ event }) => {
					if (event.kind !== "turnFinished" || event.turnId !== running.turnId) return;
					watching[Symbol.dispose]();
					resolve();
				},
				onHint: () => {},
			});
		});
	}
}

/** What was done so that a turn fits, in sentences, and the tokens it took. */
type Room = { readonly warnings: readonly string[]; readonly usage: Usage | null };
const noFold: Room = { warnings: [], usage: null };

const sizeOf = (content: readonly Content[]): number =>
	content.reduce((sum, part) => sum + (part.kind === "text" ? part.text.length : part.data.length), 0);
