/** A streamed OpenAI response, told to the items of the response. */
import type {
	Response,
	ResponseFunctionToolCall,
	ResponseOutputItem,
	ResponseOutputMessage,
	ResponseStreamEvent,
	ResponseUsage,
} from "openai/resources/responses/responses";
import type { AnswerEnd, AnswerReader } from "../http/apiBackend.ts";
import { type WireEvent, withObject } from "../http/eventStream.ts";
import { BrokenAnswer, ReportedFailure } from "../http/failure.ts";
import type { ResponseItems } from "../loop/responseItems.ts";
import { type RequestUsage, withoutCached } from "../loop/usage.ts";
import type { WireNames } from "../loop/wireId.ts";

const objects = {
	"response.output_item.done": "item",
	"response.completed": "response",
	"response.incomplete": "response",
	"response.failed": "response",
};

/** As the SDK types them, but no member is sure: servers leave out what can be told without it. */
type Event = ResponseStreamEvent | { readonly type: "[DONE]" | undefined } | CancelledEvent;

type CancelledEvent = { readonly type: "response.cancelled"; readonly response: Partial<Response> };

export class ResponsesReader implements AnswerReader {
	readonly #items: ResponseItems;
	readonly #names: WireNames;
	readonly #output: ResponseOutputItem[] = [];
	readonly #summarized = new Set<Key>();
	/** What the model wrote as arguments, where it is told apart from the call. */
	readonly #arguments = new Map<Key, string>();
	#hasText = false;
	#refused = false;
	#end: AnswerEnd | null = null;

	constructor(items: ResponseItems, { names }: { readonly names: WireNames }) {
		this.#items = items;
		this.#names = names;
	}

	take(wire: WireEvent): boolean {
		this.#take(withObject(wire, objects) as unknown as Event);
		return this.#end !== null;
	}

	finish(): AnswerEnd {
		if (this.#end === null) throw new BrokenAnswer("The answer broke off before its end");
		return this.#end;
	}

	#take(event: Event): void {
		const key = keyOf(event);
		switch (event.type) {
			case "response.output_text.delta":
				this.#hasText = true;
				this.#items.delta("text", key, event.delta);
				break;
			case "response.refusal.delta":
				this.#refused = true;
				this.#items.delta("text", key, event.delta);
				break;
			case "response.reasoning_summary_part.added":
				if (event.summary_index > 0) this.#items.delta("thinking", key, "\n\n");
				this.#summarized.add(key);
				break;
			case "response.reasoning_summary_text.delta":
				this.#summarized.add(key);
				this.#items.delta("thinking", key, event.delta);
				break;
			case "response.reasoning_text.delta":
				// Open models tell the reasoning itself, sometimes beside its summary.
				if (!this.#summarized.has(key)) this.#items.delta("thinking", key, event.delta);
				break;
			case "response.function_call_arguments.delta":
				this.#items.grow(event.delta?.length ?? 0);
				this.#arguments.set(key, `${this.#arguments.get(key) ?? ""}${event.delta ?? ""}`);
				break;
			case "response.function_call_arguments.done":
				this.#arguments.set(key, event.arguments);
				break;
			case "response.output_item.done":
				this.#done(event.item, key);
				break;
			case "response.completed":
			case "response.incomplete":
				this.#finish(event.response, event.type === "response.completed");
				break;
			case undefined:
				// Not streamed: the event is the response itself.
				if ("object" in event && event.object === "response")
					this.#finish(event as unknown as Response, !isCut(event as unknown as Response));
				break;
			case "[DONE]":
				if (this.#output.length > 0) this.#finish({}, true);
				break;
			case "response.cancelled":
				throw new ReportedFailure("The provider cancelled the response.", null);
			case "response.failed": {
				const { message, code } = event.response.error ?? {};
				throw new ReportedFailure(message ?? "The response failed.", code ?? null);
			}
		}
	}

	#done(told: ResponseOutputItem, key: Key): void {
		const item = told.type === "function_call" ? { ...told, arguments: this.#argumentsOf(told, key) } : told;
		this.#output.push(item);
		if (item.type === "message" && !this.#items.has("text", key))
			this.#items.delta("text", key, textOf(item));
		this.#items.close("text", key);
		this.#items.close("thinking", key);
		if (item.type === "function_call") this.#items.call(this.#names.fromWire(item.name), item.arguments);
		if (item.type === "web_search_call") {
			const callId = this.#items.providerCall("web_search", { ...item.action });
			const text = item.status === "failed" ? "The search failed." : "Searched the web.";
			const isError = item.status === "failed";
			this.#items.providerResult({ callId, content: [{ kind: "text", text }], isError });
		}
	}

	#argumentsOf(call: ResponseFunctionToolCall, key: Key): string {
		const told: unknown = call.arguments || this.#arguments.get(key) || "";
		return typeof told === "string" ? told : JSON.stringify(told);
	}

	#finish(response: Partial<Response>, isComplete: boolean): void {
		// Some servers tell their items at the end alone, beside texts that are known from deltas.
		if (this.#output.length === 0)
			for (const [index, item] of [response.output ?? []].flat().entries())
				if (item?.type !== "message" || !this.#hasText) this.#done(item, index);
		const reason = response.incomplete_details?.reason;
		const calls = this.#output.some((item) => item.type === "function_call");
		const stop = this.#refused || reason === "content_filter" ? "refusal" : calls ? "toolUse" : "endTurn";
		this.#end = {
			stop: reason === "max_output_tokens" ? "maxTokens" : stop,
			usage: toUsage(response.usage),
			native: isComplete ? replayable(this.#output) : null,
		};
	}
}

type Key = number | string;

/** Names an item: by its place in the output, else by its id, which servers with one item at a time leave out, too. */
const keyOf = (event: object): Key => {
	const { output_index, item_id } = event as { output_index?: number; item_id?: string };
	return output_index ?? item_id ?? 0;
};

const isCut = ({ status }: Response): boolean => status === "incomplete";

const textOf = (message: ResponseOutputMessage): string =>
	[message.content ?? []]
		.flat()
		.map((part) => (part?.type === "refusal" ? part.refusal : (part?.text ?? "")))
		.join("");

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

const toUsage = (usage: ResponseUsage | undefined | null): RequestUsage | null =>
	usage
		? withoutCached({
				input: usage.input_tokens,
				output: usage.output_tokens,
				read: usage.input_tokens_details?.cached_tokens,
				written: usage.input_tokens_details?.cache_write_tokens,
			})
		: null;
