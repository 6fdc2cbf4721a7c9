/** `openai-api`: OpenAI's Responses through the SDK, without state on their side. */
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Backend, Environment, Model } from "../backend.ts";
import { clientCache } from "../http/clientCache.ts";
import { readEvents } from "../http/eventStream.ts";
import { describeFailure } from "../http/failure.ts";
import { makeOpenAiClient, openAiBaseUrl, openAiEndpoint } from "../http/openaiClient.ts";
import { Refusals } from "../http/refusals.ts";
import { orAborted, untilAborted } from "../loop/abort.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../loop/retry.ts";
import { runToolLoop } from "../loop/toolLoop.ts";
import { wireNames } from "../loop/wireId.ts";
import { modelList } from "../models/modelList.ts";
import { defaultModels, openAiModels, openAiWindow } from "../models/models.ts";
import { costOf } from "../models/prices.ts";
import { keyLogin, readVariable } from "../programs/environment.ts";
import { toResponsesBody } from "./body.ts";
import { responsesRefusals } from "./refusals.ts";
import { readResponsesStream } from "./stream.ts";

const name = "openai-api";
const keyName = "OPENAI_API_KEY";
const chatInstead = "For a server that speaks Chat Completions alone choose %ipyai backend openai-chat.";

export const createOpenAiBackend = (retryPolicy: RetryPolicy = defaultRetryPolicy): Backend => {
	const clients = clientCache((environment: Environment) =>
		makeOpenAiClient(environment, openAiBaseUrl(environment), readVariable(environment, keyName)),
	);
	const refusals = new Refusals(responsesRefusals);
	const models = modelList({
		known: openAiModels,
		async ask(environment, signal) {
			const client = await clients.get(environment);
			const found: Model[] = [];
			for await (const { id } of client.models.list({ signal }))
				found.push({ id, name: null, contextWindow: openAiWindow(id) });
			return found;
		},
	});
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
			const owner = { backend: name, model, endpoint };
			const server = `${endpoint} ${model}`;
			let sent: ResponseCreateParamsStreaming | null = null;
			return runToolLoop(request, {
				retryPolicy,
				contextWindow: openAiWindow(model),
				costOf: (usage) => (endpoint === openAiEndpoint ? costOf(model, usage) : null),
				describe: (error) =>
					describeFailure(error, {
						backend: name,
						endpoint,
						keyName,
						environment,
						...(endpoint === openAiEndpoint ? {} : { whenNotFound: chatInstead }),
					}),
				adapt(error) {
					const learnt = sent && refusals.learn(server, sent, error);
					return learnt && { notice: learnt.loss && `${model} ${learnt.loss}` };
				},
				async *respond(response) {
					const { signal, items } = response;
					const client = await orAborted(clients.get(environment), signal);
					sent = refusals.fit(server, toResponsesBody(request, response, owner));
					const answer = client.responses.create(sent, { signal }).asResponse();
					const events = untilAborted(readEvents(await orAborted(answer, signal), signal), signal);
					const { output, ...end } = yield* readResponsesStream(events, items, wireNames(request.tools));
					return { ...end, native: output === null ? null : { ...owner, items: output } };
				},
			});
		},

		listModels: models.list,

		dispose: async () => clients.clear(),
	};
};
