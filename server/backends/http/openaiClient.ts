/** The OpenAI SDK's client, made from a request's environment alone. */
import type OpenAI from "openai";
import type { Environment } from "../backend.ts";
import { patienceMs } from "../loop/retry.ts";
import { readVariable } from "../programs/environment.ts";
import { fetchUnderV1, tidyBaseUrl } from "./baseUrl.ts";
import { MissingKey } from "./failure.ts";

export const openAiEndpoint = "https://api.openai.com/v1";

export const openAiBaseUrl = (environment: Environment): string =>
	tidyBaseUrl(readVariable(environment, "OPENAI_BASE_URL") ?? openAiEndpoint);

export const makeOpenAiClient = async (
	environment: Environment,
	baseURL: string,
	apiKey: string | null,
): Promise<OpenAI> => {
	if (apiKey === null && baseURL === openAiEndpoint) throw new MissingKey();
	const { default: OpenAI } = await import("openai");
	// Loads node:http, which takes longer than all else at the start of a server.
	const { fetchThroughProxy } = await import("./proxyFetch.ts");
	return new OpenAI({
		// A server of one's own may want no key; the SDK wants some.
		apiKey: apiKey ?? "none",
		baseURL,
		organization: readVariable(environment, "OPENAI_ORG_ID"),
		project: readVariable(environment, "OPENAI_PROJECT_ID"),
		maxRetries: 0,
		timeout: patienceMs,
		logLevel: "off",
		fetch: fetchUnderV1(fetchThroughProxy(environment), baseURL),
		...(apiKey !== null && isAzure(baseURL) ? { defaultHeaders: { "api-key": apiKey } } : {}),
	});
};

/** Azure takes keys in a header of its own. */
const isAzure = (baseUrl: string): boolean =>
	URL.canParse(baseUrl) && /\.azure\.com$/.test(new URL(baseUrl).hostname);
