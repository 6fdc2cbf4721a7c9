/** The backends that hold the contract, each with what its tests need to know. A new backend adds one entry. */
import { createAnthropicBackend } from "../../server/backends/anthropic.ts";
import type { Backend, Environment } from "../../server/backends/backend.ts";
import { createOpenAiChatBackend } from "../../server/backends/openaiChat.ts";
import { createOpenAiBackend } from "../../server/backends/openaiResponses.ts";
import type { RetryPolicy } from "../../server/backends/retry.ts";

export type Subject = {
	readonly name: string;
	readonly model: string;
	/** Another model of a backend that replays native items, `null` when it has none to replay. */
	readonly otherModel: string | null;
	create(): Backend;
	environment(server: { url: string }): Environment;
	cwd(): string;
	/** A variable with a key that the model server refuses. */
	readonly badKey: Readonly<Record<string, string>>;
	/** The provider's own client retries and mends; what it does then is not ours to say. */
	readonly retriesItself: boolean;
	/** The child keeps the history, so requests carry what it adds. */
	readonly keepsHistory: boolean;
	/** The provider's client refuses broken arguments before they reach us. */
	readonly providerChecksArguments: boolean;
	/** Characters of a tool result that reach the model at least. */
	readonly maxToolChars: number;
};

/** Retries without waiting. */
export const quickRetries: RetryPolicy = { pause: async () => {}, random: () => 0.5 };

const stateless = {
	cwd: () => "/tmp",
	retriesItself: false,
	keepsHistory: false,
	providerChecksArguments: false,
	maxToolChars: 1_000_000,
};

const openAiEnvironment = ({ url }: { url: string }) => ({
	OPENAI_BASE_URL: `${url}/v1`,
	OPENAI_API_KEY: "loopback-key",
});

export const backendSubjects: readonly Subject[] = [
	{
		...stateless,
		name: "claude-api",
		model: "claude-sonnet-5-5",
		otherModel: "claude-haiku-4-5",
		create: () => createAnthropicBackend(quickRetries),
		environment: ({ url }) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "loopback-key" }),
		badKey: { ANTHROPIC_API_KEY: "bad-key-123456" },
	},
	{
		...stateless,
		name: "openai-api",
		model: "gpt-5.5",
		otherModel: "gpt-5.4-mini",
		create: () => createOpenAiBackend(quickRetries),
		environment: openAiEnvironment,
		badKey: { OPENAI_API_KEY: "bad-key-123456" },
	},
	{
		...stateless,
		name: "openai-chat",
		model: "loop-1",
		otherModel: null,
		create: () => createOpenAiChatBackend(quickRetries),
		environment: openAiEnvironment,
		badKey: { OPENAI_API_KEY: "bad-key-123456" },
	},
];
