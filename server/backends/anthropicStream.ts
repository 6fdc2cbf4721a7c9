/** A streamed Anthropic message, told to the items of the response. */
import type Anthropic from "@anthropic-ai/sdk";
import type { ToolCall } from "../context/transcript.ts";
import type { TurnUpdate } from "./backend.ts";
import { BrokenAnswer } from "./failure.ts";
import type { ResponseItems } from "./responseItems.ts";
import type { ResponseEnd } from "./toolLoop.ts";
import { countOf, type RequestUsage } from "./usage.ts";
import type { WireNames } from "./wireId.ts";

type Block = { [key: string]: unknown; type: string };

export type AnthropicEnd = Omit<ResponseEnd, "native"> & {
	/** The response's blocks where only they can be replayed, else `null`. */
	readonly blocks: readonly unknown[] | null;
};

/** The stream of one message; throws `BrokenAnswer` when it ends before the message does. */
export async function* readAnthropicStream(
	events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
	items: ResponseItems,
	names: WireNames,
): AsyncGenerator<TurnUpdate, AnthropicEnd> {
	const reader = new AnthropicReader(items, names);
	for await (const event of events) yield* reader.take(event);
	const end = reader.finish();
	yield* items.settleProviderCalls(end.stop === "pause");
	return end;
}

/** Reads one message event by event. */
export class AnthropicReader {
	readonly #items: ResponseItems;
	readonly #names: WireNames;
	readonly #blocks = new Map<number, Block & { json: string }>();
	readonly #searches = new Map<string, string>();
	#stopReason: string | null = null;
	#usage: RequestUsage | null = null;
	#ended = false;
	/** Calls by the provider's id for them, in order. */
	readonly calls = new Map<string, { call: ToolCall; problem: string | null }>();

	constructor(items: ResponseItems, names: WireNames) {
		this.#items = items;
		this.#names = names;
	}

	*take(event: Anthropic.RawMessageStreamEvent): Iterable<TurnUpdate> {
		switch (event.type) {
			case "message_start":
				this.#usage = withUsage(this.#usage, event.message.usage);
				break;
			case "content_block_start":
				yield* this.#start(event.index, event.content_block as unknown as Block);
				break;
			case "content_block_delta": {
				const block = this.#blocks.get(event.index);
				if (block !== undefined) yield* this.#extend(block, event);
				break;
			}
			case "content_block_stop": {
				const block = this.#blocks.get(event.index);
				if (block !== undefined) yield* this.#close(block, event.index);
				break;
			}
			case "message_delta":
				this.#stopReason = event.delta.stop_reason;
				this.#usage = withUsage(this.#usage, event.usage);
				break;
			case "message_stop":
				this.#ended = true;
				break;
		}
	}

	/** What the whole message came to; throws `BrokenAnswer` when it is not whole. */
	finish(): AnthropicEnd {
		if (!this.#ended) throw new BrokenAnswer("The answer broke off before its end");
		return {
			stop: stops[this.#stopReason ?? ""] ?? "endTurn",
			usage: this.#usage,
			blocks: replayable([...this.#blocks.values()]),
		};
	}

	*#start(index: number, start: Block): Iterable<TurnUpdate> {
		const block: Block & { json: string } = { ...start, json: "" };
		this.#blocks.set(index, block);
		if (block.type === "text") yield* this.#items.delta("text", index, String(block.text ?? ""));
		const callId = this.#searches.get(String(block.tool_use_id));
		if (callId !== undefined) yield* this.#items.providerResult({ callId, ...toSearchResult(block.content) });
	}

	*#extend(
		block: Block & { json: string },
		{ index, delta }: Anthropic.RawContentBlockDeltaEvent,
	): Iterable<TurnUpdate> {
		if (delta.type === "text_delta") {
			block.text = `${block.text ?? ""}${delta.text}`;
			yield* this.#items.delta("text", index, delta.text);
		} else if (delta.type === "thinking_delta") {
			block.thinking = `${block.thinking ?? ""}${delta.thinking}`;
			yield* this.#items.delta("thinking", index, delta.thinking);
		} else if (delta.type === "signature_delta")
			block.signature = `${block.signature ?? ""}${delta.signature}`;
		else if (delta.type === "input_json_delta") block.json += delta.partial_json;
		else if (delta.type === "citations_delta")
			block.citations = [...((block.citations as unknown[] | null) ?? []), delta.citation];
	}

	*#close(block: Block & { json: string }, index: number): Iterable<TurnUpdate> {
		yield* this.#items.close("text", index);
		yield* this.#items.close("thinking", index);
		if (block.type === "tool_use" || block.type === "server_tool_use")
			block.input = parseOr(block.json, block.input);
		if (block.type === "tool_use") {
			const name = this.#names.fromWire(String(block.name));
			const executor = this.#names.isProviders?.(String(block.name)) ? "provider" : "server";
			this.calls.set(String(block.id), this.#items.call(name, block.json, executor));
		}
		if (block.type === "server_tool_use") {
			const args = block.input as Record<string, unknown>;
			this.#searches.set(String(block.id), yield* this.#items.providerCall(String(block.name), args));
		}
	}
}

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
const replayable = (blocks: readonly (Block & { json: string })[]): unknown[] | null => {
	if (!blocks.some((block) => block.type !== "text" && block.type !== "tool_use")) return null;
	// A thinking block that broke off has no signature and would be refused.
	if (blocks.some((block) => block.type === "thinking" && !block.signature)) return null;
	return blocks
		.filter((block) => block.type !== "text" || String(block.text).trim() !== "")
		.map(({ json: _, ...block }) => {
			if (block.type === "text" && block.citations == null) return { type: "text", text: block.text };
			if (block.type === "tool_use")
				return { type: block.type, id: block.id, name: block.name, input: block.input };
			return block;
		});
};

const parseOr = (json: string, otherwise: unknown): unknown => {
	try {
		const value: unknown = JSON.parse(json);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
	} catch {
		return otherwise ?? {};
	}
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
