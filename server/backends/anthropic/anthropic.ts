/** `claude-api`: the Anthropic API through its SDK, with a key or a token from the environment. */
import type Anthropic from "@anthropic-ai/sdk";
import type { Api } from "../http/apiBackend.ts";
import { tidyBaseUrl } from "../http/baseUrl.ts";
import { fetchFor } from "../http/fetch.ts";
import { patienceMs } from "../loop/retry.ts";
import { claudeModels, claudeWindow, fullClaudeModel } from "../models/models.ts";
import { firstSet, keyLogin, readVariable } from "../programs/environment.ts";
import { toAnthropicBody } from "./body.ts";
import { anthropicRefusals } from "./refusals.ts";
import { AnthropicReader } from "./stream.ts";

const home = "https://api.anthropic.com";
const tokenName = "ANTHROPIC_AUTH_TOKEN";
const keyNames = ["ANTHROPIC_API_KEY", "ANTHROPIC_KEY", tokenName];

export const anthropicApi: Api<Anthropic, Anthropic.MessageCreateParamsStreaming> = {
	name: "claude-api",
	aliases: ["api", "ipyclaude"],
	search: true,
	home,
	knownModels: claudeModels,
	windowOf: claudeWindow,
	refusals: anthropicRefusals,
	toBody: toAnthropicBody,
	Reader: AnthropicReader,
	login: (environment) =>
		keyLogin(environment, keyNames, "Set ANTHROPIC_API_KEY to a key from console.anthropic.com."),
	endpointOf(model, environment) {
		// The SDK puts the version behind it.
		const baseUrl = tidyBaseUrl(readVariable(environment, "ANTHROPIC_BASE_URL") ?? home).replace(/\/v1$/, "");
		const found = firstSet(environment, keyNames);
		return {
			baseUrl,
			model: fullClaudeModel(model),
			key: found?.value ?? null,
			keyName: found?.name ?? keyNames[0]!,
			// Without any, the SDK would look for credentials of the server's own user.
			wantsKey: baseUrl === home,
		};
	},
	async connect({ baseUrl, key, keyName }, environment) {
		const { default: Anthropic } = await import("@anthropic-ai/sdk");
		const isToken = keyName === tokenName;
		return new Anthropic({
			apiKey: isToken ? null : (key ?? "none"),
			authToken: isToken ? key : null,
			baseURL: baseUrl,
			maxRetries: 0,
			timeout: patienceMs,
			logLevel: "off",
			fetch: fetchFor(environment),
		});
	},
	list: (client, signal) => client.get("/v1/models", { query: { limit: 1_000 }, signal }),
	send: (client, body, signal) => client.messages.create(body, { signal }).asResponse(),
};
