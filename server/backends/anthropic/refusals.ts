/** What servers that speak Anthropic's Messages refuse, by what they say: gateways to other clouds, other providers. */
import type Anthropic from "@anthropic-ai/sdk";
import {
	changeEach,
	leaveOut,
	losses,
	type Refusable,
	refusing,
	withMember,
	without,
} from "../http/refusals.ts";

type Body = Anthropic.MessageCreateParamsStreaming;
const bare = <T extends object>(blocks: readonly T[]): T[] =>
	changeEach(blocks, (block) => leaveOut(block, "cache_control")) as T[];

const withoutMarkers = (body: Body): Body => {
	const messages = changeEach(body.messages, (message) =>
		typeof message.content === "string" ? message : withMember(message, "content", bare(message.content)),
	);
	const unmarked = withMember(body, "messages", messages as Anthropic.MessageParam[]);
	return Array.isArray(body.system) ? withMember(unmarked, "system", bare(body.system)) : unmarked;
};

/** So many tokens every model can answer with. */
const safeOutputTokens = 4_096;

/** First match wins: the narrower one stands first. */
export const anthropicRefusals: readonly Refusable<Body>[] = [
	{
		refusal: refusing("web_search"),
		lacks: "search",
		loss: losses.search,
	},
	{ refusal: refusing("cache_control"), without: withoutMarkers },
	{ refusal: /signature|thinking.{0,40}cannot be modified/i, lacks: "native" },
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
		lacks: "pictures",
		loss: losses.pictures,
	},
	{
		refusal: /support (tool|function)|(tool|function).{0,20}(not|un)\s?support/i,
		lacks: "tools",
		loss: losses.tools,
	},
];
