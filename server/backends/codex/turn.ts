/**
 * One turn on a Codex thread: its notifications and tool calls as updates. A tool runs only after the response that
 * calls it was reported, one at a time, in the order of the calls.
 */
import type { Content, StopReason } from "../../../protocol/index.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import { describeProgramFailure } from "../http/failure.ts";
import { Queue } from "../loop/queue.ts";
import { AnswerTooLong } from "../loop/responseItems.ts";
import { cancelledResult } from "../loop/results.ts";
import type { Owner } from "../loop/settle.ts";
import { countOf, type RequestUsage, UsageSum, withoutCached } from "../loop/usage.ts";
import type { WireNames } from "../loop/wireId.ts";
import { openAiWindow } from "../models/models.ts";
import type { AppServer, Params, ThreadListener } from "./appServer.ts";
import { CodexCalls } from "./calls.ts";
import { codexLogin } from "./locate.ts";
import { codexNames, isOwnUse } from "./ownTools.ts";
import { CodexResponse } from "./response.ts";
import { toCodexInput, toContentItems } from "./seed.ts";

export type CodexTurnOptions = {
	readonly request: TurnRequest;
	readonly server: AppServer;
	readonly threadId: string;
	readonly owner: Owner;
	/** How often Codex may find the network dead, every five seconds, before the turn fails. */
	readonly maxReconnects: number;
};

export class CodexTurn implements ThreadListener {
	readonly updates = new Queue<TurnUpdate>();
	/** The thread holds what the transcript holds. */
	isClean = true;
	readonly #options: CodexTurnOptions;
	readonly #usage = new UsageSum();
	readonly #names: WireNames;
	#contextWindow: number | null;
	#turnId: string | null = null;
	#response: CodexResponse;
	/** This version tells responses as they came; else their ends have to be guessed. */
	#tellsRaw = false;
	readonly #calls: CodexCalls;
	#reconnects = 0;
	#cancelled = false;
	#ended = false;

	constructor(options: CodexTurnOptions) {
		this.#options = options;
		this.#names = codexNames(options.request.tools);
		this.#response = this.#newResponse();
		this.#calls = new CodexCalls({
			request: options.request,
			names: this.#names,
			updates: this.updates,
			onResults: () => this.#steer(),
			tell: (text) => this.#send([{ kind: "text", text }]),
		});
		this.#contextWindow = openAiWindow(options.request.model);
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
		try {
			this.#take(method, params);
		} catch (error) {
			if (!(error instanceof AnswerTooLong)) throw error;
			this.updates.push({ kind: "notice", text: error.message });
			this.#breakOff("maxTokens");
		}
	}

	#take(method: string, params: Params): void {
		switch (method) {
			case "turn/started":
				this.#turnId = params.turn.id;
				break;
			case "item/agentMessage/delta":
				this.#reconnects = 0;
				this.#response.items.delta("text", params.itemId, params.delta);
				break;
			case "item/reasoning/summaryPartAdded":
				if (params.summaryIndex > 0) this.#response.items.delta("thinking", params.itemId, "\n\n");
				break;
			case "item/reasoning/summaryTextDelta":
			case "item/reasoning/textDelta":
				this.#response.items.delta("thinking", params.itemId, params.delta);
				break;
			case "item/started":
				if (isOwnUse(params.item)) this.#calls.useStarted(params.item);
				break;
			case "item/commandExecution/outputDelta":
				this.#calls.useSaid(params.itemId, params.delta);
				break;
			case "item/completed":
				if (isOwnUse(params.item)) this.#calls.useEnded(params.item);
				else this.#response.close(params.item);
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
		this.#cancelled = true;
		this.#breakOff("cancelled");
	}

	#breakOff(stopReason: StopReason): void {
		if (this.#ended) return;
		this.isClean = false;
		this.#interrupt();
		this.#abandonResponse();
		this.#finish(stopReason);
	}

	async callTool({ callId, tool, arguments: args }: Params): Promise<unknown> {
		if (this.#ended) return cancelledAnswer;
		// An older version says nothing about responses: what came until now is one.
		if (!this.#tellsRaw) {
			this.#response.addCall(callId, tool, JSON.stringify(args ?? {}));
			this.#closeResponse(null);
		}
		const result = await this.#calls.run(callId, tool, args);
		if (result === null) return cancelledAnswer;
		return { contentItems: toContentItems(result.content), success: !result.isError };
	}

	async permit(asked: Params): Promise<boolean> {
		// As above.
		if (!this.#tellsRaw) this.#closeResponse(null);
		return (await this.#calls.permit(asked)) === true;
	}

	#newResponse(): CodexResponse {
		return new CodexResponse(this.#names, (update) => this.updates.push(update));
	}

	#takeRaw(item: Params): void {
		this.#tellsRaw = true;
		if (item.type === "function_call" || item.type === "custom_tool_call") this.#calls.expectResponse();
		if (item.type === "function_call_output" || item.type === "custom_tool_call_output")
			this.#calls.takeOutput(item.call_id, item.output);
		this.#response.take(item);
	}

	#closeResponse(usage: Params): void {
		if (usage) this.#usage.add(toUsage(usage));
		const response = this.#response;
		if (response.isEmpty) return;
		const { items } = response;
		const hasCalls = response.calls().length > 0 || response.isScript;
		this.#response = this.#newResponse();
		items.closeAll();
		const entry = items.entry(response.native(this.#options.owner));
		// What Codex itself does with a script is not part of the conversation; the calls from it are.
		if (entry.items.length > 0 || !response.isScript) this.updates.push({ kind: "response", entry });
		const wasPastLastRound = this.#calls.isPastLastRound;
		this.#calls.open(response);
		// The model was told once, and once more as the answer to its calls.
		if (wasPastLastRound && hasCalls) this.#breakOff("maxTurns");
	}

	/** Codex puts what it is given now right after the results. */
	async #steer(): Promise<void> {
		if (this.#calls.isLastRound || this.#turnId === null || this.#ended) return;
		for (const content of this.#options.request.takeSteering()) {
			this.updates.push({ kind: "steered", content });
			await this.#send(content);
		}
	}

	async #send(content: readonly Content[]): Promise<void> {
		if (this.#ended) return;
		const { server, threadId } = this.#options;
		const params = { threadId, expectedTurnId: this.#turnId, input: toCodexInput(content) };
		await server.request("turn/steer", params).catch(() => {
			// The turn ended meanwhile: the next one is seeded with what was not taken.
			this.isClean = false;
		});
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
		this.#response = this.#newResponse();
		items.abandon();
		this.#calls.cancel();
	}

	#fail(said: string): void {
		const { environment } = this.#options.request;
		const found = codexLogin(environment);
		const login = found.kind === "environment" ? `Check ${found.name}` : "Log in again with codex login";
		const told = { backend: this.#options.owner.backend, login, environment };
		this.#finish("failed", describeProgramFailure(said, told));
	}

	#finish(stopReason: StopReason, error: string | null = null): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#calls.end();
		const usage = this.#usage.toUsage(this.#contextWindow);
		this.updates.push({ kind: "end", stopReason, usage, error });
		this.updates.end();
	}
}

const cancelledAnswer = { contentItems: toContentItems(cancelledResult("").content), success: false };

const toUsage = (usage: Params): RequestUsage =>
	withoutCached({
		input: usage.inputTokens,
		output: usage.outputTokens,
		read: usage.cachedInputTokens,
		written: usage.cacheWriteInputTokens,
	});
