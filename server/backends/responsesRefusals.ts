/** What servers that speak OpenAI's Responses refuse, by what they say. */
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import { leaveOut, type Refusable, refusing } from "./refusals.ts";

type Body = ResponseCreateParamsStreaming;

const without =
	(...names: readonly string[]) =>
	(body: Body): Body =>
		leaveOut(body, ...names);

const withoutSummary = (body: Body): Body =>
	body.reasoning?.summary == null ? body : { ...body, reasoning: leaveOut(body.reasoning, "summary") };

const withoutSearch = (body: Body): Body => {
	const tools = body.tools?.filter((tool) => tool.type !== "web_search");
	if (tools === undefined || tools.length === body.tools?.length) return body;
	return tools.length > 0 ? { ...body, tools } : leaveOut(body, "tools", "tool_choice");
};

/** First match wins: the narrower one stands first. */
export const responsesRefusals: readonly Refusable<Body>[] = [
	// An answer in one piece is read, too.
	{ refusal: /verified to stream|stream(ing)? is not supported/i, without: without("stream") },
	{
		refusal: /reasoning\.summary|reasoning summar/i,
		without: withoutSummary,
		loss: "does not tell its thinking: the provider gives summaries to verified organizations alone.",
	},
	{ refusal: /encrypted.content|\binclude\b/i, without: without("include") },
	{
		refusal: refusing("reasoning"),
		without: without("reasoning", "include"),
		loss: "takes no level of thinking: it thinks as it does by itself.",
	},
	{ refusal: refusing("prompt_cache_key"), without: without("prompt_cache_key") },
	{ refusal: refusing("max_output_tokens"), without: without("max_output_tokens") },
	{ refusal: refusing("tool_choice"), without: without("tool_choice") },
	{
		refusal: refusing("web_search"),
		without: withoutSearch,
		loss: "is asked without web search: the server has none.",
	},
	{ refusal: refusing("store"), without: without("store") },
];
