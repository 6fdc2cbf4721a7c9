/** Servers that speak Chat Completions, by the word before the slash in `gemini/gemini-3-flash-preview`. */
import type { ThinkLevel } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";
import { tidyBaseUrl, withoutSlash } from "../http/baseUrl.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { openAiEndpoint, openAiHome } from "../http/openaiClient.ts";
import { firstSet, readVariable } from "../programs/environment.ts";
import { isObject, objectOf } from "../programs/json.ts";
import { openAiEffort } from "./models.ts";

export type Preset = {
	readonly baseUrl: string;
	/** A variable that moves the server elsewhere. */
	readonly urlName?: string;
	/** Variables that may hold the key; empty for servers that need none. */
	readonly keyNames: readonly string[];
	/** Models that take `reasoning_effort`; others may refuse the whole request for it. */
	readonly effort?: RegExp;
};

export const presets: Readonly<Record<string, Preset>> = {
	gemini: {
		baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
		keyNames: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
		effort: /^(models\/)?gemini-(2\.5|[3-9])/,
	},
	ollama: { baseUrl: "http://127.0.0.1:11434/v1", urlName: "OLLAMA_HOST", keyNames: [] },
	"llama.cpp": { baseUrl: "http://127.0.0.1:8080/v1", keyNames: [] },
	lmstudio: { baseUrl: "http://127.0.0.1:1234/v1", keyNames: [] },
	openrouter: {
		baseUrl: "https://openrouter.ai/api/v1",
		keyNames: ["OPENROUTER_API_KEY"],
		effort: /./,
	},
	groq: { baseUrl: "https://api.groq.com/openai/v1", keyNames: ["GROQ_API_KEY"], effort: /gpt-oss/ },
	deepseek: { baseUrl: "https://api.deepseek.com/v1", keyNames: ["DEEPSEEK_API_KEY"] },
	mistral: { baseUrl: "https://api.mistral.ai/v1", keyNames: ["MISTRAL_API_KEY"] },
	moonshot: { baseUrl: "https://api.moonshot.ai/v1", keyNames: ["MOONSHOT_API_KEY"] },
	xai: { baseUrl: "https://api.x.ai/v1", keyNames: ["XAI_API_KEY"] },
	together: { baseUrl: "https://api.together.xyz/v1", keyNames: ["TOGETHER_API_KEY"], effort: /gpt-oss/ },
	fireworks: {
		baseUrl: "https://api.fireworks.ai/inference/v1",
		keyNames: ["FIREWORKS_API_KEY"],
		effort: /gpt-oss/,
	},
	cerebras: { baseUrl: "https://api.cerebras.ai/v1", keyNames: ["CEREBRAS_API_KEY"], effort: /gpt-oss/ },
};

/** The person's own servers as the environment of a request holds them: JSON, `{NAME: {baseUrl, keyEnv}}`. */
export const ownServersName = "IPYAI_CHAT_SERVERS";

/** All servers by name; the person's own replace ours of the same name. */
export const serversOf = (environment: Environment): Readonly<Record<string, Preset>> => {
	const own = Object.entries(objectOf(readVariable(environment, ownServersName) ?? "") ?? {});
	if (own.length === 0) return withoutPrototype;
	return Object.assign(Object.create(null), presets, Object.fromEntries(own.flatMap(toPreset)));
};

/** A model may be named `constructor/…`. */
const withoutPrototype: Readonly<Record<string, Preset>> = Object.assign(Object.create(null), presets);

const toPreset = ([name, server]: [string, unknown]): [string, Preset][] => {
	// Set by hand, and not as it should be.
	if (!isObject(server) || typeof server.baseUrl !== "string") return [];
	const keyNames = typeof server.keyEnv === "string" ? [server.keyEnv] : [];
	return [[name, { baseUrl: tidyBaseUrl(server.baseUrl), keyNames }]];
};

/** Where a model of `openai-chat` is asked for: at the server of its preset, else where `OPENAI_BASE_URL` leads. */
export const endpointOf = (model: string, environment: Environment): Endpoint => {
	const slash = model.indexOf("/");
	const name = slash < 0 ? "" : model.slice(0, slash);
	const preset = serversOf(environment)[name];
	const otherwise = openAiEndpoint(model, environment);
	// Routers name their models after others' servers: what cannot be asked for there is meant here.
	const isRouters = preset === presets[name] && !otherwise.wantsKey && lacksKey(preset, environment);
	if (preset === undefined || isRouters) return otherwise;
	const moved = preset.urlName === undefined ? null : readVariable(environment, preset.urlName);
	const key = firstSet(environment, preset.keyNames);
	return {
		preset: name,
		baseUrl: moved === null ? preset.baseUrl : fromHost(moved),
		model: model.slice(slash + 1),
		keyName: key?.name ?? preset.keyNames[0] ?? "the server's settings",
		key: key?.value ?? null,
		wantsKey: preset.keyNames.length > 0,
	};
};

/** The person has named this server. */
export const isOwn = (preset: string, environment: Environment): boolean =>
	serversOf(environment)[preset] !== presets[preset];

const lacksKey = (preset: Preset | undefined, environment: Environment): boolean =>
	preset !== undefined && preset.keyNames.length > 0 && firstSet(environment, preset.keyNames) === null;

/** Ollama's variable holds a host, a host with a port, or an address. */
const fromHost = (value: string): string => {
	const host = value.startsWith(":") ? `127.0.0.1${value}` : value;
	const address = value.includes("://") ? value : `http://${host}`;
	// What is no address cannot be reached, and is told as it was given.
	if (!URL.canParse(address)) return value;
	const url = new URL(address);
	if (url.port === "" && !value.includes("://")) url.port = "11434";
	return `${withoutSlash(url.origin + url.pathname).replace(/\/v1$/, "")}/v1`;
};

export const chatEffort = (endpoint: Endpoint, think: ThinkLevel): ReturnType<typeof openAiEffort> => {
	if (endpoint.baseUrl === openAiHome) return openAiEffort(endpoint.model, think);
	const takes = endpoint.preset === undefined ? undefined : presets[endpoint.preset]?.effort;
	return takes?.test(endpoint.model)
		? ({ l: "low", m: "medium", h: "high", x: "high" } as const)[think]
		: null;
};
