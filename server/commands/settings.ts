import { join } from "node:path";
import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { configDir, stateDir } from "../../ground/paths/runtimeDir.ts";
import { nearest } from "../../ground/text/nearest.ts";
import {
	PermissionMode,
	type SettingName,
	type Settings,
	type SettingsPatch,
	ThinkLevel,
} from "../../protocol/index.ts";
import { loadConfig } from "../sessions/settings/config.ts";
import { listModels } from "../sessions/settings/modelList.ts";
import { saveConfig } from "../sessions/settings/saveConfig.ts";
import { settingOrigins } from "../sessions/settings/settingOrigins.ts";
import { settingSources } from "../sessions/settings/settingSources.ts";
import { passedOver } from "../sessions/settings/settings.ts";
import { type Command, type CommandContext, CommandError, type CommandOutcome } from "./command.ts";
import { loginText } from "./loginText.ts";
import { permissionsCommand } from "./permissions.ts";

/** Settings under the names that people and the predecessors use, in the order of the list. */
const names = {
	backend: "backend",
	model: "model",
	completion_model: "completionModel",
	think: "think",
	permissions: "permissions",
	search: "search",
	code_theme: "codeTheme",
	log_exact: "logExact",
	prompt_mode: "promptMode",
} as const satisfies Record<string, SettingName>;
type Name = keyof typeof names;

/** `%ipyai` alone: what holds, which source gave it, and where the files are. */
export const showSettings = ({ session, sessions }: CommandContext): CommandOutcome => {
	const { settings, environment } = session;
	const facts = placeFacts(environment);
	const sources = settingSources(environment, sessions);
	const origins = settingOrigins(settings, sources);
	const { problems } = loadConfig(environment);
	const lines = (Object.keys(names) as Name[]).map((name) => {
		const line = settingLine(settings, name);
		return `${line.padEnd(36)} (${origins[names[name]]})`;
	});
	return {
		text: [
			...lines,
			`python = ${session.hosting.label ?? "none"}`,
			`login = ${loginText(settings.login)}`,
			`config file = ${join(configDir(facts), "config.json")}`,
			`system prompt = ${join(configDir(facts), "sysp.txt")}`,
			`exact log = ${join(configDir(facts), "exact-log.jsonl")}`,
			`state = ${stateDir(facts)}`,
			...[...problems, ...passedOver(settings, sources)].map((each) => `! ${each}`),
		].join("\n"),
	};
};

const settingLine = (settings: Settings, name: Name): string => {
	const value = settings[names[name]];
	return `${name} = ${value === null ? "none" : typeof value === "boolean" ? (value ? "on" : "off") : value}`;
};

/** Shows the setting, or sets it and shows the new value; `--save` writes it to `config.json` too. */
const setting = (
	name: Name,
	values: string,
	summary: string,
	parse: (text: string) => SettingsPatch,
	more: (context: CommandContext, changed: boolean) => Promise<string[]> | string[] = () => [],
): Command => ({
	usage: `${name} [${values}] [--save]`,
	summary,
	run: async (context, rest) => {
		const { value, save } = readValue(rest);
		if (value !== "") context.session.configure(parse(value));
		const lines = [settingLine(context.session.settings, name)];
		lines.push(...(await more(context, value !== "")));
		if (save) lines.push(saveSetting(context, name));
		return { text: lines.join("\n") };
	},
});

const readValue = (rest: string): { value: string; save: boolean } => {
	const words = rest.split(/\s+/).filter((word) => word !== "");
	const save = words.includes("--save");
	return { value: save ? words.filter((word) => word !== "--save").join(" ") : rest, save };
};

/** Writes the value that holds now; models and think are kept for each backend. */
const saveSetting = ({ session }: CommandContext, name: Name): string => {
	const { settings, environment } = session;
	const value = settings[names[name]];
	const isOfBackend = name === "model" || name === "completion_model" || name === "think";
	const path = saveConfig(
		environment,
		isOfBackend && settings.backend !== null
			? { kind: "ofBackend", backend: settings.backend, key: name, value }
			: { kind: "plain", key: name, value },
	);
	return `saved in ${path}`;
};

const oneOf =
	<T extends string>(values: readonly T[], toPatch: (value: T) => SettingsPatch) =>
	(text: string): SettingsPatch => {
		const value = values.find((each) => each === text.toLowerCase());
		if (value !== undefined) return toPatch(value);
		const near = nearest(text, values);
		throw new CommandError(
			`choose one of ${values.join(", ")}${near === null ? "." : `. Did you mean ${near}?`}`,
		);
	};

const toBoolean = (text: string): boolean => {
	if (/^(on|true|yes|1)$/i.test(text)) return true;
	if (/^(off|false|no|0)$/i.test(text)) return false;
	throw new CommandError("choose on or off.");
};

/** The backends, the current one marked; after a change the model and login that come with it. */
const aboutBackend = ({ session, sessions }: CommandContext, changed: boolean): string[] => {
	const { settings, environment } = session;
	if (changed) return [settingLine(settings, "model"), `login = ${loginText(settings.login)}`];
	return sessions.backends.all.map((each) => {
		const mark = each.name === settings.backend ? "*" : " ";
		return `${mark} ${each.name.padEnd(14)} ${(each.defaultModel ?? "").padEnd(24)} ${loginText(each.login(environment))}`;
	});
};

const aboutModels = async (context: CommandContext, changed: boolean): Promise<string[]> => {
	const { session, sessions, signal } = context;
	const { backend } = session.settings;
	if (changed || backend === null) return [];
	try {
		const models = await listModels(
			sessions.backends.get(backend),
			session.environment,
			sessions.store,
			signal,
		);
		return models.map(({ id, name, price }) => {
			const named = name && name !== id ? ` (${name})` : "";
			return `  ${id}${named}${price ? `, $${price.input} / $${price.output} per million tokens` : ""}`;
		});
	} catch {
		// A provider that cannot list its models has a current one all the same.
		return [];
	}
};

export const settingCommands = {
	backend: setting(
		"backend",
		"NAME",
		"show the backends, or change to one",
		(backend) => ({ backend }),
		aboutBackend,
	),
	model: setting("model", "NAME", "show the models, or change to one", (model) => ({ model }), aboutModels),
	completion_model: setting("completion_model", "NAME", "the model for Alt-.", (completionModel) => ({
		completionModel,
	})),
	think: setting(
		"think",
		"l|m|h|x",
		"thinking effort: low, medium, high, strongest",
		oneOf(ThinkLevel.options, (think) => ({ think })),
	),
	permissions: permissionsCommand(
		setting(
			"permissions",
			"ask|auto|plan|yolo",
			"who allows tools",
			oneOf(PermissionMode.options, (permissions) => ({ permissions })),
		),
	),
	search: setting(
		"search",
		"l|m|h|off",
		"web search by the provider",
		oneOf(["l", "m", "h", "off", "none"], (level) => ({
			search: level === "off" || level === "none" ? null : level,
		})),
		({ session, sessions }) => {
			const { backend, search } = session.settings;
			if (search === null || backend === null) return [];
			return sessions.backends.find(backend)?.capabilities.search === false
				? [`not supported: ${backend} does not search the web. It counts on backends that do.`]
				: [];
		},
	),
	code_theme: setting("code_theme", "NAME", "colours of code", (codeTheme) => ({ codeTheme })),
	log_exact: setting("log_exact", "on|off", "log prompts and answers exactly", (text) => ({
		logExact: toBoolean(text),
	})),
	prompt_mode: setting("prompt_mode", "on|off", "whether plain text goes to the AI", (text) => ({
		promptMode: toBoolean(text),
	})),
	prompt: {
		usage: "prompt",
		summary: "turn prompt mode on or off (Alt-p)",
		run: ({ session }) => {
			const { promptMode } = session.configure({ promptMode: !session.settings.promptMode });
			return { text: `Prompt mode ${promptMode ? "ON" : "OFF"}` };
		},
	},
} satisfies Record<string, Command>;
