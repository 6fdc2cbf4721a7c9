/** A streamed chat completion, told to the items of the response. Takes what compatible servers vary. */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { TurnUpdate } from "../backend.ts";
import type { AnswerEnd } from "../http/apiBackend.ts";
import { errorFacts } from "../http/errorFacts.ts";
import { doneEvent, type WireEvent } from "../http/eventStream.ts";
import { BrokenAnswer, ReportedFailure } from "../http/failure.ts";
import type { ResponseItems } from "../loop/responseItems.ts";
import type { ResponseEnd } from "../loop/toolLoop.ts";
import { countOf, type RequestUsage } from "../loop/usage.ts";
import type { WireNames } from "../loop/wireId.ts";
import { type CallPiece, ChatCalls } from "./calls.ts";
import { type ReasoningDetail, replayable } from "./replay.ts";
import { type Prose, ThinkTags } from "./thinkTags.ts";

type Delta = {
	readonly content?: string | null | readonly ContentPart[];
	readonly refusal?: string | null;
	readonly reasoning_content?: string | null;
	readonly reasoning?: string | null;
	readonly reasoning_details?: readonly ReasoningDetail[] | null;
	readonly tool_calls?: readonly CallPiece[] | null;
};

/** Mistral tells thinking and text as parts. */
type ContentPart = { readonly text?: unknown; readonly thinking?: readonly { readonly text?: unknown }[] };

type Choice = {
	readonly delta?: Delta | null;
	/** Instead of a delta, where the server did not stream. */
	readonly message?: Delta | null;
	readonly finish_reason?: string | null;
	readonly native_finish_reason?: string | null;
	readonly error?: unknown;
	readonly usage?: Usage | null;
};

type Usage = NonNullable<ChatCompletionChunk["usage"]> & { readonly prompt_cache_hit_tokens?: number };

type Chunk = {
	readonly choices?: readonly Choice[] | null;
	readonly usage?: Usage | null;
	readonly x_groq?: { readonly usage?: Usage | null } | null;
};

/** Throws `BrokenAnswer` when the stream ends before the answer does, `ReportedFailure` when it tells a failure. */
export async function* readChatStream(
	events: AsyncIterable<WireEvent>,
	items: ResponseItems,
	names: WireNames,
): AsyncGenerator<TurnUpdate, AnswerEnd> {
	const calls = new ChatCalls();
	const tags = new ThinkTags();
	const details: ReasoningDetail[] = [];
	let text = "";
	let reasoning = "";
	let finish: string | null = null;
	let refused = false;
	let usage: RequestUsage | null = null;
	const tell = function* (prose: Iterable<Prose>): Iterable<TurnUpdate> {
		for (const part of prose) {
			if (part.kind === "text") {
				yield* items.close("thinking", 0);
				text += part.text;
			}
			yield* items.delta(part.kind, 0, part.text);
		}
	};
	for await (const event of events) {
		// Some servers say that they are done, and not why.
		if (event === doneEvent) finish ??= "stop";
		const chunk = event as Chunk;
		const counted = chunk.usage ?? chunk.choices?.[0]?.usage ?? chunk.x_groq?.usage;
		if (counted) usage = toUsage(counted);
		const isFirst = text === "" && calls.isEmpty;
		// One answer is asked for: Copilot tells its text in one choice and its calls in the next.
		for (const choice of chunk.choices ?? []) {
			if (!choice) continue;
			const delta = choice.delta ?? (isFirst ? choice.message : null) ?? {};
			const thought = delta.reasoning_content || delta.reasoning || detailsText(delta.reasoning_details);
			if (typeof thought === "string") yield* tell([{ kind: "thinking", text: thought }]);
			if (typeof delta.reasoning_content === "string") reasoning += delta.reasoning_content;
			details.push(...(delta.reasoning_details ?? []));
			if (delta.refusal) refused = true;
			for (const part of partsOf(delta.content || delta.refusal))
				yield* tell(part.kind === "text" ? tags.take(part.text) : [part]);
			for (const piece of delta.tool_calls ?? []) calls.take(piece);
			if (choice.error || failures.has(choice.finish_reason ?? "")) throw toFailure(choice);
			if (choice.finish_reason) finish = choice.finish_reason;
		}
	}
	yield* tell(tags.end());
	if (finish === null) throw new BrokenAnswer("The answer broke off before its end");
	yield* items.closeAll();
	const called = calls.whole();
	for (const call of called) items.call(names.fromWire(call.name), call.json);
	const stop = stops[finish] ?? "endTurn";
	const runs = called.length > 0 && stop !== "maxTokens";
	return {
		stop: refused ? "refusal" : runs ? "toolUse" : stop,
		usage,
		native: replayable({ calls: called, text, reasoning, details }),
	};
}

/** Whether an event says why the answer ends: then only counts follow. */
export const endsChat = (event: WireEvent): boolean => {
	const { choices } = event as Chunk;
	return Array.isArray(choices) && choices.some((choice) => Boolean(choice?.finish_reason));
};

const partsOf = (content: Delta["content"]): Prose[] => {
	if (!Array.isArray(content)) return typeof content === "string" ? [{ kind: "text", text: content }] : [];
	return (content as readonly ContentPart[]).flatMap((part): Prose[] => [
		...(part.thinking ?? []).map(({ text }): Prose => ({ kind: "thinking", text: String(text ?? "") })),
		...(typeof part.text === "string" ? [{ kind: "text", text: part.text } as const] : []),
	]);
};

const detailsText = (details: Delta["reasoning_details"]): string =>
	(details ?? []).map((detail) => detail.text ?? detail.summary ?? "").join("");

const toFailure = (choice: Choice): ReportedFailure => {
	const facts = errorFacts(choice.error);
	const reason = choice.native_finish_reason ?? choice.finish_reason ?? "error";
	const message = facts?.message ?? `The provider ended the answer with "${reason}".`;
	return new ReportedFailure(message, facts?.type ?? null, facts?.status ?? null);
};

/** OpenRouter, z.ai, DeepSeek: the answer is not whole. */
const failures: ReadonlySet<string> = new Set(["error", "network_error", "insufficient_system_resource"]);

const stops: Readonly<Record<string, ResponseEnd["stop"]>> = {
	stop: "endTurn",
	length: "maxTokens",
	max_tokens: "maxTokens",
	model_length: "maxTokens",
	model_context_window_exceeded: "maxTokens",
	content_filter: "refusal",
	refusal: "refusal",
	sensitive: "refusal",
};

const toUsage = (usage: Usage): RequestUsage => {
	const cached = countOf(usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens);
	const prompt = countOf(usage.prompt_tokens);
	return {
		inputTokens: prompt === null ? null : Math.max(0, prompt - (cached ?? 0)),
		outputTokens: countOf(usage.completion_tokens),
		cacheReadTokens: cached,
		cacheWriteTokens: null,
	};
};
