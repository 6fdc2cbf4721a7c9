/** `%ipyai mcp`: MCP servers with what they offer and why one failed, and a person's decisions about them. */
import { plainText, rowText } from "../../ground/text/plainText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { Content } from "../../protocol/index.ts";
import type { Session } from "../sessions/session.ts";
import type { Listed } from "../tools/mcp/connection.ts";
import { contentOf } from "../tools/mcp/results.ts";
import type { McpServer } from "../tools/mcp/server.ts";
import { formName } from "../tools/mcp/serverForm.ts";
import type { Decision } from "../tools/mcp/servers.ts";
import { type Command, type CommandContext, CommandError, withoutQuotes } from "./command.ts";
import { firstLine } from "./tables.ts";

export const mcpCommands = {
	mcp: {
		usage: "mcp [NAME | approve | refuse | forget | …]",
		summary: "MCP servers: what they offer, a project's file, restart, prompts",
		run: async (context, rest) => {
			const [, word = "", more = ""] = /^(\S*)\s*(.*)$/s.exec(rest)!;
			const { session } = context;
			switch (word) {
				case "":
					await session.mcp.refresh();
					return { text: list(session) };
				case "approve":
					return { text: await decide(session, "approved", "Approved") };
				case "refuse":
					return { text: await decide(session, "refused", "Not used, and not asked about as it is") };
				case "forget":
					return { text: await decide(session, null, "Asked about again") };
				case "restart":
					return { text: await restart(session, more) };
				case "login":
					return { text: await logIn(session, more) };
				case "logout":
					return { text: await logOut(session, more) };
				case "prompt":
					return { text: await sendPrompt(context, more) };
				default:
					if (more !== "") throw new CommandError(`${word} is none of ${words}.`);
					return { text: await describe(named(session, word), context.signal) };
			}
		},
	},
} satisfies Record<string, Command>;

const words = "approve, refuse, forget, restart NAME, login NAME, logout NAME, prompt NAME PROMPT";

const list = ({ mcp }: Session): string => {
	const waiting = mcp.projectFiles.filter(({ decision }) => decision !== "approved");
	const lines = [
		...mcp.servers.map((server) => `${server.name.padEnd(16)} ${stateText(server)}`),
		...mcp.servers.flatMap(({ name, problems }) => problems.map((problem) => `! ${name}: ${problem}`)),
		...(mcp.tooMany > 0 ? [`! ${mcp.tooMany} tools are left out: there is no room for more`] : []),
		...waiting.flatMap((file) => [
			`${file.path}: ${file.decision === "refused" ? "refused" : "not approved: %ipyai mcp approve, or refuse"}`,
			...mcp.show(file),
		]),
		...mcp.problems.map((problem) => `! ${problem}`),
	];
	return lines.length > 0
		? lines.join("\n")
		: "No MCP servers: name some under mcp_servers in config.json, or in .mcp.json of the project.";
};

const stateText = (server: McpServer): string => {
	const { state, configured, tools } = server;
	const what = formName(configured.form);
	switch (state.kind) {
		case "ready":
			return `${tools.length} ${tools.length === 1 ? "tool" : "tools"}   ${what}`;
		case "starting":
			return `starting   ${what}`;
		case "failed":
			return `failed: ${state.reason}   ${what}`;
		case "needsLogin":
			return `wants a login: %ipyai mcp login ${server.name}   ${what}`;
		case "stopped":
			return `stopped   ${what}`;
		default:
			return state satisfies never;
	}
};

const named = ({ mcp }: Session, name: string): McpServer => {
	const server = mcp.find(withoutQuotes(name));
	if (server) return server;
	const names = mcp.servers.map((each) => each.name).join(", ");
	throw new CommandError(`there is no MCP server ${name}${names === "" ? "" : `: there are ${names}`}.`);
};

const maxShown = 200;

const describe = async (server: McpServer, signal: AbortSignal): Promise<string> => {
	const listed = async (offer: "prompts" | "resources"): Promise<readonly Listed[]> =>
		server.offers(offer) ? server.list(offer, signal) : [];
	const [prompts, resources] = [await listed("prompts"), await listed("resources")];
	const lines = [
		`${server.name}: ${stateText(server)}`,
		...server.tools.map(({ name, description }) => `  ${name}  ${firstLine(description, 100)}`),
		...(prompts.length > 0 ? ["prompts:"] : []),
		...prompts.slice(0, maxShown).map((prompt) => {
			const needed = argumentsOf(prompt).map(({ name, isRequired }) =>
				isRequired ? `${name}=…` : `[${name}=…]`,
			);
			return `  ${[textOf(prompt.name), ...needed].join(" ")}  ${firstLine(textOf(prompt.description), 100)}`;
		}),
		...(resources.length > 0 ? ["resources:"] : []),
		...resources
			.slice(0, maxShown)
			.map(({ uri, name }) => `  ${rowText(textOf(uri))}  ${firstLine(textOf(name), 100)}`),
		...server.problems.map((problem) => `! ${problem}`),
	];
	return lines.join("\n");
};

const decide = async ({ mcp }: Session, decision: Decision | null, told: string): Promise<string> => {
	const { decided, unseen } = await mcp.decide(decision);
	const states = mcp.servers
		.filter(({ configured }) =>
			decided.some(({ servers }) => servers.some(({ name }) => name === configured.name)),
		)
		.map((server) => `  ${server.name}: ${stateText(server)}`);
	const lines = [
		...decided.map(({ path }) => `${told}: ${path}`),
		...states,
		...unseen.flatMap((file) => [
			`${file.path} has changed since it was shown. %ipyai mcp approve once more approves this:`,
			...mcp.show(file),
		]),
	];
	if (lines.length > 0) return lines.join("\n");
	if (mcp.projectFiles.length > 0) return "That is so already.";
	throw new CommandError("the project has no .mcp.json.");
};

const restart = async (session: Session, name: string): Promise<string> => {
	const server = named(session, name);
	await session.mcp.restart(server.name);
	return `${server.name}: ${stateText(named(session, name))}`;
};

const logIn = async (session: Session, rest: string): Promise<string> => {
	const [name = "", address] = rest.split(/\s+/);
	const server = named(session, name);
	if (address !== undefined) {
		server.finishLogin(address);
		return "Taken.";
	}
	const open = await session.mcp.login(server);
	if (open === null) return `${server.name}: ${stateText(server)}`;
	return [
		"Open this in a browser and log in; the session goes on meanwhile:",
		plainText(open),
		`Where the browser is on another machine, it ends at an address that it cannot show: %ipyai mcp login ${name} ADDRESS.`,
	].join("\n");
};

const logOut = async (session: Session, name: string): Promise<string> => {
	const server = named(session, name);
	if (!server.forgetLogin()) throw new CommandError(`nobody has logged in at ${server.name}.`);
	await session.mcp.restart(server.name);
	return `Logged out: ${server.name} is asked without a login.`;
};

/** A prompt of a server's goes to the AI as material: references in it are text. */
const sendPrompt = async ({ session, by, signal }: CommandContext, rest: string): Promise<string> => {
	const [, where = "", wanted = "", given = ""] = /^(\S*)\s*(\S*)\s*(.*)$/s.exec(rest)!;
	const server = named(session, where);
	const prompts = await server.list("prompts", signal);
	const prompt = prompts.find(({ name }) => name === wanted);
	if (!prompt) {
		const names = prompts.map(({ name }) => rowText(textOf(name))).join(", ");
		throw new CommandError(
			names === "" ? `${server.name} has no prompts.` : `write one of its prompts: ${names}.`,
		);
	}
	const args = valuesOf(given);
	const missing = argumentsOf(prompt).filter(
		({ name, isRequired }) => isRequired && args[name] === undefined,
	);
	if (missing.length > 0)
		throw new CommandError(`${wanted} needs ${missing.map(({ name }) => `${rowText(name)}=…`).join(" ")}.`);
	const { messages } = await server.prompt(wanted, args, signal);
	const content = contentOf(
		(Array.isArray(messages) ? messages : []).map(
			(message) => (message as { content?: unknown } | null)?.content,
		),
		undefined,
	);
	if (content.length === 0) throw new CommandError(`${wanted} of ${server.name} is empty.`);
	const request = `Follow the prompt "${wanted}" of the MCP server ${server.name}, which is quoted.`;
	const quoted = content.map(
		(part): Content => (part.kind === "text" ? { ...part, text: plainText(part.text), quoted: true } : part),
	);
	session.turns.prompt([...quoted, { kind: "text", text: request }], `%ipyai mcp prompt ${rest}`, by);
	return headOf(
		quoted.map((part) => (part.kind === "text" ? part.text : "[picture]")).join("\n"),
		maxPromptChars,
	);
};

const maxPromptChars = 10_000;

const argumentsOf = ({ arguments: listed }: Listed): { name: string; isRequired: boolean }[] =>
	(Array.isArray(listed) ? listed : []).flatMap((each) => {
		const { name, required } = (each ?? {}) as Record<string, unknown>;
		return typeof name === "string" ? [{ name, isRequired: required === true }] : [];
	});

/** `name=value` and `name="more words"`. */
const valuesOf = (text: string): Record<string, string> =>
	Object.fromEntries(
		[...text.matchAll(/([^\s=]+)=("[^"]*"|'[^']*'|\S*)/g)].map(([, name, value]) => [
			name!,
			withoutQuotes(value!),
		]),
	);

const textOf = (said: unknown): string =>
	typeof said === "string" ? plainText(said.slice(0, 1000).toWellFormed()) : "";
