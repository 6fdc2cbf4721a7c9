/**
 * A model response while it arrives. Adapters tell what the provider streams; this keeps the items in order and
 * says what to report. What has arrived can be taken at any moment.
 */
import { randomUUID } from "node:crypto";
import { settledContent } from "../../../ground/text/contentText.ts";
import type {
	AssistantEntry,
	AssistantItem,
	NativeItems,
	ToolCall,
	ToolResult,
} from "../../context/transcript.ts";
import type { TurnUpdate } from "../backend.ts";

type Prose = { kind: "text" | "thinking"; itemId: string; text: string; open: boolean };
type Call = {
	kind: "call";
	call: ToolCall;
	/** What is wrong with the arguments. */
	problem: string | null;
	/** Reported when it came, so that it stays whatever becomes of the response. */
	reported: boolean;
};
type Slot = Prose | Call;

export class ResponseItems {
	readonly #slots: Slot[] = [];
	readonly #prose = new Map<string, Prose>();
	/** Results of calls that the provider ran itself. */
	readonly providerResults: ToolResult[] = [];

	/** True once something of this response was reported. */
	get shown(): boolean {
		return this.#slots.length > 0;
	}

	/** `key` names the item within the response; after the item was closed, the next one. */
	*delta(kind: "text" | "thinking", key: string | number, delta: string): Iterable<TurnUpdate> {
		// What a server sends instead of a text is nothing to show.
		if (typeof delta !== "string" || delta === "") return;
		const name = `${kind}:${key}`;
		let prose = this.#prose.get(name);
		if (prose?.open !== true) {
			prose = { kind, itemId: randomUUID(), text: "", open: true };
			this.#prose.set(name, prose);
			this.#slots.push(prose);
		}
		prose.text += delta;
		yield { kind: `${kind}Delta`, itemId: prose.itemId, delta };
	}

	has(kind: "text" | "thinking", key: string | number): boolean {
		return this.#prose.has(`${kind}:${key}`);
	}

	/** The text or thinking item is whole. */
	*close(kind: "text" | "thinking", key: string | number): Iterable<TurnUpdate> {
		const prose = this.#prose.get(`${kind}:${key}`);
		if (prose?.open !== true) return;
		prose.open = false;
		yield { kind, itemId: prose.itemId, text: prose.text };
	}

	*closeAll(): Iterable<TurnUpdate> {
		for (const prose of this.#prose.values()) {
			if (!prose.open) continue;
			prose.open = false;
			yield { kind: prose.kind, itemId: prose.itemId, text: prose.text };
		}
	}

	/** A whole call, to be reported when it runs. `json` is what the model wrote as arguments. */
	call(name: string, json: string, executor: ToolCall["executor"] = "server"): Call {
		const { args, problem } = parseArguments(json);
		const call: ToolCall = { kind: "toolCall", callId: newCallId(), name, args, executor };
		const slot: Call = { kind: "call", call, problem, reported: false };
		this.#slots.push(slot);
		return slot;
	}

	/** A call that runs at the provider, as part of the response. */
	*providerCall(name: string, args: Readonly<Record<string, unknown>>): Generator<TurnUpdate, string> {
		const call: ToolCall = { kind: "toolCall", callId: newCallId(), name, args, executor: "provider" };
		this.#slots.push({ kind: "call", call, problem: null, reported: true });
		yield { kind: "toolCall", call };
		return call.callId;
	}

	*providerResult(told: ToolResult): Iterable<TurnUpdate> {
		const result = { ...told, content: settledContent(told.content) };
		this.providerResults.push(result);
		yield { kind: "toolResult", result };
	}

	/** Gives provider calls that are still without a result one that says so. */
	*settleProviderCalls(goesOn = false): Iterable<TurnUpdate> {
		for (const slot of this.#slots) {
			if (slot.kind !== "call" || !slot.reported) continue;
			const { callId } = slot.call;
			if (!this.providerResults.some((result) => result.callId === callId))
				yield* this.providerResult(goesOn ? continuedResult(callId) : cancelledResult(callId));
		}
	}

	/** Calls that have to be run. */
	calls(): readonly Call[] {
		return this.#slots.filter((slot) => slot.kind === "call" && !slot.reported) as Call[];
	}

	entry(native: NativeItems | null): AssistantEntry {
		return { role: "assistant", items: this.#items(true), ...(native === null ? {} : { native }) };
	}

	/** The response without the calls that were not run. */
	entryWithoutCalls(partial: boolean): AssistantEntry {
		return { role: "assistant", items: this.#items(false), ...(partial ? { partial } : {}) };
	}

	#items(withCalls: boolean): AssistantItem[] {
		return this.#slots.flatMap((slot): AssistantItem[] => {
			if (slot.kind !== "call") return [{ kind: slot.kind, text: slot.text }];
			return withCalls || slot.reported ? [slot.call] : [];
		});
	}
}

/** The result of a call that did not run to its end. */
export const cancelledResult = (callId: string): ToolResult => ({
	callId,
	content: [{ kind: "text", text: "Cancelled before it finished." }],
	isError: true,
});

/** The result of a call whose outcome comes with the next response. */
const continuedResult = (callId: string): ToolResult => ({
	callId,
	content: [{ kind: "text", text: "Goes on." }],
	isError: false,
});

/** Unique in every conversation, and within what all providers take as an id. */
export const newCallId = (): string => `call_${randomUUID().replaceAll("-", "").slice(0, 24)}`;

const parseArguments = (json: string): Pick<ToolCall, "args"> & { problem: string | null } => {
	// A tool without parameters is called with nothing, an empty object, or null.
	if (json.trim() === "" || json.trim() === "null") return { args: {}, problem: null };
	try {
		const args: unknown = JSON.parse(json);
		if (typeof args === "object" && args !== null && !Array.isArray(args))
			return { args: args as Record<string, unknown>, problem: null };
		return { args: {}, problem: `The arguments must be a JSON object, not ${json.slice(0, 200)}` };
	} catch (error) {
		return { args: {}, problem: `The arguments are not valid JSON: ${(error as Error).message}` };
	}
};
