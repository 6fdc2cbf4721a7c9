/** A streamed OpenAI response, told to the items of the response. */
import type {
	ResponseOutputItem,
	ResponseStreamEvent,
	ResponseUsage,
} from "openai/resources/responses/responses";
import type { TurnUpdate } from "./backend.ts";
import { BrokenAnswer, ReportedFailure } from "./failure.ts";
import type { ResponseItems } from "./responseItems.ts";
import type { ResponseEnd } from "./toolLoop.ts";
import { countOf, type RequestUsage } from "./usage.ts";
import type { WireNames } from "./wireId.ts";

export type ResponsesEnd = Omit<ResponseEnd, "native"> & {
	/** The output where only it can be replayed, else `null`. */
	readonly output: readonly unknown[] | null;
};

/** Throws `BrokenAnswer` when the stream ends before the response does, `ReportedFailure` when it failed. */
export async function* readResponsesStream(
	events: AsyncIterable<ResponseStreamEvent>,
	items: ResponseItems,
	names: WireNames,
): AsyncGenerator<TurnUpdate, ResponsesEnd> {
	const output: ResponseOutputItem[] = [];
	const summarized = new Set<number>();
	let refused = false;
	for await (const event of events)
		switch (event.type) {
			case "response.output_text.delta":
				yield* items.delta("text", event.output_index, event.delta);
				break;
			case "response.refusal.delta":
				refused = true;
				yield* items.delta("text", event.output_index, event.delta);
				break;
			case "response.reasoning_summary_part.added":
				if (event.summary_index > 0) yield* items.delta("thinking", event.output_index, "\n\n");
				summarized.add(event.output_index);
				break;
			case "response.reasoning_summary_text.delta":
				summarized.add(event.output_index);
				yield* items.delta("thinking", event.output_index, event.delta);
				break;
			case "response.reasoning_text.delta":
				// Open models tell the reasoning itself, sometimes beside its summary.
				if (!summarized.has(event.output_index))
					yield* items.delta("thinking", event.output_index, event.delta);
				break;
			case "response.output_item.done": {
				const { item, output_index } = event;
				output.push(item);
				yield* items.close("text", output_index);
				yield* items.close("thinking", output_index);
				if (item.type === "function_call") items.call(names.fromWire(item.name), item.arguments);
				if (item.type === "web_search_call") {
					const callId = yield* items.providerCall("web_search", { ...item.action });
					const text = item.status === "failed" ? "The search failed." : "Searched the web.";
					const isError = item.status === "failed";
					yield* items.providerResult({ callId, content: [{ kind: "text", text }], isError });
				}
				break;
			}
			case "response.completed":
			case "response.incomplete": {
				const reason = event.response.incomplete_details?.reason;
				const calls = output.some((item) => item.type === "function_call");
				const stop = refused || reason === "content_filter" ? "refusal" : calls ? "toolUse" : "endTurn";
				return {
					stop: reason === "max_output_tokens" ? "maxTokens" : stop,
					usage: toUsage(event.response.usage),
					output: event.type === "response.completed" ? replayable(output) : null,
				};
			}
			case "response.failed":
				throw new ReportedFailure(
					event.response.error?.message ?? "The response failed.",
					event.response.error?.code ?? null,
				);
			case "error":
				throw new ReportedFailure(event.message, event.code);
		}
	throw new BrokenAnswer("The answer broke off before its end");
}

/** Reasoning has to be followed by what it led to; without reasoning our own form says the same. */
const replayable = (output: readonly ResponseOutputItem[]): unknown[] | null => {
	const needed = output.some(
		(item) =>
			(item.type === "reasoning" && item.encrypted_content) ||
			item.type === "web_search_call" ||
			(item.type === "message" && item.phase),
	);
	return needed && output.at(-1)?.type !== "reasoning" ? [...output] : null;
};

const toUsage = (usage: ResponseUsage | undefined | null): RequestUsage | null => {
	if (!usage) return null;
	const cached = countOf(usage.input_tokens_details?.cached_tokens);
	const written = countOf(usage.input_tokens_details?.cache_write_tokens);
	const input = countOf(usage.input_tokens);
	return {
		inputTokens: input === null ? null : Math.max(0, input - (cached ?? 0) - (written ?? 0)),
		outputTokens: countOf(usage.output_tokens),
		cacheReadTokens: cached,
		cacheWriteTokens: written,
	};
};
