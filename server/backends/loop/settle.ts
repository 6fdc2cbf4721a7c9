/**
 * The canonical transcript made safe for any provider: every call has exactly one result right after it, nothing
 * is blank, native items stand only where they are valid. A pure function: equal transcripts settle equally, and a
 * longer transcript begins with what the shorter one settled to.
 */
import { textOf } from "../../../ground/text/contentText.ts";
import type { Content } from "../../../protocol/index.ts";
import type { AssistantItem, Entry, NativeItems, ToolCall, ToolResult } from "../../context/transcript.ts";
import { cancelledResult } from "./results.ts";

export type Step =
	| { readonly role: "user"; readonly content: readonly Content[] }
	| {
			readonly role: "assistant";
			/** Text and calls to say in the provider's terms; thinking is left out. */
			readonly items: readonly (Extract<AssistantItem, { kind: "text" }> | ToolCall)[];
			/** Stands instead of `items`. */
			readonly native: readonly unknown[] | null;
	  }
	/** Exactly one result for each call of the assistant step before, in the order of the calls. */
	| { readonly role: "tool"; readonly results: readonly ToolResult[] };

/** Whose native items may be replayed. */
export type Owner = Omit<NativeItems, "items">;

export type SettleOptions = {
	/** The tools on offer. Calls of others become text. */
	readonly tools: ReadonlySet<string>;
	/** `null`: nobody's are replayed. */
	readonly owner: Owner | null;
	/** True where nothing is said. */
	readonly takesPictures?: boolean;
	/** Calls that the provider's own client ran are told as calls too, to a client that has these tools. */
	readonly replaysProviderCalls?: boolean;
};

export const settleTranscript = (transcript: readonly Entry[], options: SettleOptions): Step[] => {
	const steps: Step[] = [];
	let interrupted = false;
	for (const [index, entry] of transcript.entries()) {
		if (entry.role === "tool") continue;
		if (entry.role === "user") {
			const note: Content[] = interrupted ? [{ kind: "text", text: interruptedNote }] : [];
			interrupted = false;
			steps.push({
				role: "user",
				content: [...note, ...sendable(entry.content, "(empty)", options.takesPictures)],
			});
			continue;
		}
		const next = transcript[index + 1];
		const results = new Map(
			(next?.role === "tool" ? next.results : []).map((result) => [result.callId, result]),
		);
		const calls = entry.items.filter((item) => item.kind === "toolCall");
		const isPaired = (call: ToolCall) => call.executor === "server" || options.replaysProviderCalls === true;
		const ours = calls.filter(isPaired);
		const isOffered = (call: ToolCall) => isPaired(call) && options.tools.has(call.name);
		const native =
			entry.native !== undefined && isOwner(entry.native, options.owner) && ours.every(isOffered)
				? entry.native.items
				: null;
		const told = native === null ? calls.filter((call) => !isOffered(call)) : [];
		const items = entry.items.flatMap((item): (Extract<AssistantItem, { kind: "text" }> | ToolCall)[] => {
			if (item.kind === "thinking") return [];
			if (item.kind === "text") return item.text.trim() === "" ? [] : [item];
			return isOffered(item) ? [item] : [{ kind: "text", text: callAsText(item) }];
		});
		if (items.length > 0 || native !== null) steps.push({ role: "assistant", items, native });
		const answered = ours.filter(isOffered).map((call) => {
			const result = results.get(call.callId) ?? cancelledResult(call.callId);
			return { ...result, content: sendable(result.content, "(no output)", options.takesPictures) };
		});
		if (answered.length > 0) steps.push({ role: "tool", results: answered });
		const texts = told.flatMap((call) =>
			resultAsText(call, results.get(call.callId) ?? cancelledResult(call.callId)),
		);
		if (texts.length > 0) steps.push({ role: "user", content: texts });
		interrupted = entry.partial === true;
	}
	return steps;
};

const interruptedNote = "[The answer before was interrupted.]";

const isOwner = (native: NativeItems, owner: Owner | null): boolean =>
	native.backend === owner?.backend && native.model === owner.model && native.endpoint === owner.endpoint;

/** What all providers take: nothing blank, four kinds of pictures, and in the place of nothing a word. */
export const sendable = (content: readonly Content[], otherwise: string, takesPictures = true): Content[] => {
	const parts = content.flatMap((part): Content[] => {
		if (part.kind === "text") return part.text.trim() === "" ? [] : [part];
		if (takesPictures && /^image\/(png|jpeg|gif|webp)$/.test(part.mimeType)) return [part];
		return [{ kind: "text", text: `[a picture (${part.mimeType}), which this model does not take]` }];
	});
	return parts.length > 0 ? parts : [{ kind: "text", text: otherwise }];
};

const callAsText = (call: ToolCall): string =>
	`<tool-call name="${call.name}">${JSON.stringify(call.args)}</tool-call>`;

const resultAsText = (call: ToolCall, result: ToolResult): Content[] => {
	const text = textOf(result.content);
	const pictures = result.content.filter((part) => part.kind === "image");
	return [{ kind: "text", text: `<tool-result name="${call.name}">${text}</tool-result>` }, ...pictures];
};

export const toDataUrl = ({ mimeType, data }: Extract<Content, { kind: "image" }>): string =>
	`data:${mimeType};base64,${data}`;
