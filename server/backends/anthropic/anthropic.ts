/** `claude-api`: the Anthropic API through its SDK, with a key or a token from the environment. */
import type Anthropic from "@anthropic-ai/sdk";
import type { ThinkLevel } from "../../../protocol/index.ts";
import type { Backend, Environment, Model, TurnRequest } from "../backend.ts";
import { tidyBaseUrl } from "../http/baseUrl.ts";
import { clientCache } from "../http/clientCache.ts";
import { readEvents } from "../http/eventStream.ts";
import { describeFailure, MissingKey } from "../http/failure.ts";
import { Refusals } from "../http/refusals.ts";
import { orAborted, untilAborted } from "../loop/abort.ts";
import { defaultRetryPolicy, patienceMs, type RetryPolicy } from "../loop/retry.ts";
import { settleTranscript } from "../loop/settle.ts";
import { type ResponseRequest, runToolLoop } from "../loop/toolLoop.ts";
import { wireNames } from "../loop/wireId.ts";
import { modelList } from "../models/modelList.ts";
import {
	claudeEfforts,
	claudeMaxOutput,
	claudeModels,
	claudeThinking,
	claudeWindow,
	defaultModels,
	fullClaudeModel,
	thinkingBudgets,
} from "../models/models.ts";
import { costOf } from "../models/prices.ts";
import { firstSet, keyLogin, readVariable } from "../programs/environment.ts";
import { continuesWithoutThinking, markForCache, toAnthropicMessages } from "./messages.ts";
import { anthropicRefusals } from "./refusals.ts";
import { endsMessage, readAnthropicStream } from "./stream.ts";

const name = "claude-api";
const keyNames = ["ANTHROPIC_API_KEY", "ANTHROPIC_KEY", "ANTHROPIC_AUTH_TOKEN"];
const ending = { isLast: endsMessage, waitMs: 10_000 };
const searchUses = { l: 2, m: 5, h: 10 } as const;

export const createAnthropicBackend = (retryPolicy: RetryPolicy = defaultRetryPolicy): Backend => {
	const clients = clientCache(async (environment: Environment) => {
		const { default: Anthropic } = await import("@anthropic-ai/sdk");
		// Loads node:http, which takes longer than all else at the start of a server.
		const { fetchThroughProxy } = await import("../http/proxyFetch.ts");
		const key = firstSet(environment, keyNames);
		const baseURL = endpointOf(environment);
		// Without any, the SDK would look for credentials of the server's own user.
		if (key === null && baseURL === anthropicEndpoint) throw new MissingKey();
		const isToken = key?.name === "ANTHROPIC_AUTH_TOKEN";
		return new Anthropic({
			apiKey: isToken ? null : (key?.value ?? "none"),
			authToken: isToken ? key.value : null,
			baseURL,
			maxRetries: 0,
			timeout: patienceMs,
			logLevel: "off",
			fetch: fetchThroughProxy(environment),
		});
	});
	const refusals = new Refusals(anthropicRefusals);
	const models = modelList({
		known: claudeModels,
		async ask(environment, signal) {
			const client = await clients.get(environment);
			const found: Model[] = [];
			for await (const { id, display_name, max_input_tokens } of client.models.list(
				{ limit: 100 },
				{ signal },
			))
				found.push({ id, name: display_name, contextWindow: max_input_tokens ?? claudeWindow(id) });
			return found;
		},
	});
	const windowOf = (model: string) => models.window(model) ?? claudeWindow(model);

	return {
		name,
		aliases: ["api", "ipyclaude"],
		capabilities: {
			images: true,
			thinking: true,
			tools: true,
			steer: true,
			search: true,
			providerTools: false,
		},
		defaultModel: defaultModels[name].prompt,
		defaultCompletionModel: defaultModels[name].completion,
		login: (environment) =>
			keyLogin(environment, keyNames, `Set ANTHROPIC_API_KEY to a key from console.anthropic.com.`),
		warm: (environment) => void clients.get(environment).catch(() => {}),
		contextWindow: windowOf,

		runTurn(request) {
			const model = fullClaudeModel(request.model);
			const endpoint = endpointOf(request.environment);
			const server = `${endpoint} ${model}`;
			let sent: Anthropic.MessageCreateParamsStreaming | null = null;
			return runToolLoop(request, {
				retryPolicy,
				contextWindow: windowOf(model),
				costOf: (usage) => (endpoint === anthropicEndpoint ? costOf(model, usage) : null),
				describe: (error) =>
					describeFailure(error, {
						backend: name,
						endpoint,
						keyName: firstSet(request.environment, keyNames)?.name ?? "ANTHROPIC_API_KEY",
						environment: request.environment,
					}),
				adapt(error) {
					const learnt = sent && refusals.learn(server, sent, error);
					return learnt && { notice: learnt.loss && `${model} ${learnt.loss}` };
				},
				async *respond(response) {
					const { signal, items } = response;
					const names = wireNames(request.tools);
					const client = await orAborted(clients.get(request.environment), signal);
					sent = refusals.fit(server, toAnthropicBody(request, response, model, endpoint));
					const answer = client.messages.create(sent, { signal }).asResponse();
					const events = untilAborted(readEvents(await orAborted(answer, signal), signal, ending), signal);
					const { blocks, ...end } = yield* readAnthropicStream(events, items, names);
					return {
						...end,
						native: blocks === null ? null : { backend: name, model, endpoint, items: blocks },
					};
				},
			});
		},

		listModels: models.list,

		dispose: async () => clients.clear(),
	};
};

const anthropicEndpoint = "https://api.anthropic.com";

const endpointOf = (environment: Environment): string =>
	// The SDK puts the version behind it.
	tidyBaseUrl(readVariable(environment, "ANTHROPIC_BASE_URL") ?? anthropicEndpoint).replace(/\/v1$/, "");

/** The request. What changes from one request to the next stands last; cache markers are the only other change. */
const toAnthropicBody = (
	request: TurnRequest,
	response: ResponseRequest,
	model: string,
	endpoint: string,
): Anthropic.MessageCreateParamsStreaming => {
	const names = wireNames(request.tools);
	const steps = settleTranscript(response.transcript, {
		tools: new Set(request.tools.map((tool) => tool.name)),
		owner: { backend: name, model, endpoint },
	});
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
		...(tools.length > 0 && !response.toolsAllowed ? { tool_choice: { type: "none" } } : {}),
		...(request.systemPrompt.trim() === ""
			? {}
			: { system: [{ type: "text", text: request.systemPrompt, cache_control: { type: "ephemeral" } }] }),
		stream: true,
		messages: markForCache(messages),
	};
};

/** Too few tokens to think and answer: the model should not spend them on thinking. */
const minTokensToThink = 2_048;

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
