/**
 * Python environments that ipyai makes: the private one that kernels run in where no Python of the person's will do, and the
 * one of the tests. Used by the set-up of a clone and by an installed `ipyai` on its first start; Node only.
 *
 * An environment is a folder beside a link: `python` -> `python-<hash>-<pid>`. It is made and tried before the link
 * moves to it, so the link always leads to one that works, and a running kernel keeps the folder it started from.
 */
import { createHash } from "node:crypto";
import {
	existsSync,
	lstatSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { withLock } from "../paths/fileLock.mjs";
import { ensurePrivateFolder, makeFolder } from "../paths/privateFiles.mjs";
import { PrivatePathError } from "../paths/privatePathError.mjs";
import { lastLines, networkFailure, runCommand } from "./command.mjs";
import { countGotten } from "./installers.mjs";
import { findPython, makersFor } from "./interpreters.mjs";
import { kernelPackages, kernelRequirements } from "./kernelPackages.mjs";
import { privateLink, pythonOf } from "./pythonPlaces.mjs";
import { SetUpError } from "./setUpError.mjs";

/** @typedef {import("./pythonPlaces.mjs").Environment} Environment */
/**
 * What the work is done with. `signal` breaks it off; nothing half made is left then. `onCount` is told how far a step
 * is, many times; `onProgress` what has begun or ended.
 *
 * @typedef {{
 *   readonly env: Environment;
 *   onProgress(line: string): void;
 *   onCount?: ((count: Count) => void) | undefined;
 *   readonly signal?: AbortSignal | undefined;
 * }} Work
 */
/** @typedef {{ readonly what: string; readonly done: number; readonly total: number }} Count */
/** @typedef {{ env: NodeJS.ProcessEnv; signal: AbortSignal | undefined }} CommandOptions */
/**
 * `total` packages come with the requirements, where that is known.
 *
 * @typedef {{
 *   readonly link: string;
 *   readonly requirements: readonly string[];
 *   readonly module: string;
 *   readonly total?: number;
 * }} Wanted
 */

/**
 * Makes the private environment when it is missing or out of date. When an update fails and the older one still works,
 * that one is told and used.
 *
 * @param {Work} work
 * @throws {SetUpError} with the reason and the next step, ready to be shown.
 */
export const ensurePrivatePython = async (work) => {
	const { env, onProgress } = work;
	const { pure, compiled } = kernelPackages(newest);
	const wanted = {
		link: privateLink(env),
		requirements: kernelRequirements,
		module: "ipykernel",
		total: pure.length + compiled.length,
	};
	if (isCurrent(wanted)) return;
	try {
		// What lies there is run: nobody else may write to it.
		ensurePrivateFolder(dirname(wanted.link), "Set XDG_DATA_HOME to a folder that only you can change.");
		await ensureEnvironment(wanted, work);
	} catch (error) {
		if (work.signal?.aborted) throw error;
		const reason =
			error instanceof PrivatePathError ? new SetUpError(error.message, { cause: error }) : error;
		if (!(reason instanceof SetUpError) || !existsSync(pythonOf(wanted.link))) throw reason;
		onProgress(`Using the older Python environment: ${reason.message}`);
	}
};

/**
 * Makes the environment unless it is there with exactly these requirements.
 *
 * @param {Wanted} wanted
 * @param {Work} work
 * @throws {SetUpError}
 */
export const ensureEnvironment = async (wanted, work) => {
	if (isCurrent(wanted)) return;
	const { link } = wanted;
	const onWait = (/** @type {number} */ pid) =>
		work.onProgress(`Waiting for process ${pid}, which makes ${link}.`);
	await withLock(
		`${link}.lock`,
		onWait,
		async () => {
			if (!isCurrent(wanted)) await makeEnvironment(wanted, work);
		},
		work.signal,
	);
};

/**
 * True when the link leads to a finished environment with exactly these requirements whose interpreter exists.
 * One small file is read, nothing is started.
 *
 * @param {Wanted} wanted
 */
export const isCurrent = ({ link, requirements }) => {
	try {
		const stamp = readFileSync(join(link, stampName), "utf8").trim();
		return stamp === requirementsHash(requirements) && existsSync(pythonOf(link));
	} catch {
		return false;
	}
};

/** @param {readonly string[]} requirements */
export const requirementsHash = (requirements) =>
	createHash("sha256").update(requirements.join("\n")).digest("hex").slice(0, 16);

const newest = /** @type {const} */ ([3, 14]);

const stampName = "ipyai-requirements";

/**
 * @param {Wanted} wanted
 * @param {Work} work
 */
const makeEnvironment = async (
	{ link, requirements, module, total = 0 },
	{ env, onProgress, onCount, signal },
) => {
	const started = Date.now();
	const options = { env: cleanEnvironment(env), signal };
	const found = await findPython(options.env);
	const what = `Making a Python environment (${found.label})`;
	/** @param {number} done */
	const count = (done) => onCount?.({ what, done: Math.min(done, total), total });
	if (total === 0) onProgress(`${what} in ${link} ...`);
	else count(0);

	const hash = requirementsHash(requirements);
	const folder = `${link}-${hash}-${process.pid}`;
	makeFolder(dirname(link));
	const discard = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	try {
		discard();
		await createFolder(makersFor(found, folder), folder, options);
		await install(folder, requirements, options, total === 0 ? () => {} : count);
		const tried = await runCommand(pythonOf(folder), ["-c", `import ${module}`], options);
		if (tried.code !== 0)
			throw new SetUpError(
				`The new Python environment cannot import ${module}. What Python said:\n${lastLines(tried.output)}`,
			);
		writeFileSync(join(folder, stampName), `${hash}\n`);
		pointTo(link, folder);
	} catch (error) {
		discard();
		throw error;
	}
	removeOlder(link);
	onProgress(`Python environment ready (${Math.round((Date.now() - started) / 1000)} s).`);
};

/**
 * The person's variables less those that make one Python find another's modules.
 *
 * @param {Environment} env
 */
const cleanEnvironment = (env) => {
	const {
		PYTHONHOME: _,
		PYTHONPATH: __,
		__PYVENV_LAUNCHER__: ___,
		PIP_TARGET: ____,
		PIP_PREFIX: _____,
		...rest
	} = env;
	return { ...rest, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0", PYTHONNOUSERSITE: "1" };
};

/**
 * @param {readonly (readonly string[])[]} makers
 * @param {string} folder
 * @param {CommandOptions} options
 */
const createFolder = async (makers, folder, options) => {
	let said = "";
	for (const [file, ...args] of makers) {
		const made = await runCommand(/** @type {string} */ (file), args, options);
		if (made.code === 0 && existsSync(pythonOf(folder))) return;
		said = `${file} ${args.join(" ")}\n${made.output}`;
		rmSync(folder, { recursive: true, force: true });
	}
	throw new SetUpError(
		`Could not make a Python environment in ${dirname(folder)}. What was tried last, and its answer:\n${lastLines(said)}`,
	);
};

/**
 * @param {string} folder
 * @param {readonly string[]} requirements
 * @param {CommandOptions} options
 * @param {(done: number) => void} count
 */
const install = async (folder, requirements, options, count) => {
	let got = 0;
	const onOutput = (/** @type {string} */ text) => {
		got += countGotten(text);
		count(got);
	};
	const flags = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
	const done = await runCommand(pythonOf(folder), ["-m", "pip", "install", ...flags, ...requirements], {
		...options,
		onOutput,
	});
	if (done.code === 0) return;
	const unreached = networkFailure(done.output);
	throw new SetUpError(
		unreached === null
			? `pip could not install ${requirements.join(", ")}. What it said:\n${lastLines(done.output)}`
			: `pip could not reach its package index: check the network or proxy, then start again. What pip said:\n  ${unreached}`,
	);
};

/**
 * Moves the link in one step. A plain folder in its place, made by hand, is put aside.
 *
 * @param {string} link
 * @param {string} folder
 */
const pointTo = (link, folder) => {
	const next = `${link}-next-${process.pid}`;
	rmSync(next, { force: true });
	symlinkSync(basename(folder), next);
	if (existsSync(link) && !lstatSync(link).isSymbolicLink())
		renameSync(link, `${link}-replaced-${process.pid}`);
	renameSync(next, link);
};

/**
 * Removes older environments, all but the newest of them: a kernel may still run from it.
 *
 * @param {string} link
 */
const removeOlder = (link) => {
	const folder = dirname(link);
	const kept = readlinkSync(link);
	const older = readdirSync(folder)
		.filter((name) => name.startsWith(`${basename(link)}-`) && name !== kept)
		.map((name) => ({ path: join(folder, name), time: lstatSync(join(folder, name)).mtimeMs }))
		.sort((a, b) => b.time - a.time);
	for (const { path } of older.slice(1)) rmSync(path, { recursive: true, force: true });
};
