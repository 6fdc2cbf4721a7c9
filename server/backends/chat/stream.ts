/** A streamed chat completion, told to the items of the response. Takes what compatible servers vary. */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { AnswerEnd, AnswerReader, Expected } from "../http/apiBackend.ts";
import { errorFacts } from "../http/errorFacts.ts";
import { doneEvent, type WireEvent } from "../http/eventStream.ts";
import { BrokenAnswer, ReportedFailure } from "../http/failure.ts";
import type { ResponseItems } from "../loop/responseItems.ts";
import type { ResponseEnd } from "../loop/toolLoop.ts";
import { type RequestUsage, withoutCached } from "../loop/usage.ts";
import { type CallPiece, ChatCalls } from "./calls.ts";
import { type ReasoningDetail, replayable } from "./replay.ts";
import { type Misread, type Prose, ThinkTags } from "./thinkTags.ts";
import { WrittenCalls } from "./writtenCalls.ts";

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

/** Reads one completion. */
export class ChatReader implements AnswerReader {
	readonly #items: ResponseItems;
	readonly #expected: Expected;
	readonly #calls = new ChatCalls();
	readonly #tags: ThinkTags;
	readonly #written: WrittenCalls;
	readonly #details: ReasoningDetail[] = [];
	#text = "";
	#reasoning = "";
	#finish: string | null = null;
	#refused = false;
	#usage: RequestUsage | null = null;

	constructor(items: ResponseItems, expected: Expected) {
		this.#items = items;
		this.#expected = expected;
		this.#tags = new ThinkTags(expected.habits.has(beginsInside));
		this.#written = new WrittenCalls(expected.tools);
	}

	take(event: WireEvent): boolean {
		// Some servers say that they are done, and not why.
		if (event === doneEvent) this.#finish ??= "stop";
		const chunk = event as Chunk;
		const counted = chunk.usage ?? chunk.choices?.[0]?.usage ?? chunk.x_groq?.usage;
		if (counted) this.#usage = toUsage(counted);
		const isFirst = this.#text === "" && this.#calls.isEmpty;
		// One answer is asked for: Copilot tells its text in one choice and its calls in the next.
		for (const choice of chunk.choices ?? []) if (choice) this.#takeChoice(choice, isFirst);
		return false;
	}

	isLast(event: WireEvent): boolean {
		const { choices } = event as Chunk;
		return Array.isArray(choices) && choices.some((choice) => Boolean(choice?.finish_reason));
	}

	finish(): AnswerEnd {
		this.#tell(this.#tags.end());
		const isInCode = this.#text.split(/^```/m).length % 2 === 0;
		const written = this.#written.end(isInCode || !this.#calls.isEmpty || this.#finish === null);
		this.#say(written.text);
		if (this.#finish === null) throw new BrokenAnswer("The answer broke off before its end");
		this.#items.closeAll();
		const calls = this.#calls.whole();
		for (const call of calls) this.#items.call(this.#expected.names.fromWire(call.name), call.json);
		for (const call of written.calls) this.#items.call(call.name, JSON.stringify(call.args));
		const stop = stops[this.#finish] ?? "endTurn";
		const runs = calls.length + written.calls.length > 0 && stop !== "maxTokens";
		return {
			stop: this.#refused ? "refusal" : runs ? "toolUse" : stop,
			usage: this.#usage,
			native: replayable({ calls, text: this.#text, reasoning: this.#reasoning, details: this.#details }),
		};
	}

	#takeChoice(choice: Choice, isFirst: boolean): void {
		const delta = choice.delta ?? (isFirst ? choice.message : null) ?? {};
		const thought = delta.reasoning_content || delta.reasoning || detailsText(delta.reasoning_details);
		if (typeof thought === "string") this.#tell([{ kind: "thinking", text: thought }]);
		if (typeof delta.reasoning_content === "string") this.#reasoning += delta.reasoning_content;
		for (const detail of delta.reasoning_details ?? []) {
			if (typeof detail.data === "string") this.#items.grow(detail.data.length);
			this.#details.push(detail);
		}
		if (delta.refusal) this.#refused = true;
		for (const part of partsOf(delta.content || delta.refusal))
			this.#tell(part.kind === "text" ? this.#tags.take(part.text) : [part]);
		for (const piece of delta.tool_calls ?? []) this.#items.grow(this.#calls.take(piece));
		if (choice.error || failures.has(choice.finish_reason ?? "")) throw toFailure(choice);
		if (choice.finish_reason) this.#finish = choice.finish_reason;
	}

	#tell(prose: Iterable<Prose | Misread>): void {
		for (const part of prose)
			if (part.kind === "text") this.#say(this.#written.take(part.text));
			else if (part.kind === "thinking") this.#items.delta("thinking", 0, part.text);
			else this.#misread();
	}

	#say(text: string): void {
		if (text === "") return;
		this.#items.close("thinking", 0);
		this.#items.delta("text", 0, text);
		this.#text += text;
	}

	/** What looked like text was thinking, or the other way round. The next answer is likely to begin as this one did. */
	#misread(): void {
		const { habits } = this.#expected;
		if (habits.delete(beginsInside)) this.#text = this.#items.reread("thinking", 0);
		else {
			habits.add(beginsInside);
			this.#items.reread("text", 0);
			this.#text = "";
		}
	}
}

/** A habit of servers: their template opens the thinking, and nobody parses its end. */
const beginsInside = "begins inside of its thinking";

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

const toUsage = (usage: Usage): RequestUsage =>
	withoutCached({
		input: usage.prompt_tokens,
		output: usage.completion_tokens,
		read: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens,
	});
