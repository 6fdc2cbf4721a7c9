/** One model response of a Codex turn while its notifications arrive. */
import type { NativeItems, ToolCall } from "../../context/transcript.ts";
import type { TurnUpdate } from "../backend.ts";
import { ResponseItems } from "../loop/responseItems.ts";
import type { Owner } from "../loop/settle.ts";
import type { WireNames } from "../loop/wireId.ts";
import type { Params } from "./appServer.ts";
import { isOwnTool } from "./ownTools.ts";

export class CodexResponse {
	readonly items: ResponseItems;
	readonly #names: WireNames;
	/** What the model said, in its own form. */
	readonly #raw: Params[] = [];
	readonly #callIds: string[] = [];

	constructor(names: WireNames, tell: (update: TurnUpdate) => void) {
		this.#names = names;
		this.items = new ResponseItems(tell);
	}

	get isEmpty(): boolean {
		return !this.items.shown && this.#raw.length === 0;
	}

	/** A script of the model's, from which Codex calls tools one by one. */
	get isScript(): boolean {
		return this.#raw.some((item) => item.type === "custom_tool_call" && !isOwnTool(item.name));
	}

	/** The calls of ours with Codex's ids for them. */
	calls(): (readonly [string, { call: ToolCall; problem: string | null }])[] {
		return this.items.calls().map((call, index) => [this.#callIds[index] ?? call.call.callId, call]);
	}

	addCall(callId: string, name: string, json: string): void {
		this.items.call(this.#names.fromWire(name), json, isOwnTool(name) ? "provider" : "server");
		this.#callIds.push(callId);
	}

	/** An item is whole, as Codex shows it. */
	close(item: Params): void {
		if (item.type === "agentMessage") {
			if (!this.items.has("text", item.id)) this.items.delta("text", item.id, item.text);
			this.items.close("text", item.id);
		} else if (item.type === "reasoning") this.items.close("thinking", item.id);
	}

	/** An item is whole, as the model said it. */
	take(item: Params): void {
		const isSaid = item.type === "message" && item.role === "assistant";
		if (!isSaid && !modelItems.has(item.type)) return;
		const { internal_chat_message_metadata_passthrough: _, ...own } = item;
		this.#raw.push(own);
		if (item.type === "function_call") this.addCall(item.call_id, item.name, item.arguments);
		if (item.type === "custom_tool_call" && isOwnTool(item.name))
			this.addCall(item.call_id, item.name, JSON.stringify({ patch: item.input }));
		if (item.type === "web_search_call") {
			const callId = this.items.providerCall("web_search", { ...item.action });
			const content = [{ kind: "text", text: "Searched the web." }] as const;
			this.items.providerResult({ callId, content, isError: false });
		}
	}

	/** The response as a later thread can be given it, where its own form is needed. */
	native(owner: Owner): NativeItems | null {
		// What Codex answers itself means nothing without the answer.
		const isAnswered = ({ type, name }: Params) =>
			type === "custom_tool_call" || (type === "function_call" && isOwnTool(name));
		if (this.#raw.some(isAnswered) || this.#raw.at(-1)?.type === "reasoning") return null;
		const hasReasoning = this.#raw.some((item) => item.type === "reasoning" && item.encrypted_content);
		return hasReasoning ? { ...owner, items: [...this.#raw] } : null;
	}
}

const modelItems = new Set(["reasoning", "function_call", "custom_tool_call", "web_search_call"]);
