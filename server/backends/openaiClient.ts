/** The OpenAI SDK's client, made from a request's environment alone. */
import type OpenAI from "openai";
import type { Environment } from "./backend.ts";
import { readVariable, withoutSlash } from "./environment.ts";

export const openAiEndpoint = "https://api.openai.com/v1";

export const openAiBaseUrl = (environment: Environment): string =>
	withoutSlash(readVariable(environment, "OPENAI_BASE_URL") ?? openAiEndpoint);

export const makeOpenAiClient = async (
	environment: Environment,
	baseURL: string,
	apiKey: string,
): Promise<OpenAI> => {
	const { default: OpenAI } = await import("openai");
	// Loads node:http, which takes longer than all else at the start of a server.
	const { fetchThroughProxy } = await import("./proxyFetch.ts");
	return new OpenAI({
		apiKey,
		baseURL,
		organization: readVariable(environment, "OPENAI_ORG_ID"),
		project: readVariable(environment, "OPENAI_PROJECT_ID"),
		maxRetries: 0,
		logLevel: "off",
		fetch: fetchThroughProxy(environment),
	});
};
