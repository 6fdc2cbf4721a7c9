/**
 * `codex-api`: a ChatGPT subscription through the endpoint that Codex uses, with Codex's login and without its
 * process. The endpoint is not documented: what it takes is what Codex sends.
 */
import type OpenAI from "openai";
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Backend, Environment } from "../../backend.ts";
import { withoutSlash } from "../../http/baseUrl.ts";
import { clientCache } from "../../http/clientCache.ts";
import { readEvents } from "../../http/eventStream.ts";
import { describeFailure } from "../../http/failure.ts";
import { makeOpenAiClient } from "../../http/openaiClient.ts";
import { orAborted, untilAborted } from "../../loop/abort.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../../loop/retry.ts";
import { runToolLoop } from "../../loop/toolLoop.ts";
import { wireNames } from "../../loop/wireId.ts";
import { defaultModels, openAiModels, openAiWindow } from "../../models/models.ts";
import { readVariable } from "../../programs/environment.ts";
import { toResponsesBody } from "../body.ts";
import { readResponsesStream } from "../stream.ts";
import { CodexAccounts } from "./accounts.ts";
import { authFile, type CodexAccount, codexHome, readAccount } from "./authFile.ts";

const name = "codex-api";

/** The endpoint refuses a request without instructions. */
const noInstructions = "Answer the person.";

export const createCodexApiBackend = (
	retryPolicy: RetryPolicy = defaultRetryPolicy,
	now: () => number = Date.now,
): Backend => {
	const accounts = new CodexAccounts(now);
	// The token goes with each request: it changes while a client lives.
	const clients = clientCache((environment: Environment, baseUrl: string) =>
		makeOpenAiClient(environment, baseUrl, "in-headers"),
	);
	const clientOf = (environment: Environment) => clients.get(environment, baseUrlOf(environment));

	/** Sends the request; a refused login is refreshed once. */
	const send = async (environment: Environment, body: ResponseCreateParamsStreaming, signal: AbortSignal) => {
		const client = await clientOf(environment);
		const account = await accounts.current(environment);
		try {
			return await create(client, body, account, signal);
		} catch (error) {
			if ((error as { status?: number }).status !== 401 || signal.aborted) throw error;
			const next = await accounts.after(account, environment);
			if (next === null) throw error;
			return await create(client, body, next, signal);
		}
	};

	return {
		name,
		aliases: ["chatgpt"],
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
			readAccount(authFile(environment)) === null
				? { kind: "missing", hint: "Log in to ChatGPT with codex login." }
				: { kind: "login", name: "ChatGPT account" },
		warm: (environment) => void clientOf(environment).catch(() => {}),
		contextWindow: openAiWindow,

		runTurn(request) {
			const { environment, model } = request;
			const baseUrl = baseUrlOf(environment);
			// Encrypted reasoning is bound to the account.
			const owner = { backend: name, model, endpoint: `${baseUrl} of ${codexHome(environment)}` };
			return runToolLoop(request, {
				retryPolicy,
				contextWindow: openAiWindow(model),
				describe: (error) =>
					describeFailure(error, {
						backend: name,
						endpoint: baseUrl,
						keyName: "Codex's login (codex login; CODEX_HOME says where it is)",
						environment,
					}),
				async *respond(response) {
					const { signal, items } = response;
					const body = toCodexBody(toResponsesBody(request, response, owner));
					const sent = await orAborted(send(environment, body, signal), signal);
					const events = untilAborted(readEvents(sent, signal), signal);
					const { output, ...end } = yield* readResponsesStream(events, items, wireNames(request.tools));
					return { ...end, native: output === null ? null : { ...owner, items: output } };
				},
			});
		},

		// The endpoint has no list that is known to stay.
		listModels: async () => openAiModels,
		dispose: async () => clients.clear(),
	};
};

const baseUrlOf = (environment: Environment): string =>
	withoutSlash(
		readVariable(environment, "IPYAI_CODEX_API_BASE_URL") ?? "https://chatgpt.com/backend-api/codex",
	);

/** Codex sends no limit of output tokens, and always instructions. */
const toCodexBody = ({
	max_output_tokens: _,
	...body
}: ResponseCreateParamsStreaming): ResponseCreateParamsStreaming => ({
	...body,
	instructions: body.instructions ?? noInstructions,
});

const create = (
	client: OpenAI,
	body: ResponseCreateParamsStreaming,
	account: CodexAccount,
	signal: AbortSignal,
) =>
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
