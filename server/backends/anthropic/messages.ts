/** The conversation as Anthropic Messages take it. Pure: equal transcripts give equal bytes. */
import type Anthropic from "@anthropic-ai/sdk";
import type { Content } from "../../../protocol/index.ts";
import type { Step } from "../loop/settle.ts";
import { type WireNames, wireId } from "../loop/wireId.ts";

type Message = { readonly role: "user" | "assistant"; readonly content: Block[] };
type Block = Anthropic.ContentBlockParam;

export const toAnthropicMessages = (steps: readonly Step[], names: WireNames): Message[] => {
	const messages: Message[] = [];
	/** Ids that the provider gave to the calls of a replayed response. */
	let nativeIds: string[] = [];
	const say = (role: "user" | "assistant", blocks: readonly Block[]) => {
		const last = messages.at(-1);
		if (last?.role === role) last.content.push(...blocks);
		else messages.push({ role, content: [...blocks] });
	};
	for (const step of steps)
		if (step.role === "user") say("user", step.content.map(toBlock));
		else if (step.role === "assistant") {
			const native = step.native as Block[] | null;
			nativeIds = (native ?? []).flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
			if (messages.length === 0) say("user", [{ type: "text", text: "(earlier)" }]);
			say("assistant", native ?? step.items.map((item) => toItemBlock(item, names)));
		} else
			say(
				"user",
				step.results.map((result, index) => ({
					type: "tool_result",
					tool_use_id: nativeIds[index] ?? wireId(result.callId),
					content: result.content.map(toBlock),
					...(result.isError ? { is_error: true } : {}),
				})),
			);
	return messages;
};

export const toBlock = (part: Content): Anthropic.TextBlockParam | Anthropic.ImageBlockParam => {
	if (part.kind === "text") return { type: "text", text: part.text };
	const media_type = part.mimeType as Anthropic.Base64ImageSource["media_type"];
	return { type: "image", source: { type: "base64", media_type, data: part.data } };
};

const toItemBlock = (item: Extract<Step, { role: "assistant" }>["items"][number], names: WireNames): Block =>
	item.kind === "text"
		? { type: "text", text: item.text }
		: { type: "tool_use", id: wireId(item.callId), name: names.toWire(item.name), input: item.args };

/** Marks the ends of this request and of the one before, so that both are found in the provider's cache. */
export const markForCache = (messages: readonly Message[]): Message[] => {
	const users = messages.flatMap((message, index) => (message.role === "user" ? [index] : []));
	const marked = new Set(users.slice(-2));
	return messages.map((message, index) => {
		const { content } = message;
		const last = content.at(-1);
		if (!marked.has(index) || last === undefined) return message;
		const block = { ...last, cache_control: { type: "ephemeral" } } as Block;
		return { ...message, content: [...content.slice(0, -1), block] };
	});
};

/** True when the request continues a tool round whose response begins without thinking, as a switched one may. */
export const continuesWithoutThinking = (messages: readonly Message[]): boolean => {
	const results = messages.at(-1)?.content;
	const response = messages.at(-2)?.content;
	if (results?.[0]?.type !== "tool_result") return false;
	return response?.[0]?.type !== "thinking" && response?.[0]?.type !== "redacted_thinking";
};
