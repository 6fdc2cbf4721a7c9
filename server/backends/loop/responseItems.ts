/**
 * A model response while it arrives. Adapters say what the provider streams; this keeps the items in order and tells
 * what there is to tell of them. What has arrived can be taken at any moment.
 */
import { randomUUID } from "node:crypto";
import { settledContent } from "../../../ground/text/contentText.ts";
import { wholeCut } from "../../../ground/text/wholeCharacters.ts";
import type {
	AssistantEntry,
	AssistantItem,
	NativeItems,
	ToolCall,
	ToolResult,
} from "../../context/transcript.ts";
import type { TurnUpdate } from "../backend.ts";
import { cancelledResult, continuedResult } from "./results.ts";

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

/** What one answer may have, with its thinking and what it gives its calls: more than any model says at once. */
const maxChars = 1_000_000;
const maxParts = 1_000;

/** So much is shown at once: the longer an update, the longer it holds up others. */
const maxDeltaChars = 16_384;

/** The answer goes on beyond all measure. What had come until then is its text. */
export class AnswerTooLong extends Error {
	override readonly name = "AnswerTooLong";
}

export class ResponseItems {
	readonly #slots: Slot[] = [];
	readonly #prose = new Map<string, Prose>();
	readonly #tell: (update: TurnUpdate) => void;
	#chars = 0;
	/** Results of calls that the provider ran itself. */
	readonly providerResults: ToolResult[] = [];

	constructor(tell: (update: TurnUpdate) => void) {
		this.#tell = tell;
	}

	/** True once something of this response was reported. */
	get shown(): boolean {
		return this.#slots.length > 0;
	}

	/** Counts what the model has written beside its text. Throws `AnswerTooLong`. */
	grow(chars: number): void {
		this.#chars += chars;
		if (this.#chars > maxChars)
			throw new AnswerTooLong(`The answer was cut after ${maxChars.toLocaleString("en")} characters.`);
	}

	/**
	 * `key` names the item within the response; after the item was closed, the next one. Throws `AnswerTooLong` behind
	 * what still fits.
	 */
	delta(kind: "text" | "thinking", key: string | number, delta: string): void {
		// What a server sends instead of a text is nothing to show.
		if (typeof delta !== "string" || delta === "") return;
		const name = `${kind}:${key}`;
		let prose = this.#prose.get(name);
		if (prose?.open !== true) {
			prose = { kind, itemId: randomUUID(), text: "", open: true };
			this.#add(prose);
			this.#prose.set(name, prose);
		}
		const { itemId } = prose;
		const end = wholeCut(delta, Math.min(delta.length, maxChars - this.#chars));
		for (let at = 0; at < end; ) {
			const next = wholeCut(delta, Math.min(at + maxDeltaChars, end));
			const piece = delta.slice(at, next);
			prose.text += piece;
			this.#tell({ kind: `${kind}Delta`, itemId, delta: piece });
			at = next;
		}
		this.grow(delta.length);
	}

	#add(slot: Slot): void {
		if (this.#slots.length === maxParts)
			throw new AnswerTooLong(`The answer was cut after ${maxParts.toLocaleString("en")} parts.`);
		this.#slots.push(slot);
	}

	has(kind: "text" | "thinking", key: string | number): boolean {
		return this.#prose.has(`${kind}:${key}`);
	}

	/** The text or thinking item is whole. */
	close(kind: "text" | "thinking", key: string | number): void {
		this.#close(this.#prose.get(`${kind}:${key}`));
	}

	/** The item that is open turns out to be of the other kind, and is whole. Gives its text. */
	reread(kind: "text" | "thinking", key: string | number): string {
		const prose = this.#prose.get(`${kind}:${key}`);
		if (prose?.open !== true) return "";
		prose.kind = kind === "text" ? "thinking" : "text";
		this.#close(prose);
		return prose.text;
	}

	closeAll(): void {
		for (const prose of this.#prose.values()) this.#close(prose);
	}

	#close(prose: Prose | undefined): void {
		if (prose?.open !== true) return;
		prose.open = false;
		this.#tell({ kind: prose.kind, itemId: prose.itemId, text: prose.text });
	}

	/** A whole call, to be reported when it runs. `json` is what the model wrote as arguments. Throws `AnswerTooLong`. */
	call(name: string, json: string, executor: ToolCall["executor"] = "server"): Call {
		if (json.length > maxChars) this.grow(json.length);
		const { args, problem } = parseArguments(json);
		const call: ToolCall = { kind: "toolCall", callId: newCallId(), name, args, executor };
		const slot: Call = { kind: "call", call, problem, reported: false };
		this.#add(slot);
		return slot;
	}

	/** A call that runs at the provider, as part of the response. */
	providerCall(name: string, args: Readonly<Record<string, unknown>>): string {
		const call: ToolCall = { kind: "toolCall", callId: newCallId(), name, args, executor: "provider" };
		this.#add({ kind: "call", call, problem: null, reported: true });
		this.#tell({ kind: "toolCall", call });
		return call.callId;
	}

	providerResult(told: ToolResult): void {
		const result = { ...told, content: settledContent(told.content) };
		this.providerResults.push(result);
		this.#tell({ kind: "toolResult", result });
	}

	/** Gives provider calls that are still without a result one that says so. */
	settleProviderCalls(goesOn = false): void {
		const settled = new Set(this.providerResults.map(({ callId }) => callId));
		for (const slot of this.#slots) {
			if (slot.kind !== "call" || !slot.reported || settled.has(slot.call.callId)) continue;
			const { callId } = slot.call;
			this.providerResult(goesOn ? continuedResult(callId) : cancelledResult(callId));
		}
	}

	/** Calls that have to be run. */
	calls(): readonly Call[] {
		return this.#slots.filter((slot) => slot.kind === "call" && !slot.reported) as Call[];
	}

	entry(native: NativeItems | null): AssistantEntry {
		return { role: "assistant", items: this.#slots.map(toItem), ...(native === null ? {} : { native }) };
	}

	/** The response without the calls that are not run. */
	entryWithoutCalls(): AssistantEntry {
		return {
			role: "assistant",
			items: this.#slots.filter((slot) => slot.kind !== "call" || slot.reported).map(toItem),
		};
	}

	/** Tells what had arrived of a response that will not be finished. */
	abandon(): void {
		this.closeAll();
		this.settleProviderCalls();
		const entry = this.entryWithoutCalls();
		if (entry.items.length === 0) return;
		this.#tell({ kind: "response", entry: { ...entry, partial: true } });
		if (this.providerResults.length > 0) this.#tell({ kind: "toolResults", results: this.providerResults });
	}
}

const toItem = (slot: Slot): AssistantItem =>
	slot.kind === "call" ? slot.call : { kind: slot.kind, text: slot.text };

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
