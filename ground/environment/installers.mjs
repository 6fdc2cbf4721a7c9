/**
 * The ways to install packages into a folder: pip in the person's own configuration, and where there is none, uv. Any
 * pip can install for any Python, so the Python that the packages are for needs none.
 */
import { runCommand } from "./command.mjs";
import { candidates } from "./interpreters.mjs";
import { isNewEnough } from "./kernelPackages.mjs";
import { askPython } from "./pythonFacts.mjs";

/** @typedef {import("./pythonFacts.mjs").PythonFacts} PythonFacts */

/**
 * `command` takes further options, requirements among them. `counts` when it says what it gets, line by line.
 *
 * @typedef {{ readonly label: string; readonly command: readonly string[]; readonly counts: boolean }} Installer
 */

/** Older ones do not know the wheels of today. */
const oldestPip = 22;

/**
 * Best first. `python` is the Python that the packages are for; `pure` ones are for any of its `version` or newer, and
 * `python` may be `null` for them.
 *
 * @param {{ python: PythonFacts | null; pure: boolean; version: readonly number[]; target: string }} wanted
 * @param {import("./pythonEnvironment.mjs").Work} work
 * @returns {AsyncGenerator<Installer>}
 */
export const installersFor = async function* ({ python, pure, version, target }, { env, signal }) {
	const options = ["--target", target, "--no-deps", "--only-binary", ":all:"];
	const release = version.slice(0, 2).join(".");
	const forAny = ["--python-version", release, "--implementation", "cp"];
	const asked = new Set();
	/** @param {PythonFacts} facts @param {readonly string[]} more @returns {Installer[]} */
	const pips = (facts, more) =>
		pipsOf(facts).map((words) => ({
			label: `pip of Python ${facts.version.join(".")}`,
			command: [...words, "install", ...pipOptions, ...options, ...more],
			counts: true,
		}));
	if (python !== null) {
		asked.add(python.executable);
		yield* pips(python, pure ? forAny : []);
	}
	// Wheels for Python's build without its lock are found by that Python's own pip alone.
	const others = python?.threads ? [] : candidates;
	for (const candidate of others) {
		const { facts } = await askPython(candidate, { env, signal });
		if (facts === null || !isNewEnough(facts.version) || asked.has(facts.executable)) continue;
		asked.add(facts.executable);
		yield* pips(facts, forAny);
	}
	if ((await runCommand("uv", ["--version"], { env, signal })).code !== 0) return;
	const which = pure || python === null ? ["--python-version", release] : ["--python", python.executable];
	yield {
		label: "uv",
		command: ["uv", "pip", "install", "--no-python-downloads", ...options, ...which],
		counts: false,
	};
};

/**
 * How many packages pip has got by what it says here: a metadata file alone is none.
 *
 * @param {string} output
 */
export const countGotten = (output) =>
	output.match(/(?:Downloading|Using cached|Processing) \S+\.whl(?!\.metadata)/g)?.length ?? 0;

const pipOptions = [
	"--no-compile",
	"--disable-pip-version-check",
	"--no-input",
	"--progress-bar",
	"off",
	"--no-warn-conflicts",
];

/**
 * The person's variables, their package index among them, less those that say where and what pip installs.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export const installerEnvironment = (env) => ({
	...Object.fromEntries(Object.entries(env).filter(([name]) => !others.has(name))),
	PIP_USER: "0",
	PIP_REQUIRE_VIRTUALENV: "0",
	PIP_ROOT_USER_ACTION: "ignore",
});

const others = new Set([
	"PIP_CONSTRAINT",
	"PIP_DRY_RUN",
	"PIP_NO_BINARY",
	"PIP_ONLY_BINARY",
	"PIP_PREFIX",
	"PIP_PYTHON",
	"PIP_QUIET",
	"PIP_REQUIREMENT",
	"PIP_REQUIRE_HASHES",
	"PIP_ROOT",
	"PIP_TARGET",
	"UV_CONSTRAINT",
	"UV_NO_BINARY",
	"UV_OVERRIDE",
	"UV_TARGET",
]);

/** @param {PythonFacts} facts */
const pipsOf = ({ executable, pip, pipWheel }) => [
	...(pip !== null && Number.parseInt(pip, 10) >= oldestPip ? [[executable, "-m", "pip"]] : []),
	...(pipWheel === null ? [] : [[executable, `${pipWheel}/pip`]]),
];
