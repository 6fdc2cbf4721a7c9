/** `openai-api`: OpenAI's Responses through the SDK, without state on their side. */
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import { orAborted, untilAborted } from "./abort.ts";
import type { Backend, Environment, TurnRequest } from "./backend.ts";
import { clientCache } from "./clientCache.ts";
import { keyLogin, readVariable } from "./environment.ts";
import { describeFailure } from "./failure.ts";
import { defaultModels, openAiEffort, openAiModels, openAiWindow } from "./models.ts";
import { makeOpenAiClient, openAiBaseUrl } from "./openaiClient.ts";
import { toResponsesInput } from "./responsesInput.ts";
import { readResponsesStream } from "./responsesStream.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.ts";
import { settleTranscript } from "./settle.ts";
import { type ResponseRequest, runToolLoop } from "./toolLoop.ts";
import { wireNames } from "./wireId.ts";

const name = "openai-api";
const keyName = "OPENAI_API_KEY";
const searchSizes = { l: "low", m: "medium", h: "high" } as const;

export const createOpenAiBackend = (retryPolicy: RetryPolicy = defaultRetryPolicy): Backend => {
	const clients = clientCache((environment: Environment) =>
		makeOpenAiClient(environment, openAiBaseUrl(environment), readVariable(environment, keyName)),
	);
	return {
		name,
		aliases: ["openai"],
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
			keyLogin(environment, [keyName], "Set OPENAI_API_KEY to a key from platform.openai.com."),
		warm: (environment) => void clients.get(environment).catch(() => {}),
		contextWindow: openAiWindow,

		runTurn(request) {
			const { environment, model } = request;
			const endpoint = openAiBaseUrl(environment);
			return runToolLoop(request, {
				retryPolicy,
				contextWindow: openAiWindow(model),
				describe: (error) => describeFailure(error, { backend: name, endpoint, keyName, environment }),
				async *respond(response) {
					const { signal, items } = response;
					const client = await orAborted(clients.get(environment), signal);
					const body = toResponsesBody(request, response, endpoint);
					const stream = await orAborted(client.responses.create(body, { signal }), signal);
					const names = wireNames(request.tools);
					const { output, ...end } = yield* readResponsesStream(untilAborted(stream, signal), items, names);
					return {
						...end,
						native: output === null ? null : { backend: name, model, endpoint, items: output },
					};
				},
			});
		},

		async listModels(environment, signal) {
			try {
				const client = await clients.get(environment);
				const models = [];
				for await (const { id } of client.models.list({ signal }))
					models.push({ id, name: null, contextWindow: openAiWindow(id) });
				return models.length > 0 ? models : openAiModels;
			} catch {
				// Without a key or a network the known models are the answer.
				return openAiModels;
			}
		},

		dispose: async () => clients.clear(),
	};
};

/** The request. The input comes last: all before it stays the same while tools and settings do. */
const toResponsesBody = (
	request: TurnRequest,
	response: ResponseRequest,
	endpoint: string,
): ResponseCreateParamsStreaming => {
	const { model } = request;
	const names = wireNames(request.tools);
	const effort = openAiEffort(model, request.think);
	const steps = settleTranscript(response.transcript, {
		tools: new Set(request.tools.map((tool) => tool.name)),
		owner: { backend: name, model, endpoint },
	});
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
		...(tools.length > 0 && !response.toolsAllowed ? { tool_choice: "none" } : {}),
		input: toResponsesInput(steps, names),
	};
};
