/**
 * One turn on a Codex thread: its notifications and tool calls as updates. A tool runs only after the response that
 * calls it was reported, one at a time, in the order of the calls.
 */
import type { Content, Login, StopReason } from "../../../protocol/index.ts";
import type { ToolCall, ToolResult } from "../../context/transcript.ts";
import { orAborted } from "../abort.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import { redact, summarizeText } from "../failure.ts";
import { Queue } from "../queue.ts";
import { cancelledResult, ResponseItems } from "../responseItems.ts";
import { lastRoundNote } from "../toolLoop.ts";
import { countOf, UsageSum } from "../usage.ts";
import type { WireNames } from "../wireId.ts";
import type { AppServer, Params, ThreadListener } from "./appServer.ts";
import { codexLogin } from "./locate.ts";
import { toCodexInput, toContentItems } from "./seed.ts";

const orderMs = 250;

type Pending = {
	readonly call: ToolCall;
	announced: boolean;
	result: ToolResult | null;
};

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
	#items = new ResponseItems();
	/** What the model said in this response, in Codex's own form. */
	#raw: Params[] = [];
	#callIds: string[] = [];
	/** This version tells responses as they came; else their ends have to be guessed. */
	#tellsRaw = false;
	#open = new Map<string, Pending>();
	/** Results of the provider's calls, until those of ours are there. */
	readonly #providerResults: ToolResult[] = [];
	#isWhole = false;
	/** Calls that Codex asked for and that have not begun. */
	readonly #asked = new Map<string, { tool: string; args: Params; answer(result: unknown): void }>();
	#isRunning = false;
	#rounds = 0;
	#reconnects = 0;
	#cancelled = false;
	#ended = false;

	constructor(options: CodexTurnOptions) {
		this.#options = options;
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
				this.updates.push(...this.#items.delta("text", params.itemId, params.delta));
				break;
			case "item/reasoning/summaryPartAdded":
				if (params.summaryIndex > 0)
					this.updates.push(...this.#items.delta("thinking", params.itemId, "\n\n"));
				break;
			case "item/reasoning/summaryTextDelta":
			case "item/reasoning/textDelta":
				this.updates.push(...this.#items.delta("thinking", params.itemId, params.delta));
				break;
			case "item/completed":
				this.#closeItem(params.item);
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
			this.#items.call(this.#options.names.fromWire(tool), JSON.stringify(args ?? {}));
			this.#callIds.push(callId);
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
		const expected = [...this.#open].find(([, pending]) => pending.result === null)?.[0];
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
		this.#run(this.#open.get(id) ?? this.#addCall(id, tool, args)).then(({ content, isError }) => {
			answer({ contentItems: toContentItems(content), success: !isError });
			this.#isRunning = false;
			this.#runNext();
		});
	}

	async #run(pending: Pending): Promise<ToolResult> {
		const { request } = this.#options;
		const { callId } = pending.call;
		if (pending.result !== null || this.#ended) return pending.result ?? cancelledResult(callId);
		this.#announce(pending);
		let result: ToolResult;
		try {
			result =
				this.#rounds > request.maxRounds
					? { callId, content: [{ kind: "text", text: lastRoundNote }], isError: true }
					: { ...(await orAborted(request.callTool(pending.call, request.signal), request.signal)), callId };
		} catch (error) {
			const text = `The tool could not be run: ${(error as Error).message}`;
			result = request.signal.aborted
				? cancelledResult(callId)
				: { callId, content: [{ kind: "text", text }], isError: true };
		}
		// A cancel has given every call a result by now.
		if (pending.result !== null) return pending.result;
		if (this.#settle(pending, result)) await this.#steer();
		return pending.result ?? result;
	}

	#takeRaw(item: Params): void {
		this.#tellsRaw = true;
		const { internal_chat_message_metadata_passthrough: _, ...own } = item;
		if (item.type === "function_call_output") this.#takeOutput(item);
		if (item.type === "reasoning" || (item.type === "message" && item.role === "assistant"))
			this.#raw.push(own);
		if (item.type === "function_call" || item.type === "custom_tool_call" || item.type === "web_search_call")
			this.#raw.push(own);
		if (item.type === "function_call") {
			this.#isWhole = false;
			this.#items.call(this.#options.names.fromWire(item.name), item.arguments);
			this.#callIds.push(item.call_id);
		}
		if (item.type === "web_search_call") {
			const call = this.#items.providerCall("web_search", { ...item.action });
			for (let step = call.next(); ; step = call.next()) {
				if (!step.done) this.updates.push(step.value);
				else {
					const content: Content[] = [{ kind: "text", text: "Searched the web." }];
					this.updates.push(...this.#items.providerResult({ callId: step.value, content, isError: false }));
					break;
				}
			}
		}
	}

	#closeItem(item: Params): void {
		if (item.type === "agentMessage") {
			if (!this.#items.has("text", item.id))
				this.updates.push(...this.#items.delta("text", item.id, item.text));
			this.updates.push(...this.#items.close("text", item.id));
		} else if (item.type === "reasoning") this.updates.push(...this.#items.close("thinking", item.id));
	}

	#closeResponse(usage: Params): void {
		const items = this.#items;
		if (usage) this.#usage.add(toUsage(usage));
		if (!items.shown && this.#raw.length === 0) return;
		this.updates.push(...items.closeAll());
		const calls = items.calls();
		this.updates.push({ kind: "response", entry: items.entry(this.#native()) });
		const ids = this.#callIds;
		for (const [index, { call }] of calls.entries())
			this.#open.set(ids[index] ?? call.callId, { call, announced: false, result: null });
		if (items.providerResults.length > 0)
			if (calls.length === 0) this.updates.push({ kind: "toolResults", results: items.providerResults });
			else this.#providerResults.push(...items.providerResults);
		if (calls.length > 0) this.#rounds++;
		this.#items = new ResponseItems();
		this.#raw = [];
		this.#callIds = [];
		this.#isWhole = true;
		this.#runNext();
		if (this.#rounds > this.#options.request.maxRounds + 1) {
			this.isClean = false;
			this.#interrupt();
			this.#abandonResponse();
			this.#finish("maxTurns");
		}
	}

	#native() {
		const items = this.#raw;
		// The script of a code-mode model is answered by Codex alone and means nothing without the answer.
		if (items.some((item) => item.type === "custom_tool_call")) return null;
		if (!items.some((item) => item.type === "reasoning" && item.encrypted_content)) return null;
		return items.at(-1).type === "reasoning" ? null : { ...this.#options.owner, items };
	}

	/** What Codex tells as a result: of a call that it did not let through, for example. */
	#takeOutput(item: Params): void {
		const pending = this.#open.get(item.call_id);
		if (pending === undefined || pending.result !== null) return;
		this.#announce(pending);
		const text = typeof item.output === "string" ? item.output : JSON.stringify(item.output);
		const { callId } = pending.call;
		this.#settle(pending, { callId, content: [{ kind: "text", text }], isError: true });
	}

	#addCall(callId: string, tool: string, args: Params): Pending {
		const items = new ResponseItems();
		const { call } = items.call(this.#options.names.fromWire(tool), JSON.stringify(args ?? {}));
		this.updates.push({ kind: "response", entry: items.entry(null) });
		const pending: Pending = { call, announced: false, result: null };
		this.#open.set(callId, pending);
		return pending;
	}

	#announce(pending: Pending): void {
		if (pending.announced) return;
		pending.announced = true;
		this.updates.push({ kind: "toolCall", call: pending.call });
	}

	/** True when it was the last result that the response waited for. */
	#settle(pending: Pending, result: ToolResult): boolean {
		pending.result = result;
		this.updates.push({ kind: "toolResult", result });
		const all = [...this.#open.values()];
		if (all.some((other) => other.result === null)) return false;
		if (this.#rounds >= this.#options.request.maxRounds)
			pending.result = { ...result, content: [...result.content, { kind: "text", text: lastRoundNote }] };
		const results = [...this.#providerResults.splice(0), ...all.map((other) => other.result!)];
		this.updates.push({ kind: "toolResults", results });
		this.#open = new Map();
		return true;
	}

	/** Codex puts what it is given now right after the results. */
	async #steer(): Promise<void> {
		const { request, server, threadId } = this.#options;
		if (this.#rounds >= request.maxRounds || this.#turnId === null || this.#ended) return;
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
		if (this.#items.shown) {
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
			if (this.#rounds >= this.#options.request.maxRounds) this.#finish("maxTurns");
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
		this.updates.push(...this.#items.closeAll());
		const entry = this.#items.entryWithoutCalls(true);
		if (entry.items.length > 0) this.updates.push({ kind: "response", entry });
		if (this.#items.providerResults.length > 0)
			this.updates.push({ kind: "toolResults", results: this.#items.providerResults });
		this.#items = new ResponseItems();
		this.#raw = [];
		this.#callIds = [];
		for (const pending of this.#open.values()) {
			if (pending.result !== null) continue;
			this.#announce(pending);
			this.#settle(pending, cancelledResult(pending.call.callId));
		}
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
