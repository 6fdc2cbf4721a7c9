/** Finding programs and packages that are optional at run time. Looks at files only. */
import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, isAbsolute, join } from "node:path";
import type { Environment } from "./backend.ts";
import { readVariable } from "./environment.ts";

const require = createRequire(import.meta.url);

/** The file of an installed package, `null` when the package is not there. */
export const packageFile = (specifier: string): string | null => {
	try {
		return require.resolve(specifier);
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

/** The environment for a child: all of the person's but what steers other programs or us. */
export const childEnvironment = (
	environment: Environment,
	without: readonly string[] = [],
): Record<string, string> =>
	Object.fromEntries(
		Object.entries(environment).filter(
			([name]) =>
				!/^(NODE_|IPYAI_|CLAUDECODE$|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT)$)/.test(name) &&
				!without.includes(name),
		),
	);
