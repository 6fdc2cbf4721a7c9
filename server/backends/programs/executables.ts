/** Finding programs and packages that are optional at run time. Looks at files only. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, isAbsolute, join } from "node:path";
import type { Environment } from "../backend.ts";
import { readVariable } from "./environment.ts";

const fromHere = createRequire(import.meta.url);

/** Where packages were found: looking for one takes longer than all else before a prompt is sent. */
const found = new Map<string, string>();

/** The file of an installed package, `null` when the package is not there. */
export const packageFile = (specifier: string): string | null => {
	const before = found.get(specifier);
	if (before !== undefined && existsSync(before)) return before;
	try {
		const path = fromHere.resolve(specifier);
		found.set(specifier, path);
		return path;
	} catch {
		// Not installed.
		return null;
	}
};

export const isExecutable = (path: string): boolean => {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
};

/** The program of this name on the environment's path. */
export const findOnPath = (name: string, environment: Environment): string | null => {
	for (const folder of (readVariable(environment, "PATH") ?? "").split(delimiter)) {
		if (!isAbsolute(folder)) continue;
		const path = join(folder, name);
		if (isExecutable(path)) return path;
	}
	return null;
};

/**
 * The environment for a child: all of the person's but what steers other programs or us, and what names the window
 * that they happen to sit at, so that two windows of one shell share a child.
 */
export const childEnvironment = (
	environment: Environment,
	without: readonly string[] = [],
): Record<string, string> =>
	Object.fromEntries(
		Object.entries(environment).filter(
			([name]) => !steering.test(name) && !window.test(name) && !without.includes(name),
		),
	);

const steering = /^(NODE_.*|IPYAI_.*|CLAUDECODE|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT))$/;

const window =
	/^(_|PWD|OLDPWD|SHLVL|TERM|TERM_.*|COLUMNS|LINES|WINDOWID|TMUX.*|STY|SSH_(TTY|CONNECTION|CLIENT)|(WT|ITERM|KITTY|VSCODE|NVIM|VIM|ALACRITTY|WEZTERM|KONSOLE)(_.*)?)$/;
