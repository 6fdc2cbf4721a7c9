/** The conversation as Chat Completions take it. Pure: equal transcripts give equal bytes. */
import type {
	ChatCompletionAssistantMessageParam,
	ChatCompletionContentPart,
	ChatCompletionMessageFunctionToolCall,
	ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Content } from "../../../protocol/index.ts";
import type { ToolResult } from "../../context/transcript.ts";
import { type Step, toDataUrl } from "../loop/settle.ts";
import { shortWireId, type WireNames } from "../loop/wireId.ts";

export type ChatMessageOptions = {
	readonly systemPrompt: string;
	readonly names: WireNames;
	/** Gemini refuses calls without a signature of its own; for calls of other models it takes this word. */
	readonly foreignSignature: boolean;
};

export const toChatMessages = (
	steps: readonly Step[],
	options: ChatMessageOptions,
): ChatCompletionMessageParam[] => {
	const messages: ChatCompletionMessageParam[] = [];
	if (options.systemPrompt.trim() !== "") messages.push({ role: "system", content: options.systemPrompt });
	/** Ids that the provider gave to the calls of a replayed response. */
	let nativeIds: string[] = [];
	for (const step of steps)
		if (step.role === "user") messages.push({ role: "user", content: toContent(step.content) });
		else if (step.role === "assistant") {
			const native = step.native?.[0] as ChatCompletionAssistantMessageParam | undefined;
			nativeIds = native?.tool_calls?.map((call) => call.id) ?? [];
			messages.push(native ?? toAssistant(step.items, options));
		} else {
			for (const [index, result] of step.results.entries())
				messages.push({
					role: "tool",
					tool_call_id: nativeIds[index] ?? shortWireId(result.callId),
					content: toText(result),
				});
			const pictures = step.results.flatMap(({ content }) => content.filter(({ kind }) => kind === "image"));
			if (pictures.length > 0)
				messages.push({
					role: "user",
					content: [
						{ type: "text", text: "<tool-images>Pictures from the tool results above.</tool-images>" },
						...pictures.map(toPart),
					],
				});
		}
	return messages;
};

const toAssistant = (
	items: Extract<Step, { role: "assistant" }>["items"],
	options: ChatMessageOptions,
): ChatCompletionAssistantMessageParam => {
	const text = items.flatMap((item) => (item.kind === "text" ? [item.text] : [])).join("\n\n");
	const calls = items.flatMap((item): ChatCompletionMessageFunctionToolCall[] =>
		item.kind === "text"
			? []
			: [
					{
						id: shortWireId(item.callId),
						type: "function",
						function: { name: options.names.toWire(item.name), arguments: JSON.stringify(item.args) },
						...(options.foreignSignature
							? { extra_content: { google: { thought_signature: "skip_thought_signature_validator" } } }
							: {}),
					},
				],
	);
	return {
		role: "assistant",
		// Some servers want the member, none wants it to be blank.
		content: text === "" ? null : text,
		...(calls.length > 0 ? { tool_calls: calls } : {}),
	};
};

/** A plain string where there is only text: small servers take nothing else. */
const toContent = (content: readonly Content[]): string | ChatCompletionContentPart[] => {
	const parts = content.map(toPart);
	const [only] = parts;
	return parts.length === 1 && only?.type === "text" ? only.text : parts;
};

const toPart = (part: Content): ChatCompletionContentPart => {
	if (part.kind === "text") return { type: "text", text: part.text };
	return { type: "image_url", image_url: { url: toDataUrl(part) } };
};

const toText = ({ content, isError }: ToolResult): string => {
	const parts = content.map((part) => (part.kind === "text" ? part.text : "[picture below]"));
	return [...(isError ? ["The tool failed:"] : []), ...parts].join("\n");
};
