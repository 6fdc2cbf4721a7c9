/**
 * The canonical transcript: what a conversation was, in no provider's terms. The server keeps it and seeds any
 * backend from it. A backend turns it into its own wire format; equal transcripts give equal bytes.
 */
import type { Content } from "../../protocol/index.ts";

/** One step of the conversation. A turn is a user entry, then assistant and tool entries in turn. */
export type Entry =
	| { readonly role: "user"; readonly content: readonly Content[] }
	| AssistantEntry
	| { readonly role: "tool"; readonly results: readonly ToolResult[] };

/** One response of the model. */
export type AssistantEntry = {
	readonly role: "assistant";
	readonly items: readonly AssistantItem[];
	/** The provider's own form of `items`, replayed instead of them where it came from. */
	readonly native?: NativeItems;
	/** Cut short by a cancel or an error: only what had arrived. */
	readonly partial?: boolean;
};

export type AssistantItem =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "thinking"; readonly text: string }
	| ToolCall;

export type ToolCall = {
	readonly kind: "toolCall";
	/** Ours; adapters map it to what their provider takes. */
	readonly callId: string;
	readonly name: string;
	readonly args: Readonly<Record<string, unknown>>;
	/** `provider`: the provider ran it itself, its result is in the next tool entry all the same. */
	readonly executor: "server" | "provider";
};

export type ToolResult = {
	readonly callId: string;
	readonly content: readonly Content[];
	readonly isError: boolean;
};

/**
 * Signed thinking, encrypted reasoning and the like. Valid only for exactly this backend, model and endpoint;
 * anywhere else `items` is used.
 */
export type NativeItems = {
	readonly backend: string;
	readonly model: string;
	readonly endpoint: string;
	readonly items: readonly unknown[];
};
