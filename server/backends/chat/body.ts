/** A turn as the body of a Chat Completions request. */
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Asked } from "../http/endpoint.ts";
import { openAiHome } from "../http/openaiClient.ts";
import { chatEffort } from "../models/presets.ts";
import { toChatMessages } from "./messages.ts";

export const toChatBody = ({
	request,
	endpoint,
	steps,
	names,
	toolsAllowed,
}: Asked): ChatCompletionCreateParamsStreaming => {
	const effort = chatEffort(endpoint, request.think);
	const limit = request.maxOutputTokens;
	const limitName = endpoint.baseUrl === openAiHome ? "max_completion_tokens" : "max_tokens";
	const tools = request.tools.map((tool) => ({
		type: "function" as const,
		function: {
			name: names.toWire(tool.name),
			description: tool.description,
			// Some servers want the member also where there are none.
			parameters: { type: "object", properties: {}, ...tool.inputSchema },
		},
	}));
	return {
		model: endpoint.model,
		stream: true,
		stream_options: { include_usage: true },
		...(effort === null ? {} : { reasoning_effort: effort }),
		...(limit === undefined ? {} : { [limitName]: limit }),
		...(tools.length > 0 ? { tools } : {}),
		...(tools.length > 0 && !toolsAllowed ? { tool_choice: "none" } : {}),
		messages: toChatMessages(steps, {
			systemPrompt: request.systemPrompt,
			names,
			foreignSignature: endpoint.preset === "gemini",
		}),
	};
};
