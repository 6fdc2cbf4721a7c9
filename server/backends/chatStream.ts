/** A streamed chat completion, told to the items of the response. Takes what compatible servers vary. */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { TurnUpdate } from "./backend.ts";
import { BrokenAnswer, ReportedFailure } from "./failure.ts";
import type { ResponseItems } from "./responseItems.ts";
import type { ResponseEnd } from "./toolLoop.ts";
import { countOf, type RequestUsage } from "./usage.ts";
import type { WireNames } from "./wireId.ts";

export type ChatEnd = Omit<ResponseEnd, "native"> & {
	/** The message where only it can be replayed, else `null`. */
	readonly message: unknown;
};

type Delta = ChatCompletionChunk["choices"][number]["delta"] & {
	readonly reasoning_content?: string | null;
	readonly reasoning?: string | null;
};

type Call = { id: string; name: string; json: string; extra: unknown };

/** Throws `BrokenAnswer` when the stream ends without a finish reason, `ReportedFailure` when it tells a failure. */
export async function* readChatStream(
	chunks: AsyncIterable<ChatCompletionChunk>,
	items: ResponseItems,
	names: WireNames,
	replaysReasoning: boolean,
): AsyncGenerator<TurnUpdate, ChatEnd> {
	const calls: Call[] = [];
	let text = "";
	let reasoning = "";
	let finish: string | null = null;
	let refused = false;
	let usage: RequestUsage | null = null;
	for await (const chunk of chunks) {
		const failed = (chunk as { error?: { message?: string; type?: string } }).error;
		if (failed) throw new ReportedFailure(failed.message ?? "The answer failed.", failed.type ?? null);
		if (chunk.usage) usage = toUsage(chunk.usage);
		const choice = chunk.choices?.[0];
		if (choice === undefined) continue;
		const delta: Delta = choice.delta ?? {};
		const thought = delta.reasoning_content ?? delta.reasoning ?? "";
		if (typeof thought === "string" && thought !== "") {
			reasoning += thought;
			yield* items.delta("thinking", 0, thought);
		}
		if (delta.content || delta.refusal) {
			yield* items.close("thinking", 0);
			if (delta.refusal) refused = true;
			text += delta.content ?? delta.refusal ?? "";
			yield* items.delta("text", 0, delta.content ?? delta.refusal ?? "");
		}
		for (const part of delta.tool_calls ?? []) {
			const call = slotOf(calls, part);
			if (part.id) call.id = part.id;
			if (part.function?.name) call.name = part.function.name;
			call.json += part.function?.arguments ?? "";
			call.extra ??= (part as { extra_content?: unknown }).extra_content;
		}
		if (choice.finish_reason) finish = choice.finish_reason;
	}
	if (finish === null) throw new BrokenAnswer("The answer broke off before its end");
	yield* items.closeAll();
	for (const call of calls) items.call(names.fromWire(call.name), call.json);
	const stop = refused ? "refusal" : calls.length > 0 && finish !== "length" ? "toolUse" : stops[finish];
	return {
		stop: stop ?? "endTurn",
		usage,
		message: replayable(calls, text, replaysReasoning ? reasoning : ""),
	};
}

const stops: Readonly<Record<string, ResponseEnd["stop"]>> = {
	stop: "endTurn",
	length: "maxTokens",
	content_filter: "refusal",
};

/** Most servers count the calls by `index`; some leave it out and send each call whole. */
const slotOf = (calls: Call[], part: { index?: number; id?: string }): Call => {
	const last = calls.length - 1;
	const isNew = part.id !== undefined && part.id !== "" && calls[last]?.id !== part.id;
	const index = part.index ?? (isNew || last < 0 ? last + 1 : last);
	calls[index] ??= { id: "", name: "", json: "", extra: undefined };
	return calls[index];
};

const replayable = (calls: readonly Call[], text: string, reasoning: string): unknown => {
	if (calls.length === 0 || (reasoning === "" && !calls.some((call) => call.extra !== undefined)))
		return null;
	if (calls.some((call) => call.id === "")) return null;
	return {
		role: "assistant",
		...(text === "" ? {} : { content: text }),
		...(reasoning === "" ? {} : { reasoning_content: reasoning }),
		tool_calls: calls.map(({ id, name, json, extra }) => ({
			id,
			type: "function",
			function: { name, arguments: json || "{}" },
			...(extra === undefined ? {} : { extra_content: extra }),
		})),
	};
};

const toUsage = (usage: NonNullable<ChatCompletionChunk["usage"]>): RequestUsage => {
	const cached = countOf(usage.prompt_tokens_details?.cached_tokens);
	const prompt = countOf(usage.prompt_tokens);
	return {
		inputTokens: prompt === null ? null : Math.max(0, prompt - (cached ?? 0)),
		outputTokens: countOf(usage.completion_tokens),
		cacheReadTokens: cached,
		cacheWriteTokens: null,
	};
};
