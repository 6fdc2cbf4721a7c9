/**
 * `openai-chat`: any server that speaks Chat Completions. `gemini/…`, `ollama/…` and other presets name their
 * server in the model; every other model is asked for at `OPENAI_BASE_URL`.
 */
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Login } from "../../../protocol/index.ts";
import type { Backend, Environment, Model, TurnRequest } from "../backend.ts";
import { clientCache } from "../http/clientCache.ts";
import { readEvents } from "../http/eventStream.ts";
import { describeFailure, MissingKey } from "../http/failure.ts";
import { makeOpenAiClient, openAiBaseUrl, openAiEndpoint } from "../http/openaiClient.ts";
import { Refusals } from "../http/refusals.ts";
import { orAborted, untilAborted } from "../loop/abort.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../loop/retry.ts";
import { settleTranscript } from "../loop/settle.ts";
import { type ResponseRequest, runToolLoop } from "../loop/toolLoop.ts";
import { countOf } from "../loop/usage.ts";
import { wireNames } from "../loop/wireId.ts";
import { firstToTalk, type ListedModel, listedModels } from "../models/listedModels.ts";
import { modelList } from "../models/modelList.ts";
import { openAiWindow } from "../models/models.ts";
import { chatEffort, type Endpoint, endpointOf, type Preset, presets, serversOf } from "../models/presets.ts";
import { firstSet, readVariable } from "../programs/environment.ts";
import { toChatMessages } from "./messages.ts";
import { chatRefusals } from "./refusals.ts";
import { endsChat, readChatStream } from "./stream.ts";

const name = "openai-chat";
const ending = { isLast: endsChat, waitMs: 10_000 };

export const createOpenAiChatBackend = (retryPolicy: RetryPolicy = defaultRetryPolicy): Backend => {
	const clients = clientCache((environment: Environment, model: string) => {
		const { baseUrl, key, wantsKey } = endpointOf(model, environment);
		if (key === null && wantsKey) throw new MissingKey();
		return makeOpenAiClient(environment, baseUrl, key);
	});
	const refusals = new Refusals(chatRefusals);
	/** One client for each endpoint: the model's preset stands for it. */
	const clientOf = (environment: Environment, endpoint: Endpoint) =>
		clients.get(environment, endpoint.preset === null ? "" : `${endpoint.preset}/`);

	const listOf = async (
		environment: Environment,
		endpoint: Endpoint,
		signal: AbortSignal,
	): Promise<Model[]> => {
		const client = await clientOf(environment, endpoint);
		const prefix = endpoint.preset === null ? "" : `${endpoint.preset}/`;
		return listedModels(await client.get("/models", { signal })).map((model) => ({
			id: `${prefix}${model.id}`,
			name: null,
			contextWindow: toldWindow(model),
		}));
	};
	/** A server without a list has one model, which answers to any name. */
	const firstModel = async (environment: Environment, endpoint: Endpoint, signal: AbortSignal) => {
		const models = await listOf(environment, endpoint, signal).catch((error: { status?: number }) => {
			if (error.status === 404 || error.status === 405 || error.status === 501) return [];
			throw error;
		});
		const first = firstToTalk(models) ?? "default";
		return endpoint.preset === null ? first : first.replace(`${endpoint.preset}/`, "");
	};
	const models = modelList({
		known: [],
		async ask(environment, signal) {
			const servers = serversOf(environment);
			const reachable = Object.keys(servers).filter(
				(name) => isOwn(servers, name) || firstSet(environment, servers[name]!.keyNames) !== null,
			);
			const endpoints = [
				...(isElsewhere(environment) ? [endpointOf("", environment)] : []),
				...(readVariable(environment, "OLLAMA_HOST") === null ? [] : [endpointOf("ollama/", environment)]),
				...reachable.map((preset) => endpointOf(`${preset}/`, environment)),
			];
			// A server that cannot be asked adds no models; the others still do.
			const lists = endpoints.map((endpoint) => listOf(environment, endpoint, signal).catch(() => []));
			return (await Promise.all(lists)).flat();
		},
	});
	const windowOf = (model: string) =>
		models.window(model) ?? openAiWindow(model.slice(model.indexOf("/") + 1));

	return {
		name,
		aliases: ["chat"],
		capabilities: {
			images: true,
			thinking: true,
			tools: true,
			steer: true,
			search: false,
			providerTools: false,
		},
		defaultModel: null,
		defaultCompletionModel: null,
		login: chatLogin,
		warm(environment) {
			// A server of one's own knows the windows of its models, and nobody else does.
			if (isElsewhere(environment)) void models.list(environment, new AbortController().signal);
		},
		contextWindow: windowOf,

		runTurn(request) {
			const { environment } = request;
			const endpoint = endpointOf(request.model, environment);
			let { model } = endpoint;
			let sent: ChatCompletionCreateParamsStreaming | null = null;
			const server = () => `${endpoint.baseUrl} ${model}`;
			return runToolLoop(request, {
				retryPolicy,
				contextWindow: windowOf(request.model),
				describe: (error) =>
					describeFailure(error, {
						backend: name,
						endpoint: endpoint.baseUrl,
						keyName: endpoint.keyName,
						environment,
					}),
				adapt(error) {
					const learnt = sent && refusals.learn(server(), sent, error);
					return learnt && { notice: learnt.loss && `${model} ${learnt.loss}` };
				},
				async *respond(response) {
					const { signal, items } = response;
					const client = await orAborted(clientOf(environment, endpoint), signal);
					// A local server has usually one model, and no name for it is known before it is asked.
					if (model === "") model = await orAborted(firstModel(environment, endpoint, signal), signal);
					const owner = { backend: name, model, endpoint: endpoint.baseUrl };
					sent = refusals.fit(server(), toChatBody(request, response, endpoint, owner));
					const answer = client.chat.completions.create(sent, { signal }).asResponse();
					const events = untilAborted(readEvents(await orAborted(answer, signal), signal, ending), signal);
					const { message, ...end } = yield* readChatStream(events, items, wireNames(request.tools));
					return { ...end, native: message === null ? null : { ...owner, items: [message] } };
				},
			});
		},

		listModels: models.list,

		dispose: async () => clients.clear(),
	};
};

/** The window as vLLM, OpenRouter, LM Studio and llama.cpp tell it in their lists. */
const toldWindow = (told: ListedModel): number | null => {
	const meta = (told.meta ?? {}) as { n_ctx?: unknown; n_ctx_train?: unknown };
	const windows = [
		told.max_model_len,
		told.context_length,
		told.max_context_length,
		told.context_window,
		meta.n_ctx,
		meta.n_ctx_train,
	];
	return windows.map(countOf).find((window) => window !== null) ?? openAiWindow(told.id);
};

const isElsewhere = (environment: Environment): boolean => openAiBaseUrl(environment) !== openAiEndpoint;

/** A server that the person has named. */
const isOwn = (servers: Readonly<Record<string, Preset>>, name: string): boolean =>
	servers[name] !== presets[name];

const chatLogin = (environment: Environment): Login => {
	if (isElsewhere(environment))
		return readVariable(environment, "OPENAI_API_KEY") === null
			? { kind: "notNeeded" }
			: { kind: "environment", name: "OPENAI_API_KEY" };
	const servers = serversOf(environment);
	const key = firstSet(
		environment,
		Object.values(servers).flatMap((server) => server.keyNames),
	);
	if (key !== null) return { kind: "environment", name: key.name };
	if (Object.keys(servers).some((name) => isOwn(servers, name) && servers[name]!.keyNames.length === 0))
		return { kind: "notNeeded" };
	return {
		kind: "missing",
		hint: `Set OPENAI_BASE_URL to a server that speaks Chat Completions, or choose a model such as ollama/qwen3.`,
	};
};

const toChatBody = (
	request: TurnRequest,
	response: ResponseRequest,
	endpoint: Endpoint,
	owner: { backend: string; model: string; endpoint: string },
): ChatCompletionCreateParamsStreaming => {
	const names = wireNames(request.tools);
	const effort = chatEffort(endpoint, request.think);
	const steps = settleTranscript(response.transcript, {
		tools: new Set(request.tools.map((tool) => tool.name)),
		owner,
	});
	const limit = request.maxOutputTokens;
	return {
		model: owner.model,
		stream: true,
		stream_options: { include_usage: true },
		...(effort === null ? {} : { reasoning_effort: effort }),
		...(limit === undefined ? {} : { [endpoint.isOpenAi ? "max_completion_tokens" : "max_tokens"]: limit }),
		...(request.tools.length > 0
			? {
					tools: request.tools.map((tool) => ({
						type: "function" as const,
						function: {
							name: names.toWire(tool.name),
							description: tool.description,
							// Some servers want the member also where there are none.
							parameters: { type: "object", properties: {}, ...tool.inputSchema },
						},
					})),
				}
			: {}),
		...(request.tools.length > 0 && !response.toolsAllowed ? { tool_choice: "none" } : {}),
		messages: toChatMessages(steps, {
			systemPrompt: request.systemPrompt,
			names,
			foreignSignature: endpoint.preset === "gemini",
		}),
	};
};
