/** The backends that ask APIs, as tests make them: they try again without waiting. */
import { anthropicApi } from "../../server/backends/anthropic/anthropic.ts";
import type { Backend } from "../../server/backends/backend.ts";
import { chatApi } from "../../server/backends/chat/openaiChat.ts";
import { ApiBackend } from "../../server/backends/http/apiBackend.ts";
import type { RetryPolicy } from "../../server/backends/loop/retry.ts";
import { CodexAccounts } from "../../server/backends/responses/codexApi/accounts.ts";
import { codexApi } from "../../server/backends/responses/codexApi/codexApi.ts";
import { openAiApi } from "../../server/backends/responses/openaiResponses.ts";

export const quickRetries: RetryPolicy = { pause: async () => {}, random: () => 0.5 };

export const messagesBackend = (): Backend => new ApiBackend(anthropicApi, quickRetries);

export const responsesBackend = (): Backend => new ApiBackend(openAiApi, quickRetries);

export const chatBackend = (): Backend => new ApiBackend(chatApi, quickRetries);

/** `now`: the moment at which a login counts as fresh or not. */
export const codexApiBackend = (now?: () => number): Backend =>
	new ApiBackend(codexApi(new CodexAccounts(now)), quickRetries);
