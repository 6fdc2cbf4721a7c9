/** `openai-api`: OpenAI's Responses through the SDK, without state on their side. */
import type OpenAI from "openai";
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Api } from "../http/apiBackend.ts";
import { connectOpenAi, openAiEndpoint, openAiHome, openAiKeyName } from "../http/openaiClient.ts";
import { openAiModels, openAiWindow } from "../models/models.ts";
import { keyLogin } from "../programs/environment.ts";
import { toResponsesBody } from "./body.ts";
import { responsesRefusals } from "./refusals.ts";
import { ResponsesReader } from "./stream.ts";

export const openAiApi: Api<OpenAI, ResponseCreateParamsStreaming> = {
	name: "openai-api",
	aliases: ["openai"],
	search: true,
	home: openAiHome,
	knownModels: openAiModels,
	windowOf: openAiWindow,
	refusals: responsesRefusals,
	toBody: toResponsesBody,
	Reader: ResponsesReader,
	connect: connectOpenAi,
	login: (environment) =>
		keyLogin(environment, [openAiKeyName], "Set OPENAI_API_KEY to a key from platform.openai.com."),
	endpointOf: (model, environment) => ({
		...openAiEndpoint(model, environment),
		whenNotFound: "For a server that speaks Chat Completions alone choose %ipyai backend openai-chat.",
	}),
	list: (client, signal) => client.get("/models", { signal }),
	send: (client, body, signal) => client.responses.create(body, { signal }).asResponse(),
};
