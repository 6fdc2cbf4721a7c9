/**
 * One turn on a Codex thread: its notifications and tool calls as updates. A tool runs only after the response that
 * calls it was reported, one at a time, in the order of the calls.
 */
import type { Login, StopReason } from "../../../protocol/index.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import { redact, summarizeText } from "../failure.ts";
import { type OpenCall, OpenCalls } from "../openCalls.ts";
import { Queue } from "../queue.ts";
import { cancelledResult, ResponseItems } from "../responseItems.ts";
import { countOf, UsageSum } from "../usage.ts";
import type { WireNames } from "../wireId.ts";
import type { AppServer, Params, ThreadListener } from "./appServer.ts";
import { codexLogin } from "./locate.ts";
import { CodexResponse } from "./response.ts";
import { toCodexInput, toContentItems } from "./seed.ts";

/** How long a call waits for one before it that Codex has not asked for yet. */
const orderMs = 250;

export type CodexTurnOptions = {
	readonly request: TurnRequest;
	readonly server: AppServer;
	readonly threadId: string;
	readonly names: WireNames;
	readonly owner: { readonly backend: string; readonly model: string; readonly endpoint: string };
	readonly contextWindow: number | null;
	/** How often Codex may find the network dead, every five seconds, before the turn fails. */
	readonly maxReconnects: number;
};

export class CodexTurn implements ThreadListener {
	readonly updates = new Queue<TurnUpdate>();
	/** The thread holds what the transcript holds. */
	isClean = true;
	readonly #options: CodexTurnOptions;
	readonly #usage = new UsageSum();
	#contextWindow: number | null;
	#turnId: string | null = null;
	#response: CodexResponse;
	/** This version tells responses as they came; else their ends have to be guessed. */
	#tellsRaw = false;
	readonly #calls: OpenCalls;
	#isWhole = false;
	/** Calls that Codex asked for and that have not begun. */
	readonly #asked = new Map<string, { tool: string; args: Params; answer(result: unknown): void }>();
	#isRunning = false;
	#reconnects = 0;
	#cancelled = false;
	#ended = false;

	constructor(options: CodexTurnOptions) {
		this.#options = options;
		this.#response = new CodexResponse(options.names);
		this.#calls = new OpenCalls(options.request, (update) => this.updates.push(update));
		this.#contextWindow = options.contextWindow;
	}

	async start(input: Params[]): Promise<void> {
		const { request, server, threadId } = this.#options;
		const effort = { l: "low", m: "medium", h: "high", x: "xhigh" }[request.think];
		try {
			const { turn } = await server.request("turn/start", { threadId, input, effort, summary: "auto" });
			this.#turnId = turn.id;
			if (this.#cancelled) this.#interrupt();
		} catch (error) {
			this.onEnd((error as Error).message);
		}
	}

	onNotification(method: string, params: Params): void {
		if (this.#ended) return;
		// A thread also tells of turns before this one, and of what it was seeded with.
		const turnId = params.turnId ?? params.turn?.id;
		if (method !== "turn/started" && turnId !== undefined && turnId !== this.#turnId) return;
		switch (method) {
			case "turn/started":
				this.#turnId = params.turn.id;
				break;
			case "item/agentMessage/delta":
				this.#reconnects = 0;
				this.updates.push(...this.#response.items.delta("text", params.itemId, params.delta));
				break;
			case "item/reasoning/summaryPartAdded":
				if (params.summaryIndex > 0)
					this.updates.push(...this.#response.items.delta("thinking", params.itemId, "\n\n"));
				break;
			case "item/reasoning/summaryTextDelta":
			case "item/reasoning/textDelta":
				this.updates.push(...this.#response.items.delta("thinking", params.itemId, params.delta));
				break;
			case "item/completed":
				this.updates.push(...this.#response.close(params.item));
				break;
			case "rawResponseItem/completed":
				this.#takeRaw(params.item);
				break;
			case "rawResponse/completed":
				this.#closeResponse(params.usage);
				break;
			case "thread/tokenUsage/updated":
				this.#contextWindow ??= countOf(params.tokenUsage.modelContextWindow);
				if (!this.#tellsRaw) this.#closeResponse(params.tokenUsage.last);
				break;
			case "error":
				if (params.willRetry) this.#reconnect(params.error);
				break;
			case "turn/completed":
				this.#takeEnd(params.turn);
				break;
		}
	}

	onEnd(reason: string): void {
		if (this.#ended) return;
		this.isClean = false;
		this.#abandonResponse();
		if (this.#cancelled) this.#finish("cancelled");
		else this.#fail(reason);
	}

	/** Stops the turn at once. Codex forgets what it had begun to say, so the thread is not used again. */
	cancel(): void {
		if (this.#ended || this.#cancelled) return;
		this.#cancelled = true;
		this.isClean = false;
		this.#interrupt();
		this.#abandonResponse();
		this.#finish("cancelled");
	}

	async callTool({ callId, tool, arguments: args }: Params): Promise<unknown> {
		if (this.#ended) return cancelledAnswer;
		// An older version says nothing about responses: what came until now is one.
		if (!this.#tellsRaw) {
			this.#response.addCall(callId, tool, JSON.stringify(args ?? {}));
			this.#closeResponse(null);
		}
		return new Promise((answer) => {
			this.#asked.set(callId, { tool, args, answer });
			this.#runNext();
		});
	}

	/**
	 * Runs the next call, if it was asked for. Codex asks for all calls of a response at once, in any order; a
	 * version that asks one by one is not waited for longer than `orderMs`.
	 */
	#runNext(late = false): void {
		if (this.#isRunning || this.#asked.size === 0 || !this.#isWhole || this.#ended) return;
		const expected = this.#calls.first();
		const callId = expected === undefined || this.#asked.has(expected) || late ? expected : null;
		if (callId === null) {
			setTimeout(() => this.#runNext(true), orderMs).unref();
			return;
		}
		const id = callId !== undefined && this.#asked.has(callId) ? callId : this.#asked.keys().next().value!;
		const { tool, args, answer } = this.#asked.get(id)!;
		this.#asked.delete(id);
		this.#isRunning = true;
		// A script of the model's calls tools that its response does not name.
		const open = this.#calls.get(id) ?? this.#addCall(id, tool, args);
		this.#calls
			.run(open, () => this.#steer())
			.then(({ content, isError }) => {
				answer({ contentItems: toContentItems(content), success: !isError });
				this.#isRunning = false;
				this.#runNext();
			});
	}

	#takeRaw(item: Params): void {
		this.#tellsRaw = true;
		if (item.type === "function_call") this.#isWhole = false;
		if (item.type === "function_call_output") this.#takeOutput(item);
		this.updates.push(...this.#response.take(item));
	}

	#closeResponse(usage: Params): void {
		if (usage) this.#usage.add(toUsage(usage));
		const response = this.#response;
		if (response.isEmpty) return;
		const { items } = response;
		const calls = response.calls();
		this.#response = new CodexResponse(this.#options.names);
		this.updates.push(...items.closeAll());
		const entry = items.entry(response.native(this.#options.owner));
		// What Codex itself does with a script is not part of the conversation; the calls from it are.
		if (entry.items.length > 0 || !response.isScript) this.updates.push({ kind: "response", entry });
		const wasPastLastRound = this.#calls.isPastLastRound;
		this.#calls.open(calls, items.providerResults);
		if (response.isScript) this.#calls.countRound();
		this.#isWhole = true;
		this.#runNext();
		// The model was told once, and once more as the answer to its calls.
		if (wasPastLastRound && (calls.length > 0 || response.isScript)) {
			this.isClean = false;
			this.#interrupt();
			this.#abandonResponse();
			this.#finish("maxTurns");
		}
	}

	/** What Codex tells as a result: of a call that it did not let through, for example. */
	#takeOutput(item: Params): void {
		const open = this.#calls.get(item.call_id);
		if (open === undefined || open.result !== null) return;
		const text = typeof item.output === "string" ? item.output : JSON.stringify(item.output);
		const { callId } = open.call;
		this.#calls.settle(open, { callId, content: [{ kind: "text", text }], isError: true });
	}

	#addCall(callId: string, tool: string, args: Params): OpenCall {
		const items = new ResponseItems();
		const { call } = items.call(this.#options.names.fromWire(tool), JSON.stringify(args ?? {}));
		this.updates.push({ kind: "response", entry: items.entry(null) });
		return this.#calls.add(callId, call);
	}

	/** Codex puts what it is given now right after the results. */
	async #steer(): Promise<void> {
		const { request, server, threadId } = this.#options;
		if (this.#calls.isLastRound || this.#turnId === null || this.#ended) return;
		for (const content of request.takeSteering()) {
			this.updates.push({ kind: "steered", content });
			const expectedTurnId = this.#turnId;
			await server
				.request("turn/steer", { threadId, expectedTurnId, input: toCodexInput(content) })
				.catch(() => {
					// The turn ended meanwhile: the next one is seeded with what was not taken.
					this.isClean = false;
				});
		}
	}

	#reconnect(error: Params): void {
		const reason = error.additionalDetails ?? error.message;
		if (this.#response.items.shown) {
			this.isClean = false;
			this.#abandonResponse();
		}
		this.#reconnects++;
		if (/waiting for network/i.test(error.message) && this.#reconnects >= this.#options.maxReconnects) {
			this.isClean = false;
			this.#interrupt();
			this.#abandonResponse();
			this.#fail(reason);
		} else this.updates.push({ kind: "retrying", attempt: this.#reconnects, delayMs: 5_000, reason });
	}

	#takeEnd(turn: Params): void {
		const message: string | undefined = turn.error?.message;
		if (turn.status === "completed") {
			// Without usage a response has no end of its own.
			this.#closeResponse(null);
			if (this.#calls.isLastRound) this.#finish("maxTurns");
			else if (!this.#continueSteered()) this.#finish("endTurn");
			return;
		}
		this.isClean = false;
		if (message?.includes("max_output_tokens")) {
			this.#closeResponse(null);
			this.#finish("maxTokens");
			return;
		}
		this.#abandonResponse();
		if (message?.includes("content_filter")) this.#finish("refusal");
		else this.#fail(message ?? `the turn was ${turn.status}`);
	}

	/** Input that came too late for the turn begins another one. */
	#continueSteered(): boolean {
		const taken = this.#options.request.takeSteering();
		if (taken.length === 0) return false;
		for (const content of taken) this.updates.push({ kind: "steered", content });
		this.#turnId = null;
		void this.start(taken.flatMap(toCodexInput));
		return true;
	}

	#interrupt(): void {
		const { server, threadId } = this.#options;
		if (this.#turnId === null) return;
		// A turn that has ended meanwhile needs no interrupt.
		server.request("turn/interrupt", { threadId, turnId: this.#turnId }).catch(() => {});
	}

	/** Closes what had begun: text stays as a partial response, calls without a result are cancelled. */
	#abandonResponse(): void {
		const { items } = this.#response;
		this.#response = new CodexResponse(this.#options.names);
		this.updates.push(...items.closeAll());
		const entry = items.entryWithoutCalls(true);
		if (entry.items.length > 0) this.updates.push({ kind: "response", entry });
		if (items.providerResults.length > 0)
			this.updates.push({ kind: "toolResults", results: items.providerResults });
		this.#calls.cancel();
	}

	#fail(said: string): void {
		const { request, owner } = this.#options;
		const reason = redact(summarizeText(said), request.environment);
		const advice = /401|403|unauthorized|not logged in/i.test(reason)
			? `${keyAdvice(codexLogin(request.environment))}, or choose another backend with %ipyai backend.`
			: "Send the prompt again, or choose another backend with %ipyai backend.";
		this.#finish("failed", `${owner.backend}: ${reason.replace(/([^.!?…])$/, "$1.")} ${advice}`);
	}

	#finish(stopReason: StopReason, error: string | null = null): void {
		if (this.#ended) return;
		this.#ended = true;
		for (const { answer } of this.#asked.values()) answer(cancelledAnswer);
		this.#asked.clear();
		const usage = this.#usage.toUsage(this.#contextWindow);
		this.updates.push({ kind: "end", stopReason, usage, error });
		this.updates.end();
	}
}

const cancelledAnswer = { contentItems: toContentItems(cancelledResult("").content), success: false };

const keyAdvice = (login: Login): string =>
	login.kind === "environment" ? `Check ${login.name}` : "Log in again with codex login";

const toUsage = (usage: Params) => {
	const cached = countOf(usage.cachedInputTokens);
	const written = countOf(usage.cacheWriteInputTokens);
	const input = countOf(usage.inputTokens);
	return {
		inputTokens: input === null ? null : Math.max(0, input - (cached ?? 0) - (written ?? 0)),
		outputTokens: countOf(usage.outputTokens),
		cacheReadTokens: cached,
		cacheWriteTokens: written,
	};
};
