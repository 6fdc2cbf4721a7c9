/** Finds a Python that can carry an environment, and the ways to make one with it. */
import { runCommand } from "./command.mjs";
import { isNewEnough, minimumPython } from "./kernelPackages.mjs";
import { SetUpError } from "./setUpError.mjs";

/** In the order of trying: the person's own first, then exact names, then places that are often not on PATH. */
export const candidates = [
	"python3",
	"python",
	"python3.13",
	"python3.12",
	"python3.14",
	"python3.11",
	"python3.10",
	"/usr/bin/python3",
	"/usr/local/bin/python3",
	"/opt/homebrew/bin/python3",
];

/**
 * @typedef {{
 *   readonly path: string;
 *   readonly version: readonly number[];
 *   readonly venv: boolean;
 *   readonly virtualenv: boolean;
 * }} Interpreter
 */

/**
 * `python` is `null` when only `uv` is there, which brings a Python of its own.
 *
 * @typedef {{
 *   readonly python: string | null;
 *   readonly label: string;
 *   readonly venv: boolean;
 *   readonly virtualenv: boolean;
 *   readonly virtualenvCommand: boolean;
 *   readonly uv: boolean;
 * }} FoundPython
 */

const probe = `import sys, json, importlib.util as u
has = lambda name: u.find_spec(name) is not None
print(json.dumps({"path": sys.executable, "version": list(sys.version_info[:3]),
    "venv": has("venv") and has("ensurepip"), "virtualenv": has("virtualenv")}))`;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundPython>}
 * @throws {SetUpError} when there is no usable Python.
 */
export const findPython = async (env) => {
	/** @type {Interpreter[]} */
	const seen = [];
	for (const candidate of candidates) {
		const interpreter = await look(candidate, env);
		if (interpreter === null) continue;
		if (isNewEnough(interpreter.version) && (interpreter.venv || interpreter.virtualenv))
			return { ...found(interpreter), virtualenvCommand: false, uv: false };
		seen.push(interpreter);
	}
	const usable = seen.find((interpreter) => isNewEnough(interpreter.version));
	const virtualenvCommand = usable !== undefined && (await runs("virtualenv", env));
	const uv = !virtualenvCommand && (await runs("uv", env));
	if (usable !== undefined && (virtualenvCommand || uv)) return { ...found(usable), virtualenvCommand, uv };
	if (uv)
		return { python: null, label: "Python by uv", venv: false, virtualenv: false, virtualenvCommand, uv };
	throw new SetUpError(explainMissing(seen));
};

/**
 * The commands that make an environment in `folder`, best first.
 *
 * @param {FoundPython} found
 * @param {string} folder
 * @returns {string[][]}
 */
export const makersFor = ({ python, venv, virtualenv, virtualenvCommand, uv }, folder) => {
	/** @type {string[][]} */
	const makers = [];
	if (python !== null && venv) makers.push([python, "-m", "venv", folder]);
	if (python !== null && virtualenv) makers.push([python, "-m", "virtualenv", "--quiet", folder]);
	if (python !== null && virtualenvCommand)
		makers.push(["virtualenv", "--quiet", "--python", python, folder]);
	if (uv) makers.push(["uv", "venv", "--quiet", "--seed", "--python", python ?? minimumText(">="), folder]);
	return makers;
};

/**
 * Why none of these Pythons will do, and the next step.
 *
 * @param {readonly Interpreter[]} seen
 */
export const explainMissing = (seen) => {
	const usable = seen.find((interpreter) => isNewEnough(interpreter.version));
	if (usable !== undefined)
		return `${describe(usable)} cannot make environments: its venv module is missing. On Debian and Ubuntu run "sudo apt install python3-venv", elsewhere "${usable.path} -m pip install virtualenv"; then start again.`;
	const how = `macOS "brew install python", Debian and Ubuntu "sudo apt install python3 python3-venv", Fedora "sudo dnf install python3"`;
	const [old] = seen;
	return old === undefined
		? `No Python found, and ipyai needs ${minimumText()} or newer. Install it (${how}), or choose one with --python; then start again.`
		: `${describe(old)} is too old: ipyai needs ${minimumText()} or newer. Install it (${how}), or choose one with --python; then start again.`;
};

const minimumText = (prefix = "Python ") => `${prefix}${minimumPython.join(".")}`;

/** @param {Interpreter} interpreter */
const describe = ({ path, version }) => `Python ${version.join(".")} (${path})`;

/** @param {Interpreter} interpreter */
const found = (interpreter) => ({
	python: interpreter.path,
	label: `Python ${interpreter.version.join(".")}`,
	venv: interpreter.venv,
	virtualenv: interpreter.virtualenv,
});

/**
 * @param {string} candidate
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Interpreter | null>}
 */
const look = async (candidate, env) => {
	const { code, output } = await runCommand(candidate, ["-c", probe], { env, timeoutMs: 20_000 });
	if (code !== 0) return null;
	try {
		return JSON.parse(output.trim().split("\n").at(-1) ?? "");
	} catch {
		// Something named like Python that is not Python.
		return null;
	}
};

/**
 * @param {string} file
 * @param {NodeJS.ProcessEnv} env
 */
const runs = async (file, env) =>
	(await runCommand(file, ["--version"], { env, timeoutMs: 20_000 })).code === 0;
