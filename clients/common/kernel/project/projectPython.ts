/** The environment of the project that a folder belongs to, found by its files; no tool is run. */
import { existsSync, lstatSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../../../../ground/environment/pythonPlaces.mjs";
import { pythonOf } from "../../../../ground/environment/pythonPlaces.mjs";
import { gitRoot } from "../../../../ground/paths/gitRoot.ts";
import type { Candidate } from "./candidate.ts";
import { isCommitted } from "./committed.ts";
import { condaEnvironments } from "./conda.ts";
import { hatchEnvironments } from "./hatch.ts";
import { pipenvEnvironments } from "./pipenv.ts";
import { poetryEnvironments } from "./poetry.ts";

export type ProjectPython = {
	readonly python: string;
	/** For people: "the project's .venv". */
	readonly name: string;
};

/**
 * Looks in the folder and in those above it, up to the repository's root, or else to the person's home; of a folder
 * that is in neither, in that folder alone. `onPassedOver` is told of one that is there and cannot be used.
 */
export const projectPython = (
	cwd: string,
	env: Environment,
	onPassedOver: (why: string) => void,
): ProjectPython | null => {
	const root = gitRoot(cwd);
	for (const folder of projectFolders(cwd, root, env.HOME ?? homedir()))
		for (const { prefix, name } of candidatesOf(folder, env)) {
			if (!isEnvironment(prefix)) continue;
			const python = pythonOf(prefix);
			const problem = !existsSync(python)
				? `has lost its Python (${python})`
				: !isOwn(prefix)
					? "belongs to another user"
					: root !== null && isCommitted(root, prefix)
						? "came with the repository"
						: null;
			if (problem === null) return { python, name };
			onPassedOver(`${prefix} ${problem}`);
		}
	return null;
};

const projectFolders = (cwd: string, root: string | null, home: string): string[] => {
	const isBelow = (folder: string, top: string): boolean => folder === top || folder.startsWith(`${top}/`);
	const top = root ?? (isBelow(cwd, home) ? home : cwd);
	const folders: string[] = [];
	for (let folder = cwd; isBelow(folder, top); folder = dirname(folder)) {
		folders.push(folder);
		if (folder === dirname(folder)) break;
	}
	return folders;
};

const candidatesOf = function* (folder: string, env: Environment): Generator<Candidate> {
	const here = (path: string, name = `the project's ${path}`): Candidate => ({
		prefix: join(folder, path),
		name,
	});
	const uv = env.UV_PROJECT_ENVIRONMENT;
	if (uv && existsSync(join(folder, "pyproject.toml")))
		yield { prefix: isAbsolute(uv) ? uv : resolve(folder, uv), name: "the project's environment of uv" };
	yield here(".venv");
	yield here("venv");
	yield here(".pixi/envs/default", "the project's environment of pixi");
	yield* poetryEnvironments(folder, env);
	yield* pipenvEnvironments(folder, env);
	yield* hatchEnvironments(folder, env);
	yield* condaEnvironments(folder, env);
};

/** Both kinds say what they are. */
const isEnvironment = (prefix: string): boolean =>
	existsSync(join(prefix, "pyvenv.cfg")) || existsSync(join(prefix, "conda-meta"));

/** What lies there is run: it was put there by this person or by the system. */
const isOwn = (prefix: string): boolean => {
	const user = process.getuid?.();
	const owners = [statSync(prefix), statSync(join(prefix, "bin")), lstatSync(pythonOf(prefix))];
	return owners.every(({ uid }) => uid === user || uid === 0);
};
