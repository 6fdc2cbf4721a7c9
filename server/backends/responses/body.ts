/** A turn as the body of a Responses request. The input comes last: all before it stays the same while tools and settings do. */
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Asked } from "../http/endpoint.ts";
import { openAiEffort } from "../models/models.ts";
import { toResponsesInput } from "./input.ts";

const searchSizes = { l: "low", m: "medium", h: "high" } as const;

export const toResponsesBody = ({
	request,
	endpoint: { model },
	steps,
	names,
	toolsAllowed,
}: Asked): ResponseCreateParamsStreaming => {
	const effort = openAiEffort(model, request.think);
	const tools: ResponseCreateParamsStreaming["tools"] = request.tools.map((tool) => ({
		type: "function",
		name: names.toWire(tool.name),
		description: tool.description,
		parameters: { type: "object", ...tool.inputSchema },
		strict: false,
	}));
	if (request.search !== null)
		tools.push({ type: "web_search", search_context_size: searchSizes[request.search] });
	return {
		model,
		...(request.systemPrompt.trim() === "" ? {} : { instructions: request.systemPrompt }),
		...(effort === null
			? {}
			: { reasoning: { effort, summary: "auto" }, include: ["reasoning.encrypted_content"] }),
		store: false,
		stream: true,
		prompt_cache_key: request.conversationId.slice(0, 64),
		...(request.maxOutputTokens === undefined
			? {}
			: { max_output_tokens: Math.max(16, request.maxOutputTokens) }),
		...(tools.length > 0 ? { tools } : {}),
		...(tools.length > 0 && !toolsAllowed ? { tool_choice: "none" } : {}),
		input: toResponsesInput(steps, names),
	};
};
