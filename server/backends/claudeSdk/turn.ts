/**
 * One turn on a Claude Code child: its messages and tool calls as updates. A tool runs only after the response that
 * calls it was reported, one at a time, in the order of the calls.
 */

import type { SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import type Anthropic from "@anthropic-ai/sdk";
import type { Content, StopReason } from "../../../protocol/index.ts";
import { toBlock } from "../anthropic/messages.ts";
import { AnthropicReader } from "../anthropic/stream.ts";
import type { TurnRequest, TurnUpdate } from "../backend.ts";
import type { WireEvent } from "../http/eventStream.ts";
import { describeProgramFailure, redact, summarizeText } from "../http/failure.ts";
import { type OpenCall, OpenCalls } from "../loop/openCalls.ts";
import { Queue } from "../loop/queue.ts";
import { AnswerTooLong, ResponseItems } from "../loop/responseItems.ts";
import { cancelledResult } from "../loop/results.ts";
import { type Owner, sendable } from "../loop/settle.ts";
import { lastRoundNote } from "../loop/toolLoop.ts";
import { UsageSum } from "../loop/usage.ts";
import type { WireNames } from "../loop/wireId.ts";
import { claudeWindow } from "../models/models.ts";
import type { ChildListener, ClaudeChild } from "./child.ts";
import { claudeNames, type ToolAnswer } from "./toolServer.ts";

/** How long a cancelled turn waits for the child to tell the rest of what it had begun. */
const settleMs = 300;

export class ClaudeTurn implements ChildListener {
	readonly updates = new Queue<TurnUpdate>();
	/** The child holds what the transcript holds. */
	isClean = true;
	readonly #request: TurnRequest;
	/** What answers; another one when the first turns out to be gone. */
	#child: ClaudeChild;
	#replace: (() => ClaudeChild) | null;
	readonly #names: WireNames;
	readonly #owner: Owner;
	readonly #usage = new UsageSum();
	#costUsd: number | null = null;
	#items: ResponseItems | null = null;
	#reader: AnthropicReader | null = null;
	#stop: StopReason = "endTurn";
	readonly #calls: OpenCalls;
	/** Results of calls whose response is not whole yet. */
	readonly #early: Anthropic.ToolResultBlockParam[] = [];
	#serial: Promise<unknown> = Promise.resolve();
	/** Those who wait for a response to be whole. */
	#waiting: (() => void)[] = [];
	#cancelled = false;
	#ended = false;

	/** `replace` gives a child to which the same was sent, for one that had rested and ends without a word. */
	constructor(request: TurnRequest, child: ClaudeChild, replace: (() => ClaudeChild) | null, owner: Owner) {
		this.#request = request;
		this.#calls = new OpenCalls(request, this.updates);
		this.#child = child;
		this.#replace = replace;
		this.#names = claudeNames(request.tools);
		this.#owner = owner;
	}

	get child(): ClaudeChild {
		return this.#child;
	}

	onMessage(message: SDKMessage): void {
		if (this.#ended) return;
		this.#replace = null;
		try {
			this.#take(message);
		} catch (error) {
			if (!(error instanceof AnswerTooLong)) throw error;
			this.updates.push({ kind: "notice", text: error.message });
			this.#breakOff("maxTokens");
		}
	}

	#take(message: SDKMessage): void {
		if (message.type === "stream_event") {
			if (message.parent_tool_use_id === null)
				this.#takeEvent(message.event as Anthropic.RawMessageStreamEvent);
		} else if (message.type === "user") this.#takeResults(message.message.content);
		else if (message.type === "system" && message.subtype === "api_retry")
			this.updates.push({
				kind: "retrying",
				attempt: message.attempt,
				delayMs: message.retry_delay_ms,
				reason: `${message.error_status ?? "no connection"} ${message.error}`,
			});
		else if (message.type === "result") this.#takeEnd(message);
	}

	onEnd(error: Error | null): void {
		if (this.#ended) return;
		if (this.#replace !== null && !this.#cancelled) {
			const replace = this.#replace;
			this.#replace = null;
			const said = withoutPrefix(error?.message ?? "the process ended");
			const reason = redact(summarizeText(said), this.#request.environment);
			this.updates.push({ kind: "retrying", attempt: 1, delayMs: 0, reason });
			this.#child = replace();
			return;
		}
		this.isClean = false;
		this.#abandonResponse();
		if (this.#cancelled) this.#finish("cancelled");
		else this.#fail(error?.message ?? "the process ended");
	}

	/** Stops the child and ends the turn, at the latest after a short wait for what is already under way. */
	cancel(): void {
		if (this.#ended || this.#cancelled) return;
		this.#cancelled = true;
		if (this.#calls.first(({ call }) => call.executor === "provider") !== undefined) {
			this.#breakOff("cancelled");
			return;
		}
		if (this.#calls.isEmpty) this.#child.interrupt().catch(() => {});
		// The child is told the results that are reported here, and then that the turn is over.
		else this.#abandonResponse();
		setTimeout(() => this.#breakOff("cancelled"), settleMs).unref();
	}

	get isCancelled(): boolean {
		return this.#cancelled;
	}

	/** Ends the turn without the child, which makes its own results for calls that it loses. */
	#breakOff(stopReason: StopReason): void {
		if (this.#ended) return;
		this.#child.interrupt().catch(() => {});
		this.isClean = false;
		this.#abandonResponse();
		this.#finish(stopReason);
	}

	async permit(toolUseId: string): Promise<string | null> {
		const open = await this.#openCall(toolUseId);
		if (open === null) return "The turn has ended.";
		if (this.#calls.isPastLastRound) return lastRoundNote;
		if (open.call.executor === "server") return null;
		return this.#calls.permit(open);
	}

	async callTool(toolUseId: string): Promise<ToolAnswer> {
		const running = this.#serial.then(async () => {
			const open = await this.#openCall(toolUseId);
			return open === null ? cancelledResult("") : this.#calls.run(open, () => void this.#steer("next"));
		});
		this.#serial = running;
		return running;
	}

	#takeEvent(event: Anthropic.RawMessageStreamEvent): void {
		if (event.type === "message_start") {
			// The child asks again by itself: what it had shown stays, though the child forgets it.
			if (this.#items !== null) {
				this.isClean &&= !this.#items.shown;
				this.#abandonResponse();
			}
			this.#items = new ResponseItems((update) => this.updates.push(update));
			this.#reader = new AnthropicReader(this.#items, { names: this.#names });
		}
		if (this.#items === null || this.#reader === null) return;
		this.#reader.take(event as unknown as WireEvent);
		if (event.type === "message_stop" && !this.#cancelled) this.#closeResponse(this.#items, this.#reader);
	}

	#closeResponse(items: ResponseItems, reader: AnthropicReader): void {
		const { stop, usage, native: blocks } = reader.finish();
		items.closeAll();
		this.#items = null;
		this.#reader = null;
		this.#usage.add(usage);
		const runs = stop === "toolUse";
		const wasPastLastRound = this.#calls.isPastLastRound;
		const native = blocks === null ? null : { ...this.#owner, items: blocks };
		this.updates.push({
			kind: "response",
			entry: runs || reader.calls.size === 0 ? items.entry(native) : items.entryWithoutCalls(),
		});
		this.#stop = stop === "maxTokens" || stop === "refusal" ? stop : "endTurn";
		this.#calls.open(runs ? [...reader.calls] : []);
		for (const result of this.#early.splice(0)) this.#takeResult(result);
		for (const go of this.#waiting.splice(0)) go();
		// The model was told once, and once more as the answer to its calls.
		if (runs && wasPastLastRound) this.#breakOff("maxTurns");
	}

	/** What the child tells as results: those of its own tools, and those of calls that it did not let through. */
	#takeResults(content: unknown): void {
		if (!Array.isArray(content)) return;
		const results = (content as Anthropic.ToolResultBlockParam[]).filter(
			({ type }) => type === "tool_result",
		);
		// It refuses a call as soon as that is read, which may be before the response has ended.
		if (this.#items !== null) this.#early.push(...results);
		else for (const result of results) this.#takeResult(result);
	}

	#takeResult({ tool_use_id, content, is_error }: Anthropic.ToolResultBlockParam): void {
		const open = this.#calls.get(tool_use_id);
		if (open === undefined || open.result !== null) return;
		const { callId } = open.call;
		this.#calls.settle(open, { callId, content: fromBlocks(content), isError: is_error === true });
	}

	#steer(priority?: "next"): boolean {
		if (this.#calls.isLastRound || this.#cancelled) return false;
		const taken = this.#request.takeSteering();
		for (const content of taken) {
			this.updates.push({ kind: "steered", content });
			this.#child.send(sendable(content, "(empty)").map(toBlock), priority);
		}
		return taken.length > 0;
	}

	#takeEnd(message: Extract<SDKMessage, { type: "result" }>): void {
		const spent = this.#child.takeCost(message.total_cost_usd);
		// With an account nothing is billed by the token, and a model without a price is told as free.
		this.#costUsd = this.#child.options.hasKey && spent > 0 ? spent : null;
		if (this.#cancelled) {
			this.#abandonResponse();
			this.#finish("cancelled");
		} else if (message.is_error) {
			this.#abandonResponse();
			this.isClean = false;
			this.#fail(message.subtype === "success" ? message.result : message.errors.join(" "));
		} else if (this.#stop !== "endTurn") this.#finish(this.#stop);
		else if (this.#calls.isLastRound) this.#finish("maxTurns");
		else if (!this.#steer()) this.#finish("endTurn");
	}

	/** Closes what had begun: text stays as a partial response, calls without a result are cancelled. */
	#abandonResponse(): void {
		this.#items?.abandon();
		this.#items = null;
		this.#reader = null;
		this.#calls.cancel();
	}

	#fail(said: string): void {
		const login = "Check ANTHROPIC_API_KEY or log in by running claude";
		const told = { backend: this.#owner.backend, login, environment: this.#request.environment };
		this.#finish("failed", describeProgramFailure(withoutPrefix(said), told));
	}

	#finish(stopReason: StopReason, error: string | null = null): void {
		if (this.#ended) return;
		this.#ended = true;
		for (const go of this.#waiting.splice(0)) go();
		const usage = this.#usage.toUsage(claudeWindow(this.#owner.model), this.#costUsd);
		this.updates.push({ kind: "end", stopReason, usage, error });
		this.updates.end();
	}

	/** The call of this id, once its response is whole; `null` when the turn ends before. */
	async #openCall(toolUseId: string): Promise<OpenCall | null> {
		for (;;) {
			const open = this.#calls.get(toolUseId);
			if (open !== undefined) return open;
			if (this.#ended || this.#cancelled) return null;
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		}
	}
}

const withoutPrefix = (said: string): string => said.replace(/^API Error: /, "");

const fromBlocks = (content: Anthropic.ToolResultBlockParam["content"]): Content[] => {
	if (typeof content === "string") return [{ kind: "text", text: content }];
	return (content ?? []).flatMap((block): Content[] => {
		if (block.type === "text") return [{ kind: "text", text: block.text }];
		if (block.type !== "image" || block.source.type !== "base64") return [];
		return [{ kind: "image", mimeType: block.source.media_type, data: block.source.data }];
	});
};
