/** Where Pythons for kernels are, found by looking at folders: starting an interpreter to ask it would cost more than a kernel. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

/**
 * Where what ipyai installs for itself lies, for example `~/.local/share/ipyai`.
 *
 * @param {Environment} env
 */
export const dataFolder = ({ XDG_DATA_HOME: data = "", HOME }) =>
	join(isAbsolute(data) ? data : join(HOME || homedir(), ".local/share"), "ipyai");

/**
 * The link to ipyai's own environment, for example `~/.local/share/ipyai/python`.
 *
 * @param {Environment} env
 */
export const privateLink = (env) => join(dataFolder(env), "python");

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
