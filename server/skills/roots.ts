/** Where skills lie, the nearest first: with the session's folder and those above it, then the person's own. */
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { absolute } from "../../ground/paths/runtimeDir.ts";
import type { Origin } from "./skill.ts";

/** A folder whose folders may be skills. */
export type Root = {
	readonly folder: string;
	readonly origin: Origin;
	/** Whose skills have its name in front of theirs. */
	readonly plugin: string | null;
	/** What links must not lead out of; `null`: a person may have put their own skills anywhere. */
	readonly within: string | null;
};

type Environment = Readonly<Record<string, string | undefined>>;

const own = { origin: "person", plugin: null, within: null } as const;

const maxPlugins = 100;
const maxFileBytes = 1024 * 1024;

/** Of the predecessors (`.agents/skills`) and of Claude Code (`.claude/skills`, plugins). Never rejects. */
export const skillRoots = async (cwd: string, environment: Environment): Promise<readonly Root[]> => {
	const { home } = placeFacts(environment);
	const config = absolute(environment.XDG_CONFIG_HOME) ?? join(home, ".config");
	const claude = absolute(environment.CLAUDE_CONFIG_DIR) ?? join(home, ".claude");
	const [realHome, realClaude] = await Promise.all([home, claude].map(real));
	const roots: Root[] = [];
	for (const folder of upwards(await real(cwd))) {
		const theirsOrOwn =
			folder === realHome ? own : ({ origin: "project", plugin: null, within: folder } as const);
		roots.push({ ...theirsOrOwn, folder: join(folder, ".agents", "skills") });
		const theirs = join(folder, ".claude");
		if ((await real(theirs)) === realClaude) continue;
		roots.push({ ...theirsOrOwn, folder: join(theirs, "skills") });
		roots.push({ ...theirsOrOwn, folder: join(theirs, "plugins", "skills") });
		for (const name of await namesIn(join(theirs, "plugins")))
			roots.push(...(await pluginRoot(join(theirs, "plugins", name), theirsOrOwn)));
	}
	roots.push(
		{ ...own, folder: join(config, "agents", "skills") },
		{ ...own, folder: join(home, ".agents", "skills") },
		{ ...own, folder: join(claude, "skills") },
	);
	const installed = { ...own, origin: "plugin" } as const;
	for (const folder of await installedPlugins(claude)) roots.push(...(await pluginRoot(folder, installed)));
	return roots;
};

const upwards = (folder: string): string[] => {
	const above = dirname(folder);
	return above === folder ? [folder] : [folder, ...upwards(above)];
};

const real = (path: string): Promise<string> => realpath(path).catch(() => path);

const namesIn = async (folder: string): Promise<readonly string[]> => {
	try {
		return (await readdir(folder)).sort().slice(0, maxPlugins);
	} catch {
		// Not there, or not for this person.
		return [];
	}
};

/** Where the folder is a plugin of Claude Code's. */
const pluginRoot = async (folder: string, like: Omit<Root, "folder">): Promise<Root[]> => {
	const manifest = await json(join(folder, ".claude-plugin", "plugin.json"));
	if (manifest === null) return [];
	const { name } = manifest;
	if (typeof name !== "string" || !/^[\w.-]{1,64}$/.test(name)) return [];
	return [{ ...like, folder: join(folder, "skills"), plugin: name }];
};

/** Those that the person has installed in Claude Code and has not switched off. */
const installedPlugins = async (claude: string): Promise<readonly string[]> => {
	const [installed, settings] = await Promise.all([
		json(join(claude, "plugins", "installed_plugins.json")),
		json(join(claude, "settings.json")),
	]);
	const enabled = settings?.enabledPlugins as Readonly<Record<string, unknown>> | undefined;
	return Object.entries(record(installed?.plugins))
		.filter(([id]) => enabled?.[id] === true)
		.flatMap(([, entries]) => (Array.isArray(entries) ? entries : [entries]))
		.flatMap((entry) => absolute(record(entry).installPath as string | undefined) ?? [])
		.slice(0, maxPlugins);
};

const record = (value: unknown): Record<string, unknown> =>
	typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** What a file of Claude Code's says; `null` for none, and for one that cannot be read. */
const json = async (path: string): Promise<Record<string, unknown> | null> => {
	try {
		const stats = await stat(path);
		if (!stats.isFile() || stats.size > maxFileBytes) return null;
		return record(JSON.parse(await readFile(path, "utf8")));
	} catch {
		return null;
	}
};
