/** What is read of the files of a project and of its tools: a few plain values. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Environment } from "../../../../ground/environment/pythonPlaces.mjs";

/** `null` where there is none, or none that is read. */
export const readText = (path: string): string | null => {
	try {
		return statSync(path).size > 4_000_000 ? null : readFileSync(path, "utf8");
	} catch {
		return null;
	}
};

/** The names in a folder; none where there is no folder. */
export const entriesOf = (folder: string): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
};

/** A string of a TOML file: `[section]` and `key = "value"`, each on a line of its own. */
export const tomlText = (toml: string | null, section: string, key: string): string | null => {
	let current = "";
	for (const line of (toml ?? "").split("\n")) {
		const header = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line);
		if (header) current = header[1]!.replaceAll(/["'\s]/g, "");
		const value = /^\s*["']?([\w.-]+)["']?\s*=\s*(?:"([^"\\]*)"|'([^']*)')/.exec(line);
		if (value && current === section && value[1] === key) return value[2] ?? value[3]!;
	}
	return null;
};

/** Whether a TOML file has the section, or one in it. */
export const hasSection = (toml: string | null, section: string): boolean =>
	new RegExp(`^\\s*\\[+\\s*${section.replaceAll(".", "\\s*\\.\\s*")}\\s*[.\\]]`, "m").test(toml ?? "");

/** How poetry, pipenv and hatch tell projects of one name apart: by the real path's hash, in eight characters. */
export const pathHash = (path: string): string =>
	createHash("sha256").update(path).digest("base64url").slice(0, 8);

export const realFolder = (folder: string): string => {
	try {
		return realpathSync(folder);
	} catch {
		return folder;
	}
};

export const homeOf = (env: Environment): string => env.HOME || homedir();

export const expandHome = (path: string, env: Environment): string =>
	path.startsWith("~/") ? join(homeOf(env), path.slice(2)) : path;

/** A folder of the tool's own, as the platform has it. */
export const toolFolder = (kind: "cache" | "config" | "data", tool: string, env: Environment): string => {
	if (process.platform === "darwin")
		return join(homeOf(env), kind === "cache" ? "Library/Caches" : "Library/Application Support", tool);
	const [variable, usual] = {
		cache: ["XDG_CACHE_HOME", ".cache"],
		config: ["XDG_CONFIG_HOME", ".config"],
		data: ["XDG_DATA_HOME", ".local/share"],
	}[kind] as [string, string];
	const set = env[variable] ?? "";
	return join(isAbsolute(set) ? set : join(homeOf(env), usual), tool);
};
