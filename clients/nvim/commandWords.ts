/** What may follow `:Ipyai`: the server's commands, and values for some of them. */

import { commandNames } from "../../protocol/commandNames.ts";
import type { ClientRequest, Login, ParamsOf, ResultOf, Settings } from "../../protocol/index.ts";

export type CompletionTarget = {
	readonly sessionId: string;
	readonly settings: Settings;
	request<M extends ClientRequest>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>>;
};

/** Candidates for the last of the words, not filtered. Without a session the commands alone. */
export const completeCommand = async (
	target: CompletionTarget | null,
	words: string,
): Promise<readonly string[]> => {
	const [name, ...rest] = words.split(/\s+/);
	if (rest.length === 0) return commandNames;
	if (rest.length > 1) return [];
	return fixed[name!] ?? (target === null ? [] : ((await asked[name!]?.(target)) ?? []));
};

/** A sentence of the server's, with its commands as they are called here. */
export const inNeovim = (text: string): string =>
	text.replaceAll("%ipyai restart", ":IpyaiRestart").replaceAll(/%ipyai(?= )/g, ":Ipyai");

const onOff = ["on", "off"];

const fixed: Readonly<Record<string, readonly string[]>> = {
	think: ["l", "m", "h", "x"],
	permissions: ["ask", "auto", "plan", "yolo"],
	search: ["l", "m", "h", "off"],
	log_exact: onOff,
	prompt_mode: onOff,
	context: ["last"],
	sessions: ["all"],
	help: commandNames,
};

const modelNames = async ({ settings, request }: CompletionTarget): Promise<readonly string[]> => {
	if (settings.backend === null) return [];
	const { models } = await request("model/list", { backend: settings.backend });
	return models.map(({ id }) => id);
};

const asked: Readonly<Record<string, (target: CompletionTarget) => Promise<readonly string[]>>> = {
	backend: async ({ request }) => (await request("backend/list", {})).backends.map(({ name }) => name),
	model: modelNames,
	completion_model: modelNames,
	tool: async ({ request, sessionId }) =>
		(await request("tool/list", { sessionId })).tools.map(({ name }) => name),
};

/** How a backend gets in, in a few words. */
export const loginText = (login: Login): string => {
	switch (login.kind) {
		case "login":
			return `login ${login.name}`;
		case "storedKey":
			return `stored key ${login.name}`;
		case "environment":
			return `key from $${login.name}`;
		case "notNeeded":
			return "needs no login";
		case "missing":
			return `no login: ${login.hint}`;
		default:
			return login satisfies never;
	}
};
