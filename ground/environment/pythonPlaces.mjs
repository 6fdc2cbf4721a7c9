/** Where Pythons for kernels are, found by looking at folders: starting an interpreter to ask it would cost more than a kernel. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

/**
 * The link to ipyai's own environment, for example `~/.local/share/ipyai/python`.
 *
 * @param {Environment} env
 */
export const privateLink = ({ XDG_DATA_HOME: data = "", HOME }) =>
	join(isAbsolute(data) ? data : join(HOME || homedir(), ".local/share"), "ipyai", "python");

/**
 * The folders of the active virtual and conda environments.
 *
 * @param {Environment} env
 */
export const activePrefixes = (env) =>
	[env.VIRTUAL_ENV, env.CONDA_PREFIX].flatMap((prefix) => (prefix ? [prefix] : []));

/**
 * The interpreter of an environment.
 *
 * @param {string} prefix
 */
export const pythonOf = (prefix) => join(prefix, "bin", "python");

/**
 * Whether a module is installed in the environment itself.
 *
 * @param {string} prefix
 * @param {string} module
 */
export const hasModule = (prefix, module) =>
	["lib", "lib64"].some((lib) =>
		entriesOf(join(prefix, lib)).some(
			(name) => name.startsWith("python3") && existsSync(join(prefix, lib, name, "site-packages", module)),
		),
	);

/** @param {string} folder */
const entriesOf = (folder) => {
	try {
		return readdirSync(folder);
	} catch {
		return []; // no such folder
	}
};
