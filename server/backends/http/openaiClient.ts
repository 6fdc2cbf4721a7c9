/** The OpenAI SDK's client for an endpoint. */
import type OpenAI from "openai";
import type { Environment } from "../backend.ts";
import { patienceMs } from "../loop/retry.ts";
import { readVariable } from "../programs/environment.ts";
import { tidyBaseUrl } from "./baseUrl.ts";
import type { Endpoint } from "./endpoint.ts";
import { fetchFor } from "./fetch.ts";
import { fetchUnderV1 } from "./underV1.ts";

export const openAiHome = "https://api.openai.com/v1";

export const openAiKeyName = "OPENAI_API_KEY";

/** Where `OPENAI_BASE_URL` leads: to OpenAI itself, which wants a key, or to a server of one's own. */
export const openAiEndpoint = (model: string, environment: Environment): Endpoint => {
	const baseUrl = tidyBaseUrl(readVariable(environment, "OPENAI_BASE_URL") ?? openAiHome);
	return {
		baseUrl,
		model,
		key: readVariable(environment, openAiKeyName),
		keyName: openAiKeyName,
		wantsKey: baseUrl === openAiHome,
	};
};

export const connectOpenAi = async (
	{ baseUrl, key }: Endpoint,
	environment: Environment,
): Promise<OpenAI> => {
	const { default: OpenAI } = await import("openai");
	return new OpenAI({
		// A server of one's own may want no key; the SDK wants some.
		apiKey: key ?? "none",
		baseURL: baseUrl,
		organization: readVariable(environment, "OPENAI_ORG_ID"),
		project: readVariable(environment, "OPENAI_PROJECT_ID"),
		maxRetries: 0,
		timeout: patienceMs,
		logLevel: "off",
		fetch: fetchUnderV1(fetchFor(environment), baseUrl),
		...(key !== null && isAzure(baseUrl) ? { defaultHeaders: { "api-key": key } } : {}),
	});
};

/** Azure takes keys in a header of its own. */
const isAzure = (baseUrl: string): boolean =>
	URL.canParse(baseUrl) && /\.azure\.com$/.test(new URL(baseUrl).hostname);
