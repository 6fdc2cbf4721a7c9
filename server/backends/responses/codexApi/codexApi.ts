/**
 * `codex-api`: a ChatGPT subscription through the endpoint that Codex uses, with Codex's login and without its
 * process. The endpoint is not documented: what it takes is what Codex sends.
 */
import type OpenAI from "openai";
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Api } from "../../http/apiBackend.ts";
import { withoutSlash } from "../../http/baseUrl.ts";
import { connectOpenAi } from "../../http/openaiClient.ts";
import { codexHome, readVariable } from "../../programs/environment.ts";
import { toResponsesBody } from "../body.ts";
import { openAiApi } from "../openaiResponses.ts";
import { CodexAccounts } from "./accounts.ts";
import { authFile, type CodexAccount, readAccount } from "./authFile.ts";

type Body = ResponseCreateParamsStreaming;

/** The endpoint refuses a request without instructions. */
const noInstructions = "Answer the person.";

export const codexApi = (accounts = new CodexAccounts()): Api<OpenAI, Body> => {
	const { list: _, ...responses } = openAiApi;
	return {
		...responses,
		name: "codex-api",
		aliases: ["chatgpt"],
		home: null,
		login: (environment) =>
			readAccount(authFile(environment)) === null
				? { kind: "missing", hint: "Log in to ChatGPT with codex login." }
				: { kind: "login", name: "ChatGPT account" },
		endpointOf(model, environment) {
			const own = readVariable(environment, "IPYAI_CODEX_API_BASE_URL");
			const baseUrl = withoutSlash(own ?? "https://chatgpt.com/backend-api/codex");
			return {
				baseUrl,
				model,
				// It goes with each request: it changes while a client lives.
				key: null,
				keyName: "Codex's login (codex login; CODEX_HOME says where it is)",
				wantsKey: false,
				account: `${baseUrl} of ${codexHome(environment)}`,
			};
		},
		connect: connectOpenAi,
		toBody: (asked) => toCodexBody(toResponsesBody(asked)),
		/** A refused login is refreshed once. */
		async send(client, body, signal, environment) {
			const account = await accounts.current(environment);
			try {
				return await create(client, body, account, signal);
			} catch (error) {
				if ((error as { status?: number }).status !== 401 || signal.aborted) throw error;
				const next = await accounts.after(account, environment);
				if (next === null) throw error;
				return await create(client, body, next, signal);
			}
		},
	};
};

/** Codex sends no limit of output tokens, and always instructions. */
const toCodexBody = ({ max_output_tokens: _, ...body }: Body): Body => ({
	...body,
	instructions: body.instructions ?? noInstructions,
});

const create = (client: OpenAI, body: Body, account: CodexAccount, signal: AbortSignal): Promise<Response> =>
	client.responses
		.create(body, {
			signal,
			headers: {
				authorization: `Bearer ${account.accessToken}`,
				...(account.accountId === null ? {} : { "chatgpt-account-id": account.accountId }),
				"openai-beta": "responses=experimental",
				originator: "ipyai",
				"openai-organization": null,
				"openai-project": null,
			},
		})
		.asResponse();
