/** MCP servers of a session without the session: real processes and addresses, and what a person is told. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { StoredLogin } from "../../../server/tools/mcp/login.ts";
import type { ConfiguredServer } from "../../../server/tools/mcp/server.ts";
import { parseForm } from "../../../server/tools/mcp/serverForm.ts";
import { type Decision, McpServers, type McpSources } from "../../../server/tools/mcp/servers.ts";
import { placeOf } from "../../../server/tools/places.ts";
import type { Outcome, Tool } from "../../../server/tools/tool.ts";

export const programOf = (file: "main" | "hostile", ...args: string[]) => ({
	command: process.execPath,
	args: [join(import.meta.dirname, `${file}.ts`), ...args],
});

export const configured = (name: string, form: object): ConfiguredServer => {
	const parsed = parseForm(form);
	if ("problem" in parsed) throw new Error(parsed.problem);
	return { name, form: parsed, cwd: import.meta.dirname };
};

export type OpenedServers = {
	readonly servers: McpServers;
	/** What was told to the person. */
	readonly told: string[];
	/** How often the tools became others. */
	readonly changes: () => number;
	/** What is kept of logins, by address. */
	readonly logins: ReadonlyMap<string, StoredLogin>;
	/** What the files say from now on. */
	say(sources: Partial<McpSources>): void;
	tool(name: string): Tool;
	call(
		name: string,
		args?: object,
		options?: { signal?: AbortSignal; onOutput?(text: string): void },
	): Promise<Outcome>;
};

export const openServers = async (
	sources: Partial<McpSources>,
	variables: Readonly<Record<string, string>> = {},
): Promise<OpenedServers> => {
	const told: string[] = [];
	const decisions = new Map<string, Decision>();
	const logins = new Map<string, StoredLogin>();
	let changes = 0;
	let now: McpSources = { own: [], projectFiles: [], problems: [], ...sources };
	const servers = new McpServers({
		place: async () => placeOf(import.meta.dirname, import.meta.dirname, {}),
		root: () => import.meta.dirname,
		variables: () => variables,
		environment: () => ({ PATH: process.env.PATH ?? "" }),
		fetch: () => fetch,
		logins: () => ({
			read: (url) => logins.get(url) ?? null,
			write: (url, login) => void (login === null ? logins.delete(url) : logins.set(url, login)),
		}),
		read: async () => now,
		decisionOn: (key) => decisions.get(key) ?? null,
		decide: (key, decision) =>
			void (decision === null ? decisions.delete(key) : decisions.set(key, decision)),
		onChanged: () => {
			changes++;
		},
		tell: (_, text) => void told.push(text),
	});
	onTestFinished(() => servers.dispose());
	servers.open((text) => void told.push(text));
	await servers.ready(new AbortController().signal);
	const tool = (name: string): Tool => {
		const found = servers.tools.find((each) => each.name === name);
		if (!found) throw new Error(`no ${name} among ${servers.tools.map((each) => each.name).join(", ")}`);
		return found;
	};
	return {
		servers,
		told,
		logins,
		changes: () => changes,
		say: (sources) => {
			now = { ...now, ...sources };
		},
		tool,
		call: async (name, args = {}, { signal = new AbortController().signal, onOutput = () => {} } = {}) => {
			const prepared = await tool(name).prepare({ ...args }, signal);
			if ("problem" in prepared) throw new Error(prepared.problem);
			return prepared.run({ signal, onWaiting: () => {}, onOutput });
		},
	};
};

export const textOf = ({ content }: Outcome): string =>
	content.map((part) => (part.kind === "text" ? part.text : `[${part.mimeType}]`)).join("\n");
