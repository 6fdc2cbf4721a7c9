/** What servers that speak OpenAI's Responses refuse, by what they say. */
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import { leaveOut, losses, type Refusable, refusing, without } from "../http/refusals.ts";

type Body = ResponseCreateParamsStreaming;

const withoutSummary = (body: Body): Body =>
	body.reasoning?.summary == null ? body : { ...body, reasoning: leaveOut(body.reasoning, "summary") };

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
		loss: losses.thinking,
	},
	{ refusal: refusing("prompt_cache_key"), without: without("prompt_cache_key") },
	{ refusal: refusing("max_output_tokens"), without: without("max_output_tokens") },
	{ refusal: refusing("tool_choice"), without: without("tool_choice") },
	{
		refusal: refusing("web_search"),
		lacks: "search",
		loss: losses.search,
	},
	{ refusal: refusing("store"), without: without("store") },
];
