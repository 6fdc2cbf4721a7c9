/** A streamed Anthropic message, told to the items of the response. */
import type Anthropic from "@anthropic-ai/sdk";
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

/** Throws `BrokenAnswer` when the stream ends before the message does. */
export async function* readAnthropicStream(
	events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
	items: ResponseItems,
	names: WireNames,
): AsyncGenerator<TurnUpdate, AnthropicEnd> {
	const blocks = new Map<number, Block & { json: string }>();
	const providerCalls = new Map<string, string>();
	let stopReason: string | null = null;
	let usage: RequestUsage | null = null;
	let ended = false;
	for await (const event of events)
		switch (event.type) {
			case "message_start":
				usage = withUsage(usage, event.message.usage);
				break;
			case "content_block_start": {
				const block: Block & { json: string } = {
					...(event.content_block as unknown as Block),
					json: "",
				};
				blocks.set(event.index, block);
				if (block.type === "text") yield* items.delta("text", event.index, String(block.text ?? ""));
				if (block.type.endsWith("_tool_result")) {
					const callId = providerCalls.get(String(block.tool_use_id));
					if (callId !== undefined) yield* items.providerResult({ callId, ...toSearchResult(block.content) });
				}
				break;
			}
			case "content_block_delta": {
				const block = blocks.get(event.index);
				if (block === undefined) break;
				const { delta } = event;
				if (delta.type === "text_delta") {
					block.text = `${block.text ?? ""}${delta.text}`;
					yield* items.delta("text", event.index, delta.text);
				} else if (delta.type === "thinking_delta") {
					block.thinking = `${block.thinking ?? ""}${delta.thinking}`;
					yield* items.delta("thinking", event.index, delta.thinking);
				} else if (delta.type === "signature_delta")
					block.signature = `${block.signature ?? ""}${delta.signature}`;
				else if (delta.type === "input_json_delta") block.json += delta.partial_json;
				else if (delta.type === "citations_delta")
					block.citations = [...((block.citations as unknown[] | null) ?? []), delta.citation];
				break;
			}
			case "content_block_stop": {
				const block = blocks.get(event.index);
				if (block === undefined) break;
				yield* items.close("text", event.index);
				yield* items.close("thinking", event.index);
				if (block.type === "tool_use" || block.type === "server_tool_use")
					block.input = parseOr(block.json, block.input);
				if (block.type === "tool_use") items.call(names.fromWire(String(block.name)), block.json);
				if (block.type === "server_tool_use") {
					const callId = yield* items.providerCall(
						String(block.name),
						block.input as Record<string, unknown>,
					);
					providerCalls.set(String(block.id), callId);
				}
				break;
			}
			case "message_delta":
				stopReason = event.delta.stop_reason;
				usage = withUsage(usage, event.usage);
				break;
			case "message_stop":
				ended = true;
				break;
		}
	if (!ended) throw new BrokenAnswer("The answer broke off before its end");
	yield* items.settleProviderCalls();
	return { stop: stops[stopReason ?? ""] ?? "endTurn", usage, blocks: replayable([...blocks.values()]) };
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
