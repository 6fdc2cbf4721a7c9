/** What servers that speak Anthropic's Messages refuse, by what they say: gateways to other clouds, other providers. */
import type Anthropic from "@anthropic-ai/sdk";
import {
	callText,
	changeEach,
	keepTools,
	leaveOut,
	losses,
	pictureNote,
	type Refusable,
	refusing,
	resultText,
	withMember,
	without,
} from "../http/refusals.ts";

type Body = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.ContentBlockParam;

const inBlocks =
	(change: (block: Block) => Block | null) =>
	(body: Body): Body => {
		const messages = changeEach(body.messages, (message) => {
			if (typeof message.content === "string") return message;
			const blocks = message.content.map(change);
			if (blocks.every((block, index) => block === message.content[index])) return message;
			const left = blocks.filter((block) => block !== null);
			const content: Block[] = left.length > 0 ? left : [{ type: "text", text: "(thinking)" }];
			return { ...message, content } as Anthropic.MessageParam;
		});
		return withMember(body, "messages", messages as Anthropic.MessageParam[]);
	};

const withoutMarkers = (body: Body): Body => {
	const bare = inBlocks((block) => leaveOut(block, "cache_control"))(body);
	if (!Array.isArray(bare.system)) return bare;
	const system = changeEach(bare.system, (block) => leaveOut(block, "cache_control"));
	return withMember(bare, "system", system as Anthropic.TextBlockParam[]);
};

const isThinking = (block: Block): boolean => block.type === "thinking" || block.type === "redacted_thinking";

/** Without signatures there is nothing to think on from, so the model is not asked to. */
const withoutThinkingBlocks = (body: Body): Body => {
	const bare = inBlocks((block) => (isThinking(block) ? null : block))(body);
	return bare === body ? body : leaveOut(bare, "thinking");
};

const withoutSearch = (body: Body): Body =>
	keepTools<Anthropic.ToolUnion, Body>(body, (tool) => !("max_uses" in tool));

const told = (content: unknown): string =>
	typeof content === "string"
		? content
		: ((content ?? []) as Block[]).map((block) => (block.type === "text" ? block.text : "")).join("\n\n");

const withoutTools = (body: Body): Body => {
	const bare = inBlocks((block) => {
		if (block.type === "tool_use")
			return {
				type: "text",
				text: callText(block.name, JSON.stringify(block.input)),
			};
		if (block.type !== "tool_result") return block;
		return { type: "text", text: resultText(told(block.content)) };
	})(body);
	return leaveOut(bare, "tools", "tool_choice");
};

/** So many tokens every model can answer with. */
const safeOutputTokens = 4_096;

const noPicture: Anthropic.TextBlockParam = { type: "text", text: pictureNote };

const withoutPictures = inBlocks((block) => {
	if (block.type === "image") return noPicture;
	if (block.type !== "tool_result" || !Array.isArray(block.content)) return block;
	type Part = (typeof block.content)[number];
	const parts = changeEach<Part>(block.content, (part) => (part.type === "image" ? noPicture : part));
	return withMember(block, "content", parts as Part[]);
});

/** First match wins: the narrower one stands first. */
export const anthropicRefusals: readonly Refusable<Body>[] = [
	{
		refusal: refusing("web_search"),
		without: withoutSearch,
		loss: losses.search,
	},
	{ refusal: refusing("cache_control"), without: withoutMarkers },
	{ refusal: /signature|thinking.{0,40}cannot be modified/i, without: withoutThinkingBlocks },
	{
		refusal: refusing("(thinking|output_config|effort|adaptive)"),
		without: without("thinking", "output_config"),
		loss: losses.thinking,
	},
	{
		refusal: /max_tokens(?!.*context).*(maximum|range|must be|less than|exceed)/is,
		without: (body) => withMember(body, "max_tokens", Math.min(body.max_tokens, safeOutputTokens)),
	},
	{ refusal: refusing("tool_choice"), without: without("tool_choice") },
	{
		refusal: /support (image|vision|multimodal)|images? (input )?(is|are) not supported|not a multimodal/i,
		without: withoutPictures,
		loss: losses.pictures,
	},
	{
		refusal: /support (tool|function)|(tool|function).{0,20}(not|un)\s?support/i,
		without: withoutTools,
		loss: losses.tools,
	},
];
