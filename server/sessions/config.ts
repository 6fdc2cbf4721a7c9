/**
 * `config.json` as people and the predecessors write it. A bad key falls back and is reported; nothing in the file
 * keeps a session from starting.
 */
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { PermissionMode, ThinkLevel } from "../../protocol/index.ts";
import { configDir } from "../../protocol/runtimeDir.ts";
import type { Environment } from "../backends/backend.ts";

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

const keys = {
	backend: z.string(),
	model: z.string(),
	completion_model: z.string(),
	think: ThinkLevel,
	search,
	code_theme: z.string(),
	log_exact: yes,
	prompt_mode: yes,
	permissions: PermissionMode,
	models: z.record(z.string(), ModelKeys),
};

export type Config = { [K in keyof typeof keys]?: z.infer<(typeof keys)[K]> };
export type LoadedConfig = {
	readonly path: string;
	readonly config: Config;
	readonly problems: readonly string[];
};

/** The facts that the path rules need, for a client's environment. */
export const placeFacts = (environment: Environment) => ({
	environment,
	home: environment.HOME ?? homedir(),
	tmp: environment.TMPDIR ?? tmpdir(),
	uid: process.getuid?.() ?? 0,
});

/** Never throws. An absent file is an empty configuration. */
export const loadConfig = (environment: Environment): LoadedConfig => {
	const path = join(configDir(placeFacts(environment)), "config.json");
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return { path, config: {}, problems: [] };
		return {
			path,
			config: {},
			problems: [`${path} could not be read (${(error as Error).message}); using defaults.`],
		};
	}
	return { path, ...parseConfig(text, path) };
};

/** The person's own system prompt, `sysp.txt` beside the configuration; `null` when there is none. */
export const loadSystemPrompt = (environment: Environment): string | null => {
	try {
		return readFileSync(join(configDir(placeFacts(environment)), "sysp.txt"), "utf8");
	} catch {
		// Absent or unreadable: the standard prompt serves.
		return null;
	}
};

/** Unknown keys are ignored, as the predecessors do. */
export const parseConfig = (text: string, path: string): Omit<LoadedConfig, "path"> => {
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
	const problems: string[] = [];
	const config: Record<string, unknown> = {};
	for (const [key, schema] of Object.entries(keys)) {
		const value = (json as Record<string, unknown>)[key];
		if (value === undefined) continue;
		const result = schema.safeParse(value);
		if (result.success) config[key] = result.data;
		else
			problems.push(
				`${path}: "${key}" is ${JSON.stringify(value)}, but ${describe(schema)}; using the default.`,
			);
	}
	return { config: config as Config, problems };
};

const describe = (schema: z.ZodType): string => {
	if (schema === keys.log_exact || schema === keys.prompt_mode) return "true or false is needed";
	const options = schema === search ? ["l", "m", "h"] : schema instanceof z.ZodEnum ? schema.options : null;
	if (options) return `one of ${options.join(", ")} is needed`;
	return schema === keys.models ? "an object of backend to model settings is needed" : "a string is needed";
};
