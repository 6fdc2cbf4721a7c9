/**
 * `openai-chat`: any server that speaks Chat Completions. `gemini/…`, `ollama/…` and other presets name their
 * server in the model; every other model is asked for at `OPENAI_BASE_URL`.
 */
import type OpenAI from "openai";
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Login } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";
import type { Api } from "../http/apiBackend.ts";
import { connectOpenAi, openAiHome, openAiKeyName } from "../http/openaiClient.ts";
import { openAiWindow } from "../models/models.ts";
import { endpointOf, isOwn, serversOf } from "../models/presets.ts";
import { firstSet, readVariable } from "../programs/environment.ts";
import { toChatBody } from "./body.ts";
import { chatRefusals } from "./refusals.ts";
import { ChatReader } from "./stream.ts";

const chatLogin = (environment: Environment): Login => {
	if (!endpointOf("", environment).wantsKey)
		return readVariable(environment, openAiKeyName) === null
			? { kind: "notNeeded" }
			: { kind: "environment", name: openAiKeyName };
	const servers = serversOf(environment);
	const key = firstSet(
		environment,
		Object.values(servers).flatMap((server) => server.keyNames),
	);
	if (key !== null) return { kind: "environment", name: key.name };
	if (Object.keys(servers).some((name) => isOwn(name, environment) && servers[name]!.keyNames.length === 0))
		return { kind: "notNeeded" };
	return {
		kind: "missing",
		hint: "Set OPENAI_BASE_URL to a server that speaks Chat Completions, or choose a model such as ollama/qwen3.",
	};
};

export const chatApi: Api<OpenAI, ChatCompletionCreateParamsStreaming> = {
	name: "openai-chat",
	aliases: ["chat"],
	search: false,
	home: openAiHome,
	knownModels: [],
	windowOf: (model) => openAiWindow(model.slice(model.indexOf("/") + 1)),
	refusals: chatRefusals,
	toBody: toChatBody,
	Reader: ChatReader,
	endpointOf,
	connect: connectOpenAi,
	login: chatLogin,
	listing(environment) {
		const servers = serversOf(environment);
		const own = endpointOf("", environment);
		const reachable = Object.keys(servers).filter((name) =>
			name === "ollama" && !isOwn(name, environment)
				? readVariable(environment, "OLLAMA_HOST") !== null
				: isOwn(name, environment) || firstSet(environment, servers[name]!.keyNames) !== null,
		);
		return [...(own.wantsKey ? [] : [own]), ...reachable.map((name) => endpointOf(`${name}/`, environment))];
	},
	isOwn: ({ preset, wantsKey }, environment) =>
		!wantsKey || (preset !== undefined && isOwn(preset, environment)),
	list: (client, signal) => client.get("/models", { signal }),
	send: (client, body, signal) => client.chat.completions.create(body, { signal }).asResponse(),
};
