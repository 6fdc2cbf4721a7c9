/**
 * The overlay: what a kernel needs, for Pythons whose environment lacks it. Nothing is ever put into a person's
 * environment. Two folders, one for what runs on any Python and one for what is compiled, for example
 * `~/.local/share/ipyai/overlay/pure-1a2b…` and `cp312-linux-x86_64-glibc-3c4d…`.
 *
 * A folder is made beside its place and renamed, and its name says what is in it: what is there is whole and right.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withLock } from "../paths/fileLock.mjs";
import { packageRoot } from "../paths/packageRoot.mjs";
import { ensurePrivateFolder } from "../paths/privateFiles.mjs";
import { PrivatePathError } from "../paths/privatePathError.mjs";
import { lastLines, networkFailure, runCommand } from "./command.mjs";
import { countGotten, installerEnvironment, installersFor } from "./installers.mjs";
import { kernelPackages } from "./kernelPackages.mjs";
import { describePython } from "./pythonFacts.mjs";
import { dataFolder } from "./pythonPlaces.mjs";
import { SetUpError } from "./setUpError.mjs";

/** @typedef {import("./pythonFacts.mjs").PythonFacts} PythonFacts */
/** @typedef {import("./pythonPlaces.mjs").Environment} Environment */
/** @typedef {import("./pythonEnvironment.mjs").Work} Work */
/** @typedef {{ readonly folder: string; readonly packages: readonly string[] }} Layer */
/** @typedef {{ readonly python: PythonFacts | null; readonly version: readonly number[]; readonly pure: boolean }} For */

/**
 * The folders for a Python, in the order of looking; they may be missing.
 *
 * @param {PythonFacts} facts
 * @param {Environment} env
 */
export const overlayFolders = (facts, env) => [
	compiledLayer(facts, env).folder,
	pureLayer(facts.version, env).folder,
];

/**
 * Makes what is missing of the overlay for a Python, and tries it: some ten seconds, once. Returns its folders.
 *
 * @param {PythonFacts} facts
 * @param {Work} work
 * @throws {SetUpError} with the reason and the next step.
 */
export const ensureOverlay = async (facts, work) => {
	const pure = pureLayer(facts.version, work.env);
	const compiled = compiledLayer(facts, work.env);
	const folders = [compiled.folder, pure.folder];
	if (folders.every((folder) => existsSync(folder))) return folders;
	const what = `Getting what a kernel needs (Python ${facts.version.slice(0, 2).join(".")}, once)`;
	const missing = [pure, compiled].filter(({ folder }) => !existsSync(folder));
	const total = missing.reduce((sum, { packages }) => sum + packages.length, 0);
	let before = 0;
	for (const layer of missing) {
		const count = (/** @type {number} */ done) => work.onCount?.({ what, done: before + done, total });
		await ensureLayer(layer, { python: facts, version: facts.version, pure: layer === pure }, work, count);
		before += layer.packages.length;
	}
	work.onCount?.({ what, done: total, total });
	await tryOut(facts, folders, work);
	work.onProgress(`${what}: done.`);
	return folders;
};

/**
 * Makes the part of the overlay that all Pythons of today share, if one can be had.
 *
 * @param {Work} work
 * @throws {SetUpError}
 */
export const ensurePureOverlay = async (work) => {
	const layer = pureLayer(oldest, work.env);
	if (existsSync(layer.folder)) return;
	const what = "Getting what any kernel needs";
	const total = layer.packages.length;
	await ensureLayer(layer, { python: null, version: oldest, pure: true }, work, (done) =>
		work.onCount?.({ what, done, total }),
	);
	work.onProgress(`${what}: done.`);
};

/** Of the Pythons that share it. */
const oldest = /** @type {const} */ ([3, 11]);

/** @param {Environment} env */
const overlayFolder = (env) => join(dataFolder(env), "overlay");

/**
 * @param {readonly number[]} version
 * @param {Environment} env
 * @returns {Layer}
 */
const pureLayer = (version, env) => layer("pure", kernelPackages(version).pure, env);

/**
 * @param {PythonFacts} facts
 * @param {Environment} env
 * @returns {Layer}
 */
const compiledLayer = ({ version, threads, platform }, env) => {
	const release = `cp${version.slice(0, 2).join("")}${threads ? "t" : ""}`;
	return layer(`${release}-${platform}`, kernelPackages(version).compiled, env);
};

/**
 * @param {string} name
 * @param {readonly string[]} packages
 * @param {Environment} env
 * @returns {Layer}
 */
const layer = (name, packages, env) => {
	const hash = createHash("sha256").update(packages.join("\n")).digest("hex").slice(0, 12);
	return { folder: join(overlayFolder(env), `${name}-${hash}`), packages };
};

/**
 * @param {Layer} layer
 * @param {For} wanted
 * @param {Work} work
 * @param {(done: number) => void} count
 */
const ensureLayer = async (layer, wanted, work, count) => {
	const { folder } = layer;
	try {
		// What lies there is run: nobody else may write to it.
		ensurePrivateFolder(dirname(folder), "Set XDG_DATA_HOME to a folder that only you can change.");
	} catch (error) {
		if (!(error instanceof PrivatePathError)) throw error;
		throw new SetUpError(error.message, { cause: error });
	}
	const onWait = (/** @type {number} */ pid) =>
		work.onProgress(`Waiting for process ${pid}, which gets what kernels need.`);
	await withLock(
		`${folder}.lock`,
		onWait,
		async () => {
			if (!existsSync(folder)) await makeLayer(layer, wanted, work, count);
		},
		work.signal,
	);
};

/**
 * @param {Layer} layer
 * @param {For} wanted
 * @param {Work} work
 * @param {(done: number) => void} count
 */
const makeLayer = async ({ folder, packages }, wanted, work, count) => {
	const staging = `${folder}.new-${process.pid}`;
	count(0);
	try {
		discardOthers(folder);
		await install(staging, packages, wanted, work, count);
		work.signal?.throwIfAborted();
		// Programs that name the Python that installed them, and what belongs to them.
		for (const name of ["bin", "share"]) rmSync(join(staging, name), { recursive: true, force: true });
		renameSync(staging, folder);
	} finally {
		rmSync(staging, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
};

/**
 * Removes what was broken off, and older editions but the newest of them: a kernel may still run from it.
 *
 * @param {string} folder
 */
const discardOthers = (folder) => {
	const all = dirname(folder);
	const edition = basename(folder).replace(/-[0-9a-f]{12}$/, "");
	const others = readdirSync(all).filter((name) => name.replace(/-[0-9a-f]{12}($|\..*)/, "") === edition);
	const older = others
		.filter((name) => /-[0-9a-f]{12}$/.test(name) && name !== basename(folder))
		.map((name) => ({ name, time: statSync(join(all, name)).mtimeMs }))
		.sort((a, b) => b.time - a.time)
		.slice(1)
		.map(({ name }) => name);
	const broken = others.filter((name) => name.startsWith(`${basename(folder)}.new-`));
	for (const name of [...older, ...broken]) rmSync(join(all, name), { recursive: true, force: true });
};

/**
 * @param {string} target
 * @param {readonly string[]} packages
 * @param {For} wanted
 * @param {Work} work
 * @param {(done: number) => void} count
 */
const install = async (target, packages, wanted, work, count) => {
	let failure = "";
	for await (const { label, command, counts } of installersFor({ ...wanted, target }, work)) {
		let got = 0;
		const onOutput = (/** @type {string} */ text) => {
			got += countGotten(text);
			if (counts) count(Math.min(got, packages.length));
		};
		const [file = "", ...words] = command;
		const { code, output } = await runCommand(file, [...words, ...packages], {
			env: installerEnvironment(work.env),
			signal: work.signal,
			onOutput,
		});
		work.signal?.throwIfAborted();
		if (code === 0 && existsSync(target)) return;
		rmSync(target, { recursive: true, force: true });
		const unreached = networkFailure(output);
		failure ||=
			unreached === null
				? `${label} could not install what a kernel needs. What it said:\n${lastLines(output)}`
				: `${label} could not reach its package index: check the network or proxy, then start again. What it said:\n  ${unreached}`;
	}
	const { python } = wanted;
	const who =
		python === null ? "No Python here" : `${describePython(python)} has no pip, and no other Python here`;
	throw new SetUpError(
		failure ||
			`${who} has one: install it (Debian and Ubuntu "sudo apt install python3-pip", else "python3 -m ensurepip"), or uv; then start again.`,
	);
};

/**
 * Loads a kernel once: the first start finds its packages compiled, and a mixture that does not work is told now.
 *
 * @param {PythonFacts} facts
 * @param {readonly string[]} folders
 * @param {Work} work
 */
const tryOut = async ({ executable }, folders, { env, signal }) => {
	const { PYTHONDONTWRITEBYTECODE: _, ...rest } = env;
	const launcher = join(packageRoot(), "clients/ipython/ipyai/launcher.py");
	const { code, output } = await runCommand(
		executable,
		[launcher, `--overlay=${folders.join(":")}`, "--try"],
		{
			env: rest,
			signal,
		},
	);
	signal?.throwIfAborted();
	if (code !== 0) throw new SetUpError(`A kernel cannot be loaded. What Python said:\n${lastLines(output)}`);
};
