/** A turn as the body of a Messages request. Cache markers are the only change before the newest messages. */
import type Anthropic from "@anthropic-ai/sdk";
import type { ThinkLevel } from "../../../protocol/index.ts";
import type { Asked } from "../http/endpoint.ts";
import {
	claudeEfforts,
	claudeMaxOutput,
	claudeThinking,
	minTokensToThink,
	thinkingBudgets,
} from "../models/models.ts";
import { continuesWithoutThinking, markForCache, toAnthropicMessages } from "./messages.ts";

const searchUses = { l: 2, m: 5, h: 10 } as const;

export const toAnthropicBody = ({
	request,
	endpoint: { model },
	steps,
	names,
	toolsAllowed,
}: Asked): Anthropic.MessageCreateParamsStreaming => {
	const messages = toAnthropicMessages(steps, names);
	const maxTokens = Math.min(request.maxOutputTokens ?? Number.POSITIVE_INFINITY, claudeMaxOutput(model));
	const tools: Anthropic.ToolUnion[] = request.tools.map((tool) => ({
		name: names.toWire(tool.name),
		description: tool.description,
		input_schema: { type: "object", ...tool.inputSchema } as Anthropic.Tool.InputSchema,
	}));
	if (request.search !== null)
		tools.push({ type: "web_search_20250305", name: "web_search", max_uses: searchUses[request.search] });
	return {
		model,
		max_tokens: maxTokens,
		...toThinking(model, request.think, maxTokens, continuesWithoutThinking(messages)),
		...(tools.length > 0 ? { tools } : {}),
		...(tools.length > 0 && !toolsAllowed ? { tool_choice: { type: "none" } } : {}),
		...(request.systemPrompt.trim() === ""
			? {}
			: { system: [{ type: "text", text: request.systemPrompt, cache_control: { type: "ephemeral" } }] }),
		stream: true,
		messages: markForCache(messages),
	};
};

const toThinking = (
	model: string,
	think: ThinkLevel,
	maxTokens: number,
	withoutThinking: boolean,
): Pick<Anthropic.MessageCreateParams, "thinking" | "output_config"> => {
	const kind = claudeThinking(model);
	if (kind === "none") return {};
	if (kind === "budget") {
		const budget = Math.min(thinkingBudgets[think], maxTokens - 1_024);
		if (budget < 1_024 || withoutThinking) return {};
		return { thinking: { type: "enabled", budget_tokens: budget } };
	}
	const output_config = { effort: claudeEfforts[think] };
	if (maxTokens < minTokensToThink)
		return /fable|mythos|opus-5-5/.test(model)
			? { output_config }
			: { output_config, thinking: { type: "disabled" } };
	return { output_config, thinking: { type: "adaptive", display: "summarized" } };
};
