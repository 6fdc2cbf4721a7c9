/**
 * What is known about models without asking anyone: defaults per backend, short names, windows, and how each model
 * takes a think level. A model that is not in a table still works; it gets the cautious choice.
 */
import type { ThinkLevel } from "../../../protocol/index.ts";
import type { Model } from "../backend.ts";

/** The model for prompts and the one for completions, per backend. `null`: the server behind it decides. */
export const defaultModels = {
	"claude-sdk": { prompt: "sonnet", completion: "haiku" },
	codex: { prompt: "gpt-5.5", completion: "gpt-5.4-mini" },
	"codex-api": { prompt: "gpt-5.5", completion: "gpt-5.4-mini" },
	"claude-api": { prompt: "claude-sonnet-5-5", completion: "claude-haiku-5-5" },
	"openai-api": { prompt: "gpt-5.5", completion: "gpt-5.4-mini" },
	"openai-chat": { prompt: null, completion: null },
	local: { prompt: "default", completion: "default" },
} as const;

const shortNames: Readonly<Record<string, string>> = {
	sonnet: "claude-sonnet-5-5",
	opus: "claude-opus-5-5",
	haiku: "claude-haiku-5-5",
	fable: "claude-fable-5-2",
};

/** The backends whose models are all of one family. */
const families: Readonly<Record<string, "claude" | "openai">> = {
	"claude-sdk": "claude",
	"claude-api": "claude",
	codex: "openai",
	"codex-api": "openai",
	"openai-api": "openai",
};

/** Whether a backend may have a model of this name. A name that no table knows may be anybody's. */
export const mayHave = (backend: string, model: string): boolean => {
	const isShort = Object.hasOwn(shortNames, model);
	const family = isShort || claudeFacts(model) ? "claude" : openAiFacts(model) ? "openai" : null;
	// Other servers have models of all families, under their full names.
	const own = families[backend] ?? (isShort || backend === "local" ? null : family);
	return family === null || family === own;
};

/** The full id behind a short name of the Claude backends. */
export const fullClaudeModel = (model: string): string => shortNames[model] ?? model;

/** `adaptive`: takes an effort. `budget`: takes a number of tokens. `none`: has no thinking to set. */
export type ClaudeThinking = "adaptive" | "budget" | "none";

type ClaudeFacts = { pattern: RegExp; thinking: ClaudeThinking; window: number; maxOutput: number };

/** First match wins. */
const claudeTable: readonly ClaudeFacts[] = [
	{ pattern: /^claude-(3-5|3-opus|3-haiku|3-sonnet)/, thinking: "none", window: 200_000, maxOutput: 8_192 },
	{ pattern: /^claude-3/, thinking: "budget", window: 200_000, maxOutput: 64_000 },
	{ pattern: /^claude-opus-4-[678]/, thinking: "adaptive", window: 1_000_000, maxOutput: 64_000 },
	{ pattern: /^claude-opus-4-5/, thinking: "budget", window: 200_000, maxOutput: 64_000 },
	{ pattern: /^claude-opus-4/, thinking: "budget", window: 200_000, maxOutput: 32_000 },
	{ pattern: /^claude-sonnet-4-6/, thinking: "adaptive", window: 1_000_000, maxOutput: 64_000 },
	{ pattern: /^claude-(sonnet|haiku)-4/, thinking: "budget", window: 200_000, maxOutput: 64_000 },
	{ pattern: /^claude-haiku/, thinking: "adaptive", window: 1_000_000, maxOutput: 64_000 },
	{ pattern: /^claude-/, thinking: "adaptive", window: 1_000_000, maxOutput: 64_000 },
];

const claudeFacts = (model: string): ClaudeFacts | undefined => {
	const name = bareClaudeName(model);
	return claudeTable.find(({ pattern }) => pattern.test(name));
};

/** Bedrock, Vertex and routers put a region, a cloud or a company before the name, and some write dots in it. */
const bareClaudeName = (model: string): string =>
	model.slice(Math.max(0, model.indexOf("claude-"))).replaceAll(".", "-");

/** A model that is not Claude's may stand behind a compatible endpoint: it gets no thinking parameters. */
export const claudeThinking = (model: string): ClaudeThinking => claudeFacts(model)?.thinking ?? "none";

/** Too few tokens to think and answer: the model should not spend them on thinking, where it can be told so. */
export const minTokensToThink = 2_048;

export const claudeMaxOutput = (model: string): number => claudeFacts(model)?.maxOutput ?? 8_192;

export const claudeWindow = (model: string): number | null =>
	claudeFacts(fullClaudeModel(model))?.window ?? null;

export const claudeModels: readonly Model[] = [
	"claude-sonnet-5-5",
	"claude-opus-5-5",
	"claude-haiku-5-5",
	"claude-fable-5-2",
	"claude-sonnet-5",
	"claude-opus-5",
	"claude-opus-4-8",
	"claude-sonnet-4-6",
	"claude-haiku-4-5",
].map((id) => ({ id, name: null, contextWindow: claudeWindow(id) }));

export const claudeEfforts = { l: "low", m: "medium", h: "high", x: "max" } as const satisfies Record<
	ThinkLevel,
	string
>;

export const thinkingBudgets: Readonly<Record<ThinkLevel, number>> = {
	l: 2_048,
	m: 8_192,
	h: 16_384,
	x: 32_000,
};

type OpenAiFacts = {
	pattern: RegExp;
	strongest: "high" | "xhigh" | "max" | null;
	window: number | null;
};

/** `strongest: null`: not a reasoning model. */
const openAiTable: readonly OpenAiFacts[] = [
	{ pattern: /^gpt-4\.1/, strongest: null, window: 1_047_576 },
	{ pattern: /^(gpt-4o|chatgpt-4o|gpt-4-turbo)/, strongest: null, window: 128_000 },
	{ pattern: /^(gpt-4|gpt-3)/, strongest: null, window: null },
	{ pattern: /-chat-latest$/, strongest: null, window: 128_000 },
	{ pattern: /^gpt-(6|5\.6)/, strongest: "max", window: 1_050_000 },
	{ pattern: /^gpt-5\.4-(mini|nano)/, strongest: "xhigh", window: 400_000 },
	{ pattern: /^gpt-5\.[45]/, strongest: "xhigh", window: 1_050_000 },
	{ pattern: /^gpt-5\.[23]/, strongest: "xhigh", window: 400_000 },
	{ pattern: /^gpt-5/, strongest: "high", window: 400_000 },
	{ pattern: /^o\d/, strongest: "high", window: 200_000 },
];

const openAiFacts = (model: string): OpenAiFacts | undefined =>
	openAiTable.find(({ pattern }) => pattern.test(model));

export const openAiWindow = (model: string): number | null => openAiFacts(model)?.window ?? null;

/** The effort to ask for, `null` for models that take none. An unknown model of OpenAI is taken to reason. */
export const openAiEffort = (
	model: string,
	think: ThinkLevel,
): "low" | "medium" | "high" | "xhigh" | "max" | null => {
	const strongest = openAiFacts(model) === undefined ? "high" : openAiFacts(model)!.strongest;
	if (strongest === null) return null;
	return { l: "low", m: "medium", h: "high", x: strongest }[think] as "low";
};

export const openAiModels: readonly Model[] = [
	"gpt-5.5",
	"gpt-5.4",
	"gpt-5.4-mini",
	"gpt-5.4-nano",
	"gpt-6.1-sol",
	"gpt-6-astra",
	"gpt-6-luna",
	"gpt-4.1",
].map((id) => ({ id, name: null, contextWindow: openAiWindow(id) }));

/** The levels of thinking that differ for a model; `null` for one that no table knows. */
export const effortsOf = (model: string): readonly ThinkLevel[] | null => {
	const claude = claudeFacts(fullClaudeModel(model));
	if (claude) return claude.thinking === "none" ? [] : ["l", "m", "h", "x"];
	const openAi = openAiFacts(model);
	if (!openAi) return null;
	if (openAi.strongest === null) return [];
	return openAi.strongest === "high" ? ["l", "m", "h"] : ["l", "m", "h", "x"];
};
