/** Which Python a session runs in. Looks at files only: starting an interpreter to ask it would cost more than the kernel. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative, resolve } from "node:path";
import {
	activePrefixes,
	type Environment,
	privateLink,
	pythonOf,
} from "../../../ground/environment/pythonPlaces.mjs";
import { packageRoot } from "../../../ground/paths/packageRoot.mjs";
import { KernelStartError } from "./kernelStartError.ts";
import { projectPython } from "./project/projectPython.ts";
import { behindShim } from "./pyenv.ts";

export type ChoosePythonOptions = {
	/** As the person named it: a path or a command. */
	readonly python?: string | null;
	readonly env: Environment;
	readonly cwd: string;
	/** How a person names another Python in this client, for messages: `--python PATH`. */
	readonly naming: string;
};

/**
 * `named`, `active` and `path` are what `python` in the person's shell would say, or what they asked for. `path` has one
 * candidate for each `python3` of the PATH: the first that a kernel runs on is meant. `private` need not be there yet.
 */
export type PythonChoice = {
	readonly origin: "named" | "active" | "project" | "path" | "private";
	readonly candidates: readonly string[];
	/** Where it comes from, for people: "the project's .venv". */
	readonly reason: string;
	/** What was passed over, each with why. */
	readonly passedOver: readonly string[];
};

/** In the order of looking, best first; the last is `private`. Fails with `KernelStartError`. */
export const choosePython = (options: ChoosePythonOptions): readonly PythonChoice[] => {
	const { python, env, cwd, naming } = options;
	const passedOver: string[] = [];
	const choice = (
		origin: PythonChoice["origin"],
		candidates: readonly string[],
		reason: string,
	): PythonChoice[] => (candidates.length === 0 ? [] : [{ origin, candidates, reason, passedOver }]);
	if (python) return choice("named", [named(python, env, cwd, naming)], "");
	if (env.IPYAI_PYTHON)
		return choice("named", [named(env.IPYAI_PYTHON, env, cwd, "IPYAI_PYTHON")], "IPYAI_PYTHON");

	const active: PythonChoice[] = [];
	for (const prefix of activePrefixes(env)) {
		const path = pythonOf(prefix);
		if (existsSync(path)) active.push(...choice("active", [path], "the active environment"));
		else passedOver.push(`The active environment ${prefix} has no Python`);
	}
	// Conda makes its base active in every shell, as the PATH has a Python in every shell.
	const [first] = active;
	const isBase =
		first?.candidates[0] === pythonOf(env.CONDA_PREFIX ?? "") && env.CONDA_DEFAULT_ENV === "base";
	if (first && !isBase) return [first];

	const real = (path: string): string => behindShim(path, cwd, env);
	const project = projectPython(cwd, env, (why) => passedOver.push(why));
	return [
		...(project === null ? [] : choice("project", [project.python], project.name)),
		...active,
		...choice("path", onPath("python3", env).filter(isOthers).map(real), "python3 of the PATH"),
		...choice("private", [pythonOf(privateLink(env))], "ipyai's own environment"),
	];
};

/** A path as a person in this folder would write it. */
export const shortPath = (path: string, cwd: string, env: Environment): string => {
	const below = relative(cwd, path);
	if (below !== "" && !below.startsWith("..") && !isAbsolute(below)) return below;
	const home = env.HOME ?? homedir();
	return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
};

const named = (python: string, env: Environment, cwd: string, naming: string): string => {
	const option = naming.replace(/ PATH$/, "");
	const home = env.HOME ?? homedir();
	const expanded = python.startsWith("~/") ? join(home, python.slice(2)) : python;
	const path = isAbsolute(expanded) ? expanded : resolve(cwd, expanded);
	// An environment's folder is taken for its interpreter.
	const asFolder = join(path, "bin/python");
	if (existsSync(asFolder)) return asFolder;
	if (!expanded.includes("/")) {
		const [found] = onPath(expanded, env);
		if (found) return found;
		if (!existsSync(path))
			throw new KernelStartError(
				`${option} ${python}: no such command in PATH, and no such environment here.`,
			);
	}
	if (existsSync(path)) return path;
	throw new KernelStartError(`${option} ${python}: ${path} does not exist.`);
};

const onPath = (command: string, env: Environment): string[] =>
	(env.PATH ?? "")
		.split(delimiter)
		.filter(isAbsolute)
		.map((folder) => join(folder, command))
		.filter((path) => existsSync(path));

/** `uvx` puts the environment that ipyai itself is installed in before all others: it is not the person's. */
const isOthers = (python: string): boolean => {
	const prefix = dirname(dirname(python));
	return !(packageRoot() === join(prefix, "share/ipyai") && existsSync(join(prefix, "pyvenv.cfg")));
};
