/**
 * `config.json` as people and the predecessors write it. A bad key falls back and is reported; nothing in the file
 * keeps a session from starting.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { configDir } from "../../../ground/paths/runtimeDir.ts";
import { PermissionMode, ThinkLevel } from "../../../protocol/index.ts";
import type { Environment } from "../../backends/backend.ts";
import { ownServersName } from "../../backends/models/presets.ts";
import { ownText } from "./standardFiles.ts";

const yes = z.union([
	z.boolean(),
	z.literal([0, 1]).transform(Boolean),
	z
		.string()
		.toLowerCase()
		.pipe(z.enum(["true", "false", "1", "0", "yes", "no", "on", "off"]))
		.transform((word) => ["true", "1", "yes", "on"].includes(word)),
]);
const search = z.enum(["l", "m", "h"]).nullable();

const ModelKeys = z.object({ model: z.string(), completion_model: z.string(), think: ThinkLevel }).partial();

/** A server that speaks Chat Completions, and the variable that holds its key. */
const Server = z.object({ baseUrl: z.url({ protocol: /^https?$/ }), keyEnv: z.string().optional() });

const Rules = z
	.object({ allow: z.array(z.string()), ask: z.array(z.string()), deny: z.array(z.string()) })
	.partial();

const keys = {
	backend: z.string(),
	model: z.string(),
	completion_model: z.string(),
	think: ThinkLevel,
	search,
	code_theme: z.string(),
	log_exact: yes,
	log_redact: yes,
	send_secrets: yes,
	prompt_mode: yes,
	permissions: PermissionMode,
	rules: Rules,
	seed_tools: yes,
	keep_kernel_hours: z.number().min(0),
	models: z.record(z.string(), ModelKeys),
	servers: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/), Server),
	// Each by itself is looked at where it is used: a wrong one leaves the others.
	mcp_servers: z.record(z.string(), z.looseObject({})),
};

/** The file's shape, for editors and docs. Its keys are optional and unknown ones are ignored. */
export const configSchema = z.looseObject(keys).partial();

export type Config = { [K in keyof typeof keys]?: z.infer<(typeof keys)[K]> };
export type LoadedConfig = {
	readonly path: string;
	readonly config: Config;
	/** What a person should know about where it came from; `null` when it is the usual place. */
	readonly note: string | null;
	readonly problems: readonly string[];
};

/** Never throws. An absent file is an empty configuration; without one of ours ipycodex's is read. */
export const loadConfig = (environment: Environment): LoadedConfig => {
	const { folder, isOurs } = configFolder(environment);
	const path = join(folder, "config.json");
	const note = isOurs ? null : `Settings are those of ipycodex, from ${path}: ipyai has none of its own.`;
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return { path, config: {}, note, problems: [] };
		return {
			path,
			config: {},
			note,
			problems: [`${path} could not be read (${(error as Error).message}); using defaults.`],
		};
	}
	const { config, problems } = parseConfig(text, path);
	return { path, config: isOurs ? config : asCodex(config), note, problems };
};

/** The environment with the servers that the person's configuration names, for the backend that asks them. */
export const withServers = (environment: Environment): Environment => {
	const { servers } = loadConfig(environment).config;
	return servers === undefined ? environment : { ...environment, [ownServersName]: JSON.stringify(servers) };
};

/** The folder whose `config.json` counts: ours, or ipycodex's when only that one has a file. */
export const configFolder = (environment: Environment): { folder: string; isOurs: boolean } => {
	const folder = configDir(placeFacts(environment));
	const codex = join(dirname(folder), "ipycodex");
	const isOurs = existsSync(join(folder, "config.json")) || !existsSync(join(codex, "config.json"));
	return { folder: isOurs ? folder : codex, isOurs };
};

/** ipycodex knows one backend: its models are that one's, whichever is used here. */
const asCodex = ({ model, completion_model, think, ...rest }: Config): Config => ({
	...rest,
	models: { codex: withoutAbsent({ model, completion_model, think }) },
});

/** The person's own system prompt, `sysp.txt` beside the configuration; `null` when there is none. */
export const loadSystemPrompt = (environment: Environment): string | null => {
	try {
		return ownText(readFileSync(join(configFolder(environment).folder, "sysp.txt"), "utf8"));
	} catch {
		// Absent or unreadable: the standard prompt serves.
		return null;
	}
};

/** Unknown keys are ignored, as the predecessors do. Older names of keys are known. */
export const parseConfig = (text: string, path: string): Pick<LoadedConfig, "config" | "problems"> => {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		return {
			config: {},
			problems: [
				`${path} is not JSON (${(error as Error).message}); using defaults. Correct it, or delete it.`,
			],
		};
	}
	if (typeof json !== "object" || json === null || Array.isArray(json))
		return { config: {}, problems: [`${path} must hold a JSON object; using defaults.`] };
	const fields = json as Record<string, unknown>;
	const problems: string[] = [];
	const config: Record<string, unknown> = {};
	for (const [key, schema] of Object.entries(keys)) {
		const value = fields[key] ?? fields[olderNames[key] ?? key];
		if (value === undefined) continue;
		const result = schema.safeParse(value);
		if (result.success) config[key] = result.data;
		else
			problems.push(
				schema === keys.mcp_servers
					? // Keys may stand in it.
						`${path}: "${key}" does not fit: ${describe(schema)}; using none.`
					: `${path}: "${key}" is ${JSON.stringify(value)}, but ${describe(schema)}; using the default.`,
			);
	}
	return { config: config as Config, problems };
};

const olderNames: Readonly<Record<string, string>> = { completion_model: "suggest_model" };

const withoutAbsent = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
	Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;

const describe = (schema: z.ZodType): string => {
	if (
		[keys.log_exact, keys.log_redact, keys.send_secrets, keys.prompt_mode, keys.seed_tools].some(
			(each) => each === schema,
		)
	)
		return "true or false is needed";
	const options = schema === search ? ["l", "m", "h"] : schema instanceof z.ZodEnum ? schema.options : null;
	if (options) return `one of ${options.join(", ")} is needed`;
	if (schema === keys.rules) return "an object of allow, ask and deny with lists of texts is needed";
	if (schema === keys.mcp_servers) return "an object of names to servers is needed";
	return schema === keys.models ? "an object of backend to model settings is needed" : "a string is needed";
};
