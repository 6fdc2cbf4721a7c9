/**
 * `%ipyai ...` and `%ipycodex ...`: commands to the shell itself. A cell that is one such line runs here and never
 * reaches the kernel, the history of prompts or the AI.
 */

import type {
	ClientRequest,
	Login,
	ParamsOf,
	ResultOf,
	SessionSummary,
	SettingsPatch,
} from "../../protocol/index.ts";
import { nearest } from "../../protocol/nearest.ts";
import type { SessionView } from "./sessionView.ts";

export type Request = <M extends ClientRequest>(method: M, params: ParamsOf<M>) => Promise<ResultOf<M>>;

/** What commands act on. */
export type CommandTarget = {
	readonly view: SessionView;
	readonly request: Request;
	newRequestId(): string;
	/** Folders that `%ipyai` names. */
	readonly configFolder: string;
	readonly stateFolder: string;
};

export type CommandOutcome = {
	/** What to show; empty for nothing. */
	readonly text: string;
	readonly failed?: boolean;
	/** What the client does next. */
	readonly next?: "detach" | "restart";
};

type Command = {
	readonly name: string;
	readonly usage: string;
	readonly summary: string;
	readonly run: (target: CommandTarget, rest: string) => Promise<CommandOutcome>;
};

/** The words after `%ipyai`, or `null` when the cell is something else. */
export const parseCommand = (cell: string): string | null => {
	const match = /^\s*%(?:ipyai|ipycodex)(?:[ \t]+(.*?))?\s*$/.exec(cell);
	return match === null ? null : (match[1] ?? "").trim();
};

/** Runs the words after `%ipyai`. A failed request becomes a failed outcome with the server's sentence. */
export const runCommand = async (target: CommandTarget, words: string): Promise<CommandOutcome> => {
	const [, name = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(words)!;
	if (name === "") return { text: settingsText(target) };
	const command = commands.find((each) => each.name === name.replaceAll("-", "_"));
	if (command === undefined) {
		const near = nearest(
			name,
			commands.map((each) => each.name),
		);
		const hint = near === null ? "" : ` Did you mean %ipyai ${near}?`;
		return { text: `Unknown command: ${name}.${hint} %ipyai help lists the commands.`, failed: true };
	}
	try {
		return await command.run(target, rest.trim());
	} catch (error) {
		return {
			text: `%ipyai ${words}: ${error instanceof Error ? error.message : String(error)}`,
			failed: true,
		};
	}
};

/** The commands' names, for completion. */
export const commandNames = (): readonly string[] => commands.map((each) => each.name);

const settingNames = {
	backend: "backend",
	model: "model",
	completion_model: "completionModel",
	think: "think",
	permissions: "permissions",
	search: "search",
	code_theme: "codeTheme",
	log_exact: "logExact",
	prompt_mode: "promptMode",
} as const;
type SettingName = keyof typeof settingNames;

const settingLine = ({ view }: CommandTarget, name: SettingName): string => {
	const value = view.settings[settingNames[name]];
	return `${name} = ${value === null ? "none" : typeof value === "boolean" ? (value ? "on" : "off") : value}`;
};

const settingsText = (target: CommandTarget): string =>
	[
		...(Object.keys(settingNames) as SettingName[]).map((name) => settingLine(target, name)),
		`login = ${loginText(target.view.settings.login)}`,
		`config file = ${target.configFolder}/config.json`,
		`system prompt = ${target.configFolder}/sysp.txt`,
		`exact log = ${target.configFolder}/exact-log.jsonl`,
		`state = ${target.stateFolder}`,
	].join("\n");

/** Where the credentials come from, in a few words. */
export const loginText = (login: Login): string => {
	switch (login.kind) {
		case "login":
			return `logged in as ${login.name}`;
		case "storedKey":
			return `stored key ${login.name}`;
		case "environment":
			return `key from ${login.name}`;
		case "notNeeded":
			return "not needed";
		case "missing":
			return `missing: ${login.hint}`;
		default:
			return login satisfies never;
	}
};

/** A command that shows its setting, or sets it when a value follows. */
const setting = (name: SettingName, summary: string, parse: (text: string) => SettingsPatch): Command => ({
	name,
	usage: `${name} [VALUE]`,
	summary,
	run: async (target, rest) => {
		if (rest !== "") await configure(target, parse(rest));
		return { text: settingLine(target, name) };
	},
});

const configure = async (target: CommandTarget, settings: SettingsPatch): Promise<void> => {
	const result = await target.request("session/configure", {
		sessionId: target.view.sessionId,
		requestId: target.newRequestId(),
		settings,
	});
	target.view.settings = result.settings;
};

const oneOf =
	<T extends string>(values: readonly T[], toPatch: (value: T) => SettingsPatch) =>
	(text: string): SettingsPatch => {
		if (!(values as readonly string[]).includes(text))
			throw new Error(`choose one of ${values.join(", ")}${suggest(text, values)}`);
		return toPatch(text as T);
	};

const suggest = (text: string, values: readonly string[]): string => {
	const near = nearest(text, values);
	return near === null ? "." : `. Did you mean ${near}?`;
};

const toBoolean = (text: string): boolean => {
	if (/^(on|true|yes|1)$/i.test(text)) return true;
	if (/^(off|false|no|0)$/i.test(text)) return false;
	throw new Error("choose on or off.");
};

const commands: readonly Command[] = [
	{
		name: "backend",
		usage: "backend [NAME]",
		summary: "show the backends, or change to one",
		run: async (target, rest) => {
			if (rest !== "") {
				await configure(target, { backend: rest });
				return {
					text: [
						settingLine(target, "backend"),
						settingLine(target, "model"),
						`login = ${loginText(target.view.settings.login)}`,
					].join("\n"),
				};
			}
			const { backends } = await target.request("backend/list", {});
			const current = target.view.settings.backend;
			return {
				text: backends
					.map(
						(each) =>
							`${each.name === current ? "*" : " "} ${each.name.padEnd(14)} ${(each.defaultModel ?? "").padEnd(24)} ${loginText(each.login)}`,
					)
					.join("\n"),
			};
		},
	},
	{
		name: "model",
		usage: "model [NAME]",
		summary: "show the models, or change to one",
		run: async (target, rest) => {
			if (rest !== "") {
				await configure(target, { model: rest });
				return { text: settingLine(target, "model") };
			}
			const { backend } = target.view.settings;
			const lines = [settingLine(target, "model")];
			if (backend !== null) {
				// A provider that can't list its models has a current one all the same.
				const list = await target.request("model/list", { backend }).catch(() => null);
				for (const model of list?.models ?? [])
					lines.push(`  ${model.id}${model.name && model.name !== model.id ? ` (${model.name})` : ""}`);
			}
			return { text: lines.join("\n") };
		},
	},
	setting("completion_model", "the model for Alt-.", (text) => ({ completionModel: text })),
	setting(
		"think",
		"thinking effort: l, m, h, x",
		oneOf(["l", "m", "h", "x"], (think) => ({ think })),
	),
	setting(
		"permissions",
		"who allows tools: ask, auto, plan, yolo",
		oneOf(["ask", "auto", "plan", "yolo"], (permissions) => ({ permissions })),
	),
	setting(
		"search",
		"web search: l, m, h, off",
		oneOf(["l", "m", "h", "off"], (search) => ({ search: search === "off" ? null : search })),
	),
	setting("code_theme", "colours of code", (text) => ({ codeTheme: text })),
	setting("log_exact", "log prompts and answers exactly: on, off", (text) => ({ logExact: toBoolean(text) })),
	setting("prompt_mode", "plain text goes to the AI: on, off", (text) => ({ promptMode: toBoolean(text) })),
	{
		name: "prompt",
		usage: "prompt",
		summary: "turn prompt mode on or off (Alt-p)",
		run: async (target) => {
			await configure(target, { promptMode: !target.view.settings.promptMode });
			return { text: promptModeText(target.view.settings.promptMode) };
		},
	},
	{
		name: "reset",
		usage: "reset",
		summary: "new conversation, same variables",
		run: async (target) => {
			await target.request("session/reset", {
				sessionId: target.view.sessionId,
				requestId: target.newRequestId(),
			});
			return { text: "The AI starts anew: earlier prompts and cells are not sent any more." };
		},
	},
	{
		name: "sessions",
		usage: "sessions [all]",
		summary: "this folder's sessions (or all)",
		run: async (target, rest) => {
			const { sessions } = await target.request("session/list", {
				...(rest !== "all" && { cwd: target.view.cwd }),
				limit: 20,
			});
			return { text: sessionsText(sessions, target.view.sessionId) };
		},
	},
	{
		name: "context",
		usage: "context [last | TEXT]",
		summary: "what a prompt would send, or what the last one sent",
		run: async (target, rest) => {
			const { sessionId } = target.view;
			const result =
				rest === "last"
					? await target.request("context/receipt", { sessionId })
					: await target.request("context/preview", { sessionId, ...(rest !== "" && { text: rest }) });
			const text = result.rendered.map((part) =>
				part.kind === "text" ? part.text : `[picture, ${part.mimeType}]`,
			);
			const chars = text.reduce((sum, each) => sum + each.length, 0);
			const parts = result.parts.map(
				(part) =>
					`  ${part.label}: ${part.chars} characters${part.cutChars > 0 ? `, ${part.cutChars} cut` : ""}`,
			);
			return {
				text: [...text, "", `${chars} characters`, ...parts, ...result.warnings.map((each) => `! ${each}`)]
					.join("\n")
					.trimStart(),
			};
		},
	},
	{
		name: "variables",
		usage: "variables [FILTER]",
		summary: "the variables that the AI can look at",
		run: async (target, rest) => {
			const { variables } = await target.request("kernel/variables", {
				sessionId: target.view.sessionId,
				...(rest !== "" && { filter: rest }),
			});
			if (variables.length === 0) return { text: "No variables." };
			return { text: variables.map((each) => `${each.name}: ${each.type} ${each.summary}`).join("\n") };
		},
	},
	{
		name: "tools",
		usage: "tools",
		summary: "the tools that the AI can call",
		run: async (target) => {
			const { tools } = await target.request("tool/list", { sessionId: target.view.sessionId });
			if (tools.length === 0) return { text: "No tools." };
			return {
				text: tools.map((each) => `${each.name.padEnd(16)} ${each.description.split("\n")[0]}`).join("\n"),
			};
		},
	},
	{
		name: "restart",
		usage: "restart",
		summary: "a new kernel: all variables go, the conversation stays",
		run: async () => ({ text: "", next: "restart" }),
	},
	{
		name: "detach",
		usage: "detach",
		summary: "leave, and keep the kernel for ipyai -r",
		run: async () => ({ text: "", next: "detach" }),
	},
	{
		name: "help",
		usage: "help",
		summary: "this list",
		run: async () => ({
			text: [
				"%ipyai shows the settings; %ipyai COMMAND:",
				...commands.map((each) => `  ${each.usage.padEnd(24)} ${each.summary}`),
			].join("\n"),
		}),
	},
];

export const promptModeText = (on: boolean): string => `Prompt mode ${on ? "ON" : "OFF"}`;

/** How `-r` names a session: IPython's number, else the beginning of our id. */
export const sessionName = (session: { historySession: number | null; sessionId: string }): string =>
	session.historySession === null ? session.sessionId.slice(0, 13) : String(session.historySession);

const sessionsText = (sessions: readonly SessionSummary[], current: string): string => {
	const others = sessions.filter((each) => each.sessionId !== current);
	if (others.length === 0) return "No other sessions found for this directory.";
	const rows = others.map((each) => {
		const prompt = (each.lastPrompt ?? each.title ?? "").replace(/\s+/g, " ");
		return [
			sessionName(each).padStart(6),
			localTime(each.createdAt).padEnd(20),
			String(each.cells + each.turns).padStart(5),
			each.state.padEnd(6),
			prompt.length > 60 ? `${prompt.slice(0, 60)}...` : prompt,
		].join("  ");
	});
	return [`${"ID".padStart(6)}  ${"Start".padEnd(20)}   Cmds  State   Last prompt`, ...rows].join("\n");
};

const localTime = (ms: number): string => {
	const date = new Date(ms);
	const two = (value: number): string => String(value).padStart(2, "0");
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};
