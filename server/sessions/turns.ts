/**
 * Runs a session's prompts, one turn at a time, in order. A turn is rendered once, when it starts; its steps are
 * stored as they come; it ends exactly once.
 */
import type {
	Content,
	PromptResult,
	SessionEvent,
	Settings,
	StopReason,
	Usage,
} from "../../protocol/index.ts";
import type { Backend, Environment, TurnPreparation, TurnRequest, TurnUpdate } from "../backends/backend.ts";
import { textOf } from "../context/contentText.ts";
import { toTranscript, turnsToFold } from "../context/folding.ts";
import { pairToolCalls } from "../context/pairToolCalls.ts";
import type { Entry } from "../context/transcript.ts";
import type { PartialItem, Store } from "../store/store.ts";
import type { Approvals } from "./approvals.ts";
import { callTool } from "./callTool.ts";
import { eagerly } from "./eagerly.ts";
import { RequestError } from "./errors.ts";
import { addUsage, foldTurns } from "./folding.ts";
import type { Hosting } from "./hosting.ts";
import { newId } from "./ids.ts";
import type { SessionLog } from "./log.ts";
import { meantCall, OfferedTools } from "./offeredTools.ts";
import { PromptHistory } from "./promptHistory.ts";
import { buildTurnContext } from "./turnContext.ts";

/** Model responses with tool calls in one turn, before a summary is asked for. */
const maxRounds = 21;
/** Prompts that may wait. */
const maxQueue = 100;
const partialEveryMs = 250;

export type TurnsOptions = {
	readonly log: SessionLog;
	readonly store: Store;
	readonly hosting: Hosting;
	readonly approvals: Approvals;
	readonly cwd: string;
	settings(): Settings;
	environment(): Environment;
	backend(name: string): Backend | null;
	systemPrompt(model: string): string;
	onModelUsed(backend: string, model: string): void;
};

type RunningTurn = {
	readonly turnId: string;
	/** It was typed as a cell, whose number it has. */
	readonly isNumbered: boolean;
	readonly abort: AbortController;
	readonly steering: (readonly Content[])[];
	readonly partial: Map<string, PartialItem>;
	readonly backend: Backend | null;
	ended: boolean;
};

export class Turns {
	readonly #options: TurnsOptions;
	#running: RunningTurn | null = null;
	/** Prompts in the queue that wait for the end of their cell. */
	readonly #held = new Set<string>();
	#disposed = false;
	readonly #history: PromptHistory;
	/** The canonical transcript, kept in step with the store; `null` before the first use or after an edit. */
	#transcript: Entry[] | null = null;
	readonly #tools = new OfferedTools();
	/** The tokens of the last turn, `null` when they say nothing about the next. */
	#lastUsage: Usage | null = null;

	constructor(options: TurnsOptions) {
		this.#options = options;
		this.#history = new PromptHistory(options.log, options.store, options.hosting);
	}

	get runningTurn(): string | null {
		return this.#running?.turnId ?? null;
	}

	/** Text and thinking of the running turn that are not events yet. */
	get partial(): readonly PartialItem[] {
		return this.#running ? [...this.#running.partial.values()] : [];
	}

	/** What the next turn's text will say of tools that came or went. */
	get toolNews(): string {
		return this.#tools.news(this.#options.hosting.host);
	}

	/** The host's tools are others now. */
	toolsChanged(): void {
		this.#tools.changed();
		this.prepare();
	}

	/** What the model is sent begins anew, with all tools that there are. */
	beginEpoch(): void {
		this.#tools.beginEpoch();
	}

	/** Accepts a prompt: stored and queued. It starts at once when no turn runs. */
	prompt(content: readonly Content[], source: string, by: string | null, requestId: string): PromptResult {
		const { log } = this.#options;
		this.#requireRoom();
		const turnId = newId();
		const accepted: SessionEvent = { kind: "promptAccepted", turnId, content: [...content], source, by };
		const result = log.accept(accepted, requestId, (seq) => ({ turnId, seq }));
		this.startNext();
		return result;
	}

	/**
	 * A prompt that is the body of a cell: stored at once, so that no end of the server loses it. What comes back lets
	 * it start, under the cell's input number, and is to be called when the cell has ended.
	 */
	promptFromCell(text: string, by: string | null): (executionCount: number | null) => void {
		const { log } = this.#options;
		this.#requireRoom();
		const turnId = newId();
		this.#held.add(turnId);
		log.add({ kind: "promptAccepted", turnId, content: [{ kind: "text", text }], source: `.${text}`, by });
		return (executionCount) => {
			this.#held.delete(turnId);
			if (executionCount !== null && this.#isQueued(turnId))
				log.settle([{ kind: "promptNumbered", turnId, executionCount }]);
			this.startNext();
		};
	}

	#requireRoom(): void {
		const { log, store } = this.#options;
		if (store.queue(log.sessionId).length >= maxQueue)
			throw new RequestError(
				"limitReached",
				`${maxQueue} prompts wait already: cancel some or let them run.`,
			);
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
		if (turnId === null || !this.#isQueued(turnId)) return false;
		this.#options.log.add({ kind: "promptRemoved", turnId });
		return true;
	}

	edit(turnId: string, content: readonly Content[]): void {
		this.#requireQueued(turnId);
		this.#options.log.add({ kind: "promptEdited", turnId, content: [...content] });
	}

	remove(turnId: string): void {
		this.#requireQueued(turnId);
		this.#options.log.add({ kind: "promptRemoved", turnId });
	}

	#isQueued(turnId: string): boolean {
		return this.#options.store.queue(this.#options.log.sessionId).some((turn) => turn.turnId === turnId);
	}

	#requireQueued(turnId: string): void {
		if (!this.#isQueued(turnId))
			throw new RequestError(
				"itemNotFound",
				`Prompt ${turnId} does not wait in the queue: it has started or ended.`,
			);
	}

	/** The transcript changed under us: read it again for the next turn. */
	forgetTranscript(): void {
		this.beginEpoch();
		this.#transcript = null;
		this.#lastUsage = null;
	}

	/** Lets the backend start what the next turn will need. Done again, it changes only what differs. */
	prepare(): void {
		const { log, store } = this.#options;
		const settings = this.#options.settings();
		const backend = settings.backend === null ? null : this.#options.backend(settings.backend);
		if (this.#running || this.#disposed || !backend?.prepare) return;
		if (settings.model === null || settings.login.kind === "missing") return;
		this.#transcript ??= pairToolCalls(toTranscript(store.conversation(log.sessionId)));
		backend.prepare({ ...this.#preparation(settings, settings.model), transcript: this.#transcript });
	}

	/** Starts the next waiting turn when none runs. */
	startNext(): void {
		if (this.#running || this.#disposed) return;
		const { log, store } = this.#options;
		const next = store.queue(log.sessionId).find(({ turnId }) => !this.#held.has(turnId));
		if (!next) return;
		const settings = this.#options.settings();
		const running: RunningTurn = {
			turnId: next.turnId,
			isNumbered: next.executionCount !== null,
			abort: new AbortController(),
			steering: [],
			partial: new Map(),
			backend: settings.backend === null ? null : this.#options.backend(settings.backend),
			ended: false,
		};
		this.#running = running;
		this.#run(running, next.content, next.source, settings)
			.catch((error: Error) => this.#stop(running, error))
			.finally(() => {
				if (this.#running === running) this.#running = null;
				this.startNext();
			});
	}

	/** Something outside of the backend broke: the turn still ends, once. */
	#stop(running: RunningTurn, error: Error): void {
		const { aborted } = running.abort.signal;
		running.abort.abort();
		this.#finish(running, aborted ? "cancelled" : "failed", null, aborted ? null : error.message);
	}

	async #run(
		running: RunningTurn,
		content: readonly Content[],
		source: string,
		settings: Settings,
	): Promise<void> {
		const { log, store, hosting } = this.#options;
		const { turnId, abort, backend } = running;
		const historyLine = hosting.nextExecutionCount - 1;
		if (!running.isNumbered) this.#history.number(turnId, source, content);
		if (
			!backend ||
			settings.backend === null ||
			settings.model === null ||
			settings.login.kind === "missing"
		) {
			const hint =
				settings.login.kind === "missing" ? settings.login.hint : "Choose a model with %ipyai model NAME.";
			this.#finish(running, "failed", null, hint);
			return;
		}
		await hosting.settle(abort.signal);
		const row = store.session(log.sessionId);
		const toSeq = log.headSeq;
		const context = await buildTurnContext({
			store,
			sessionId: log.sessionId,
			host: hosting.host,
			afterSeq: Math.max(row?.renderPoint ?? 0, row?.resetSeq ?? 0),
			toSeq,
			content,
			tools: this.toolNews,
			images: backend.capabilities.images,
			contextWindow: this.#windowOf(backend, settings.model),
			signal: abort.signal,
		});
		const request = this.#request(running, settings, settings.model);
		const isFirst = row?.lastTurn == null;
		const room = isFirst ? noFold : await this.#makeRoom(backend, request, context.rendered);
		if (abort.signal.aborted) return this.#finish(running, "cancelled", null, null);
		this.#transcript ??= pairToolCalls(toTranscript(store.conversation(log.sessionId)));
		const transcript = this.#transcript;
		const warnings = [...context.warnings, ...room.warnings];
		const user: Entry = { role: "user", content: context.rendered };
		// Those of the request, unless making room has begun another epoch.
		const tools = this.#tools.next(hosting.host);
		this.#tools.sent(hosting.host);
		const updates = eagerly(backend.runTurn({ ...request, tools, transcript: [...transcript, user] }));
		log.append(
			[
				{
					kind: "turnStarted",
					turnId,
					parentId: row?.lastTurn ?? null,
					backend: backend.name,
					model: settings.model,
					rendered: context.rendered,
					renderPoint: toSeq,
					warnings,
				},
			],
			{ turnId, entries: [user] },
		);
		transcript.push(user);
		for (const text of warnings) log.hint({ kind: "notice", level: "warning", text });
		this.#options.onModelUsed(backend.name, settings.model);

		const savePartial = setInterval(() => this.#savePartial(running), partialEveryMs);
		let end: Extract<TurnUpdate, { kind: "end" }> | null = null;
		try {
			for await (const update of updates) {
				if (update.kind === "end") end = update;
				else this.#onUpdate(running, transcript, update);
			}
		} finally {
			clearInterval(savePartial);
		}
		// Steering that came too late for this turn is a prompt of its own.
		for (const late of running.steering.splice(0))
			log.settle([
				{
					kind: "promptAccepted",
					turnId: newId(),
					content: [...late],
					source: textOf(late),
					by: null,
				},
			]);
		this.#lastUsage = end?.usage ?? null;
		const stopReason = end?.stopReason ?? "failed";
		const error = end ? end.error : `Backend ${backend.name} ended without saying why. Try again.`;
		this.#finish(running, stopReason, addUsage(room.usage, end?.usage ?? null), error);
		this.#history.mirror(turnId, source, content, context.rendered, historyLine);
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
		const { log, store } = this.#options;
		const last = this.#lastUsage;
		const contextWindow = this.#windowOf(backend, request.model);
		if (contextWindow === null) return noFold;
		// The whole conversation is read only when it may have to be folded.
		const isNearFull = last?.contextTokens == null || last.contextTokens > contextWindow / 2;
		if (this.#transcript !== null && !isNearFull && sizeOf(added) < contextWindow / 4) return noFold;
		const conversation = store.conversation(log.sessionId);
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
		const { approvals } = this.#options;
		const { turnId, abort, steering } = running;
		return {
			...this.#preparation(settings, model),
			maxRounds,
			signal: abort.signal,
			callTool: (call, signal) => callTool(turnId, call, this.#options, signal),
			permitProviderTool: async (call, signal) => {
				const permission = await approvals.ask(turnId, call, false, signal);
				return permission.allowed ? null : permission.reason;
			},
			takeSteering: () => steering.splice(0),
		};
	}

	#preparation(settings: Settings, model: string): Omit<TurnPreparation, "transcript"> {
		const { log, hosting, cwd, environment, systemPrompt } = this.#options;
		return {
			conversationId: log.sessionId,
			environment: environment(),
			cwd,
			systemPrompt: systemPrompt(model),
			tools: this.#tools.next(hosting.host),
			model,
			think: settings.think,
			search: settings.search,
		};
	}

	#onUpdate(running: RunningTurn, transcript: Entry[], update: Exclude<TurnUpdate, { kind: "end" }>): void {
		const { log } = this.#options;
		const { turnId } = running;
		switch (update.kind) {
			case "textDelta":
			case "thinkingDelta": {
				const kind = update.kind === "textDelta" ? "text" : "thinking";
				const before = running.partial.get(update.itemId)?.text ?? "";
				running.partial.set(update.itemId, { kind, itemId: update.itemId, text: before + update.delta });
				log.hint({ kind: update.kind, turnId, itemId: update.itemId, delta: update.delta });
				break;
			}
			case "text":
			case "thinking":
				running.partial.delete(update.itemId);
				log.settle([{ kind: update.kind, turnId, itemId: update.itemId, text: update.text }]);
				break;
			case "toolCall": {
				const { callId, name, args, executor } = meantCall(update.call);
				log.settle([{ kind: "toolCall", turnId, callId, name, args: { ...args }, executor }]);
				break;
			}
			case "toolOutput":
				log.hint({ kind: "toolOutput", turnId, callId: update.callId, delta: update.delta });
				break;
			case "toolResult": {
				const { callId, content, isError } = update.result;
				log.settle([{ kind: "toolResult", turnId, callId, content: [...content], isError }]);
				break;
			}
			case "response":
				this.#addEntry(turnId, transcript, update.entry, []);
				break;
			case "toolResults":
				this.#addEntry(turnId, transcript, { role: "tool", results: update.results }, []);
				break;
			case "steered":
				this.#addEntry(turnId, transcript, { role: "user", content: update.content }, [
					{ kind: "steered", turnId, content: [...update.content] },
				]);
				break;
			case "retrying":
				log.hint({
					kind: "retrying",
					turnId,
					attempt: update.attempt,
					delayMs: update.delayMs,
					reason: update.reason,
				});
				break;
			case "progress":
				log.hint({ kind: "progress", turnId, text: update.text, share: update.share });
				break;
			case "notice":
				log.hint({ kind: "notice", level: "info", text: update.text });
				break;
			default:
				update satisfies never;
		}
	}

	#addEntry(turnId: string, transcript: Entry[], entry: Entry, events: readonly SessionEvent[]): void {
		this.#options.log.settle(events, { turnId, entries: [entry] });
		transcript.push(entry);
	}

	#savePartial(running: RunningTurn): void {
		if (running.partial.size === 0) return;
		const { log, store } = this.#options;
		try {
			store.savePartial(log.sessionId, running.turnId, [...running.partial.values()]);
		} catch {
			// The next time stores all of it; the item as a whole comes at its end.
		}
	}

	#finish(running: RunningTurn, stopReason: StopReason, usage: Usage | null, error: string | null): void {
		if (running.ended) return;
		running.ended = true;
		const { log } = this.#options;
		const { turnId } = running;
		const leftover = [...running.partial.values()].map(
			({ kind, itemId, text }): SessionEvent => ({ kind, turnId, itemId, text }),
		);
		running.partial.clear();
		log.settle([...leftover, { kind: "turnFinished", turnId, stopReason, usage, error }]);
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
