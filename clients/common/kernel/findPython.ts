/** Which Python a session runs in. Looks at folders only: starting an interpreter to ask it would cost more than the kernel. */
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import {
	activePrefixes,
	hasModule,
	privateLink,
	pythonOf,
} from "../../../ground/environment/pythonPlaces.mjs";
import { SentenceError } from "../../../ground/sentenceError.ts";

/** A kernel cannot be found or started. The message says what was tried and what to do. */
export class KernelStartError extends SentenceError {
	override readonly name = "KernelStartError";
}

type Environment = Readonly<Record<string, string | undefined>>;

export type FindPythonOptions = {
	/** As given with `--python`: a path or a command. */
	readonly python?: string | null;
	readonly env: Environment;
	readonly cwd: string;
	/** Told when the Python of an active environment is passed over. */
	onNotice?(text: string): void;
};

/**
 * `--python`, else the active virtual or conda environment when it has ipykernel, else ipyai's own, else a `python3`
 * of the PATH that has ipykernel. Fails with `KernelStartError`.
 */
export const findPython = ({ python, env, cwd, onNotice }: FindPythonOptions): string => {
	if (python) return named(python, env, cwd);
	const passedOver: string[] = [];
	for (const prefix of activePrefixes(env)) {
		const path = pythonOf(prefix);
		if (hasModule(prefix, "ipykernel")) return path;
		if (existsSync(path)) passedOver.push(path);
	}
	const own = env.IPYAI_PYTHON || pythonOf(privateLink(env));
	const found = existsSync(own)
		? own
		: onPath("python3", env).find((path) => hasModule(prefixOf(path), "ipykernel"));
	if (found === undefined)
		throw new KernelStartError(
			`No Python for the session: ${own} does not exist, and no active environment has ipykernel. Run "npm start" in ipyai's folder to make it, or install ipykernel (${passedOver[0] ?? "python3"} -m pip install ipykernel), or name an interpreter with --python PATH.`,
		);
	if (passedOver[0])
		onNotice?.(
			`The active environment has no ipykernel, so ${found} is used. To work in it: ${passedOver[0]} -m pip install ipykernel`,
		);
	return found;
};

const named = (python: string, env: Environment, cwd: string): string => {
	const home = env.HOME ?? homedir();
	const expanded = python.startsWith("~/") ? join(home, python.slice(2)) : python;
	if (!expanded.includes("/")) {
		const [found] = onPath(expanded, env);
		if (found) return found;
		throw new KernelStartError(`--python ${python}: no such command in PATH.`);
	}
	const path = isAbsolute(expanded) ? expanded : resolve(cwd, expanded);
	// An environment's folder is taken for its interpreter.
	for (const candidate of [join(path, "bin/python"), path]) if (existsSync(candidate)) return candidate;
	throw new KernelStartError(`--python ${python}: ${path} does not exist.`);
};

const onPath = (command: string, env: Environment): string[] =>
	(env.PATH ?? "")
		.split(delimiter)
		.filter(Boolean)
		.map((folder) => join(folder, command))
		.filter((path) => existsSync(path));

const prefixOf = (python: string): string => {
	try {
		return dirname(dirname(realpathSync(python)));
	} catch {
		return dirname(dirname(python));
	}
};
