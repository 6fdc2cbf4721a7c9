/**
 * Where MCP servers are written down: the person's `config.json`, Claude Code's own file, and `.mcp.json` of the
 * project. Claude Code keeps what `claude mcp add` was told in `~/.claude.json`, or `.claude.json` in
 * `CLAUDE_CONFIG_DIR`: under `mcpServers` for the person, under `projects` by folder for one project
 * (https://code.claude.com/docs/en/mcp, "MCP installation scopes").
 */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { absolute } from "../../../ground/paths/runtimeDir.ts";
import { plainText, rowText } from "../../../ground/text/plainText.ts";
import type { Environment } from "../../backends/backend.ts";
import type { Store } from "../../store/store.ts";
import type { ConfiguredServer } from "../../tools/mcp/server.ts";
import { parseForm, type ServerForm } from "../../tools/mcp/serverForm.ts";
import type { Decision, McpSources, ProjectFile } from "../../tools/mcp/servers.ts";
import { loadConfig } from "./config.ts";

/** Of a project's file; Claude Code's own holds much else. */
const maxProjectBytes = 256 * 1024;
const maxClaudeBytes = 64 * 1024 * 1024;

/** Ours first, then Claude Code's for this project, then for the person. Never rejects. */
export const mcpSources = async (
	environment: Environment,
	folder: string,
	project: string,
): Promise<McpSources> => {
	const problems: string[] = [];
	const folders = foldersUp(folder, project);
	const { config, path } = loadConfig(environment);
	const ours = parseServers(config.mcp_servers, folder, path, problems);
	const theirs = await claudeServers(environment, folder, folders, problems);
	const files = await Promise.all(folders.map((each) => projectFile(each, problems)));
	return { own: [...ours, ...theirs], projectFiles: files.filter((file) => file !== null), problems };
};

/** What the person has decided about a project's file of this content, on this machine. */
export const mcpDecision = (store: Store, key: string): Decision | null => {
	const decision = store.getFact(`mcp/${key}`);
	return decision === "approved" || decision === "refused" ? decision : null;
};

export const rememberDecision = (store: Store, key: string, decision: Decision | null): void =>
	store.setFact(`mcp/${key}`, decision ?? "");

/** From the folder up to the project's root. */
const foldersUp = (folder: string, project: string): string[] => {
	const folders = [folder];
	for (let at = folder; at !== project && dirname(at) !== at; ) {
		at = dirname(at);
		folders.push(at);
	}
	return folders.at(-1) === project ? folders : [folder];
};

const claudeServers = async (
	environment: Environment,
	cwd: string,
	folders: readonly string[],
	problems: string[],
): Promise<ConfiguredServer[]> => {
	const home = absolute(environment.CLAUDE_CONFIG_DIR) ?? placeFacts(environment).home;
	const path = join(home, ".claude.json");
	const text = await readSmall(path, maxClaudeBytes);
	if (text === null) return [];
	const json = parsed(text);
	if (json === null) {
		problems.push(`${path} is no JSON object: its MCP servers are left out.`);
		return [];
	}
	const projects = objectOf(json.projects);
	const ofProject = folders.map((folder) => objectOf(projects[folder]));
	const off = ofProject.flatMap(({ disabledMcpServers: names }) => (Array.isArray(names) ? names : []));
	return [...ofProject, json]
		.flatMap(({ mcpServers }) => parseServers(mcpServers, cwd, path, problems))
		.filter(({ name }) => !off.includes(name));
};

const projectFile = async (folder: string, problems: string[]): Promise<ProjectFile | null> => {
	const path = join(folder, ".mcp.json");
	const text = await readSmall(path, maxProjectBytes);
	if (text === null) return null;
	const json = parsed(text);
	if (json === null) {
		problems.push(`${path} is no JSON object: its MCP servers are left out.`);
		return null;
	}
	const key = createHash("sha256")
		.update(JSON.stringify([path, text]))
		.digest("hex");
	return { path, key, servers: parseServers(json.mcpServers, folder, path, problems) };
};

const maxNameChars = 64;

const parseServers = (json: unknown, cwd: string, path: string, problems: string[]): ConfiguredServer[] => {
	if (json === undefined) return [];
	if (typeof json !== "object" || json === null || Array.isArray(json)) {
		problems.push(`${path}: its MCP servers are no object of names.`);
		return [];
	}
	return Object.entries(json).flatMap(([name, each]) => {
		const isNamed = name.trim() !== "" && name.length <= maxNameChars && name === rowText(plainText(name));
		const form = isNamed ? parseForm(each) : { problem: "has a name that cannot be shown or typed" };
		if (!("problem" in form)) return isOurselves(form) ? [] : [{ name, form, cwd }];
		problems.push(
			`${path}: the MCP server ${rowText(plainText(name.slice(0, maxNameChars)))} ${form.problem}.`,
		);
		return [];
	});
};

/** `ipyai mcp`, as people give it to Claude Code: here it would be a session's way to itself. */
const isOurselves = (form: ServerForm): boolean =>
	form.kind === "stdio" && /^ipy(ai|claude|codex)$/.test(basename(form.command)) && form.args[0] === "mcp";

/** `null`: there is none that can be read. */
const readSmall = async (path: string, maxBytes: number): Promise<string | null> => {
	try {
		const stats = await stat(path);
		return stats.isFile() && stats.size <= maxBytes ? await readFile(path, "utf8") : null;
	} catch {
		// Absent, as mostly.
		return null;
	}
};

const parsed = (text: string): Readonly<Record<string, unknown>> | null => {
	try {
		const json: unknown = JSON.parse(text);
		return typeof json === "object" && json !== null && !Array.isArray(json)
			? (json as Record<string, unknown>)
			: null;
	} catch {
		return null;
	}
};

const objectOf = (json: unknown): Readonly<Record<string, unknown>> =>
	typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
