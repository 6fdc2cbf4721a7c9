/** What a Python says of itself: its release, where it looks for packages, and what it has of what a kernel needs. */
import { join } from "node:path";
import { packageRoot } from "../paths/packageRoot.mjs";
import { runCommand } from "./command.mjs";

/**
 * `clients/ipython/ipyai/start/environment.py` finds it out. `pip` is the release that is installed, `pipWheel` the
 * file that Python makes environments with; `lacks` and `tooOld` name packages.
 *
 * @typedef {{
 *   readonly version: readonly number[];
 *   readonly implementation: string;
 *   readonly executable: string;
 *   readonly threads: boolean;
 *   readonly platform: string;
 *   readonly folders: readonly string[];
 *   readonly pip: string | null;
 *   readonly pipWheel: string | null;
 *   readonly ipykernel: string | null;
 *   readonly ipython: string | null;
 *   readonly lacks: readonly string[];
 *   readonly tooOld: readonly string[];
 * }} PythonFacts
 */

const answerMs = 20_000;

/**
 * Starts the interpreter, any version of it, and asks. Resolves to what it said instead where it is no Python that runs.
 *
 * @param {string} python
 * @param {{ env: Readonly<Record<string, string | undefined>>; cwd?: string | undefined; signal?: AbortSignal | undefined }} options
 * @returns {Promise<{ facts: PythonFacts } | { facts: null; said: string }>}
 */
export const askPython = async (python, { env, cwd, signal }) => {
	const script = join(packageRoot(), "clients/ipython/ipyai/start/environment.py");
	const { code, output } = await runCommand(python, [script], {
		env,
		signal,
		timeoutMs: answerMs,
		...(cwd !== undefined && { cwd }),
	});
	try {
		if (code === 0) return { facts: JSON.parse(output.trim().split("\n").at(-1) ?? "") };
	} catch {
		// Something named like Python that is not Python.
	}
	return { facts: null, said: output };
};

/** @param {PythonFacts} facts */
export const describePython = ({ version, executable }) => `Python ${version.join(".")} (${executable})`;
