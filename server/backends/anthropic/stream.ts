/** A streamed Anthropic message, told to the items of the response. */
import type Anthropic from "@anthropic-ai/sdk";
import type { ToolCall } from "../../context/transcript.ts";
import type { AnswerEnd, AnswerReader } from "../http/apiBackend.ts";
import { type WireEvent, withObject } from "../http/eventStream.ts";
import { BrokenAnswer } from "../http/failure.ts";
import type { ResponseItems } from "../loop/responseItems.ts";
import type { ResponseEnd } from "../loop/toolLoop.ts";
import { countOf, type RequestUsage } from "../loop/usage.ts";
import type { WireNames } from "../loop/wireId.ts";
import { isObject, objectOf } from "../programs/json.ts";

const objects = {
	message_start: "message",
	content_block_start: "content_block",
	content_block_delta: "delta",
	message_delta: "delta",
};

/** A message that was not streamed, as if it had been. */
const eventsOf = ({ content, stop_reason, usage }: Anthropic.Message): WireEvent[] => [
	{ type: "message_start", message: { usage } },
	...[content].flat().flatMap((content_block, index) => [
		{ type: "content_block_start", index, content_block },
		{ type: "content_block_stop", index },
	]),
	{ type: "message_delta", delta: { stop_reason }, usage },
	{ type: "message_stop" },
];

type Event = Anthropic.RawMessageStreamEvent;

type Block = {
	[member: string]: unknown;
	type: string;
	/** What the model wrote as input. */
	json: string;
	/** Names the block's item: indexes are not always of one block alone. */
	key: number;
	open: boolean;
};

/** Reads one message. Compatible servers leave out what can be told without it: that is made up for. */
export class AnthropicReader implements AnswerReader {
	readonly #items: ResponseItems;
	readonly #names: WireNames;
	readonly #blocks: Block[] = [];
	/** The block that an index stands for now. */
	readonly #byIndex = new Map<number, Block>();
	readonly #searches = new Map<string, string>();
	#stopReason: string | null = null;
	#usage: RequestUsage | null = null;
	#ended = false;
	/** Calls by the provider's id for them, in order. */
	readonly calls = new Map<string, { call: ToolCall; problem: string | null }>();

	constructor(items: ResponseItems, { names }: { readonly names: WireNames }) {
		this.#items = items;
		this.#names = names;
	}

	take(event: WireEvent): boolean {
		if (event.type === "message")
			for (const part of eventsOf(event as unknown as Anthropic.Message)) this.#take(part);
		else this.#take(event);
		// Some gateways leave the connection open behind the message.
		return this.#ended;
	}

	isLast({ type, delta }: WireEvent): boolean {
		return type === "message_delta" && Boolean((delta as { stop_reason?: unknown } | null)?.stop_reason);
	}

	#take(wire: WireEvent): void {
		const event = withObject(wire, objects) as unknown as Event;
		switch (event.type) {
			case "message_start":
				this.#usage = withUsage(this.#usage, event.message.usage);
				break;
			case "content_block_start":
				this.#start(event.index, event.content_block as unknown as { type: string });
				break;
			case "content_block_delta": {
				const type = startedBy[event.delta.type];
				if (this.#byIndex.get(event.index)?.open !== true && type !== undefined)
					this.#start(event.index, { type });
				const block = this.#byIndex.get(event.index);
				if (block !== undefined) this.#extend(block, event.delta);
				break;
			}
			case "content_block_stop": {
				const block = this.#byIndex.get(event.index);
				if (block?.open === true) this.#close(block);
				break;
			}
			case "message_delta":
				this.#stopReason = event.delta.stop_reason ?? this.#stopReason;
				this.#usage = withUsage(this.#usage, event.usage);
				break;
			case "message_stop":
				this.#ended = true;
				break;
		}
	}

	finish(): AnswerEnd {
		if (!this.#ended && this.#stopReason === null)
			throw new BrokenAnswer("The answer broke off before its end");
		for (const block of this.#blocks) if (block.open) this.#closeCall(block);
		const stop = stops[this.#stopReason ?? ""] ?? "endTurn";
		this.#items.settleProviderCalls(stop === "pause");
		return {
			stop: stop === "endTurn" && this.calls.size > 0 ? "toolUse" : stop,
			usage: this.#usage,
			native: replayable(this.#blocks, stop !== "maxTokens"),
		};
	}

	#start(index: number, start: { type: string }): void {
		const before = this.#byIndex.get(index);
		if (before?.open === true) this.#close(before);
		const block: Block = { ...start, json: "", key: this.#blocks.length, open: true };
		this.#blocks.push(block);
		this.#byIndex.set(index, block);
		if (block.type === "text") this.#items.delta("text", block.key, String(block.text ?? ""));
		if (block.type === "thinking") this.#items.delta("thinking", block.key, String(block.thinking ?? ""));
		const callId = this.#searches.get(String(block.tool_use_id));
		if (callId !== undefined) this.#items.providerResult({ callId, ...toSearchResult(block.content) });
	}

	#extend(block: Block, delta: Anthropic.RawContentBlockDelta): void {
		if (delta.type === "text_delta") {
			block.text = `${block.text ?? ""}${delta.text ?? ""}`;
			this.#items.delta("text", block.key, delta.text);
		} else if (delta.type === "thinking_delta") {
			block.thinking = `${block.thinking ?? ""}${delta.thinking ?? ""}`;
			this.#items.delta("thinking", block.key, delta.thinking);
		} else if (delta.type === "signature_delta") {
			this.#items.grow(delta.signature?.length ?? 0);
			block.signature = `${block.signature ?? ""}${delta.signature ?? ""}`;
		} else if (delta.type === "input_json_delta") {
			this.#items.grow(delta.partial_json?.length ?? 0);
			block.json += delta.partial_json ?? "";
		} else if (delta.type === "citations_delta") {
			if (!Array.isArray(block.citations)) block.citations = [];
			(block.citations as unknown[]).push(delta.citation);
		}
	}

	#close(block: Block): void {
		this.#items.close("text", block.key);
		this.#items.close("thinking", block.key);
		this.#closeCall(block);
		if (block.type === "server_tool_use") {
			const args = block.input as Record<string, unknown>;
			this.#searches.set(String(block.id), this.#items.providerCall(String(block.name), args));
		}
	}

	#closeCall(block: Block): void {
		block.open = false;
		if (block.type !== "tool_use" && block.type !== "server_tool_use") return;
		// Some servers give the input with the block.
		const json = block.json === "" ? JSON.stringify(block.input ?? {}) : block.json;
		block.input = objectOf(block.json) ?? (isObject(block.input) ? block.input : {});
		if (block.type !== "tool_use") return;
		const name = this.#names.fromWire(String(block.name));
		const executor = this.#names.isProviders?.(String(block.name)) ? "provider" : "server";
		this.calls.set(String(block.id), this.#items.call(name, json, executor));
	}
}

/** The block that a delta is of, where nobody opened one. */
const startedBy: Readonly<Record<string, string>> = { text_delta: "text", thinking_delta: "thinking" };

const stops: Readonly<Record<string, ResponseEnd["stop"]>> = {
	end_turn: "endTurn",
	stop_sequence: "endTurn",
	tool_use: "toolUse",
	max_tokens: "maxTokens",
	model_context_window_exceeded: "maxTokens",
	refusal: "refusal",
	pause_turn: "pause",
};

/** The blocks as a later request repeats them; blank texts are refused there. */
const replayable = (blocks: readonly Block[], isWhole: boolean): unknown[] | null => {
	if (!blocks.some((block) => block.type !== "text" && block.type !== "tool_use")) return null;
	// One that broke off has no signature and would be refused. Servers that sign nothing want theirs as it was.
	const thinking = blocks.filter((block) => block.type === "thinking");
	const unsigned = thinking.filter((block) => !block.signature).length;
	if (unsigned > 0 && !(isWhole && unsigned === thinking.length)) return null;
	return blocks
		.filter((block) => block.type !== "text" || String(block.text).trim() !== "")
		.map(({ json: _, key: __, open: ___, ...block }) => {
			if (block.type === "text" && block.citations == null) return { type: "text", text: block.text };
			if (block.type === "tool_use")
				return { type: block.type, id: block.id, name: block.name, input: block.input };
			return block;
		});
};

/** What a search found, as a person reads it. */
const toSearchResult = (
	content: unknown,
): { content: [{ kind: "text"; text: string }]; isError: boolean } => {
	const found = Array.isArray(content) ? (content as { title?: string; url?: string }[]) : null;
	const lines = found?.map(({ title, url }) => `${title ?? ""} ${url ?? ""}`.trim()).join("\n");
	const code = (content as { error_code?: string } | null)?.error_code;
	return {
		content: [{ kind: "text", text: lines ?? `failed: ${code ?? "no result"}` }],
		isError: found === null,
	};
};

type AnthropicUsage = {
	input_tokens?: number | null;
	output_tokens?: number | null;
	cache_read_input_tokens?: number | null;
	cache_creation_input_tokens?: number | null;
};

/** Later counts replace earlier ones: they are cumulative. */
const withUsage = (before: RequestUsage | null, usage: AnthropicUsage | null | undefined): RequestUsage => ({
	inputTokens: countOf(usage?.input_tokens) ?? before?.inputTokens ?? null,
	outputTokens: countOf(usage?.output_tokens) ?? before?.outputTokens ?? null,
	cacheReadTokens: countOf(usage?.cache_read_input_tokens) ?? before?.cacheReadTokens ?? null,
	cacheWriteTokens: countOf(usage?.cache_creation_input_tokens) ?? before?.cacheWriteTokens ?? null,
});
