/**
 * The clone's npm packages. They are installed in a folder beside and swapped in: what runs goes on running, and an
 * install that fails or is broken off leaves the working one in place.
 */
import { createHash } from "node:crypto";
import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { lastLines, networkFailure, runCommand } from "../../ground/environment/command.mjs";
import { SetUpError } from "../../ground/environment/setUpError.mjs";

/**
 * `run`: what running and bundling need. `all`: also the programs of Claude Code and Codex and what runs local
 * models, 900 MB that only tests ask for; a person who uses them has them.
 *
 * @typedef {"run" | "all"} PackageSet
 */

const testPrograms = /^node_modules\/@(anthropic-ai\/claude-agent-sdk|openai\/codex)-(darwin|linux|win32)-/;

/**
 * @param {string} root
 * @param {PackageSet} set
 */
export const packagesAreCurrent = (root, set) => {
	const stamp = readStamp(root);
	return stamp !== null && stamp.lock === lockHash(root) && (stamp.set === "all" || stamp.set === set);
};

/**
 * @param {string} root
 * @param {PackageSet} set
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 * @throws {SetUpError}
 */
export const installPackages = async (root, set, { env, onProgress, signal }) => {
	const started = Date.now();
	const hash = lockHash(root);
	const stamp = readStamp(root);
	// An update keeps what was there: a person who ran the tests once has all.
	const wanted = stamp?.set === "all" ? "all" : set;
	onProgress(`Installing npm packages${wanted === "all" ? ", with those for tests" : ""} ...`);

	const staging = join(root, `.setup-${process.pid}`);
	for (const name of readdirSync(root)) if (name.startsWith(".setup-")) remove(join(root, name));
	try {
		mkdirSync(staging);
		cpSync(join(root, ".npmrc"), join(staging, ".npmrc"));
		const read = (/** @type {string} */ name) => JSON.parse(readFileSync(join(root, name), "utf8"));
		const manifest = read("package.json");
		const lock = read("package-lock.json");
		/** @type {Record<string, object>} */
		const files =
			wanted === "all"
				? { "package.json": manifest, "package-lock.json": lock }
				: { "package.json": withoutTestPackages(manifest), "package-lock.json": withoutTestPrograms(lock) };
		for (const [name, content] of Object.entries(files))
			writeFileSync(join(staging, name), JSON.stringify(content));
		await runNpm(staging, { env, signal });
		const modules = join(staging, "node_modules");
		await tryPinnedNode(modules);
		writeFileSync(join(modules, stampName), JSON.stringify({ lock: hash, set: wanted }));
		swap(join(root, "node_modules"), modules, join(staging, "replaced"));
	} finally {
		remove(staging);
	}
	onProgress(`npm packages ready (${Math.round((Date.now() - started) / 1000)} s).`);
};

/** Left out of what package.json asks for; npm leaves out what nothing asks for. */
const testPackages = ["node-llama-cpp"];

/**
 * What asks for packages, without those that only tests need.
 *
 * @template {object} Manifest
 * @param {Manifest} manifest
 * @returns {Manifest}
 */
const withoutTestPackages = (manifest) => {
	const { devDependencies = {} } = /** @type {{ devDependencies?: Record<string, string> }} */ (manifest);
	const kept = Object.entries(devDependencies).filter(([name]) => !testPackages.includes(name));
	return { ...manifest, devDependencies: Object.fromEntries(kept) };
};

/**
 * The lock without test packages, and with the test programs marked as made for another system, which makes npm
 * leave them out.
 *
 * @template {{ packages: Record<string, object> }} Lock
 * @param {Lock} lock
 * @returns {Lock}
 */
export const withoutTestPrograms = (lock) => ({
	...lock,
	packages: Object.fromEntries(
		Object.entries(lock.packages).map(([path, entry]) => [
			path,
			path === "" ? withoutTestPackages(entry) : testPrograms.test(path) ? { ...entry, os: ["none"] } : entry,
		]),
	),
});

/** @param {string} folder */
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });

const stampName = ".ipyai-installed";

/** @param {string} root */
const lockHash = (root) =>
	createHash("sha256")
		.update(readFileSync(join(root, "package-lock.json")))
		.digest("hex");

/**
 * @param {string} root
 * @returns {{ lock: string; set: PackageSet } | null}
 */
const readStamp = (root) => {
	try {
		return JSON.parse(readFileSync(join(root, "node_modules", stampName), "utf8"));
	} catch {
		return null;
	}
};

/**
 * @param {string} folder
 * @param {{ env: NodeJS.ProcessEnv; signal: AbortSignal | undefined }} options
 */
const runNpm = async (folder, { env, signal }) => {
	const options = [
		"--include=dev",
		"--include=optional",
		"--ignore-scripts=false",
		// The packages run on the Node that comes with them.
		"--engine-strict=false",
		"--no-audit",
		"--no-fund",
	];
	const [file, ...args] = npmCommand(env);
	const done = await runCommand(file, [...args, "ci", ...options], {
		cwd: folder,
		env: outsideOfNpm(env),
		signal,
	});
	if (done.code === 0) return;
	const unreached = networkFailure(done.output);
	throw new SetUpError(
		unreached === null
			? `npm could not install the packages of package-lock.json. What it said:\n${lastLines(done.output)}`
			: `npm could not reach its registry: check the network or proxy, then start again. What npm said:\n  ${unreached}`,
	);
};

/**
 * The npm that runs this script, else the one on PATH.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
export const npmCommand = (env) => {
	const running = env.npm_execpath ?? "";
	return basename(running) === "npm-cli.js" && existsSync(running) ? [process.execPath, running] : ["npm"];
};

/**
 * The environment without what `npm run` adds, so that another npm finds its own folder. The person's
 * `npm_config_*` stay.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export const outsideOfNpm = (env) =>
	Object.fromEntries(
		Object.entries(env).filter(
			([name]) =>
				!/^npm_(package|lifecycle)_/.test(name) &&
				name !== "npm_config_local_prefix" &&
				name !== "npm_command",
		),
	);

/** @param {string} modules */
const tryPinnedNode = async (modules) => {
	const { code, output } = await runCommand(join(modules, "node/bin/node"), ["--version"]);
	if (code !== 0)
		throw new SetUpError(`The installed Node does not start here. What it said:\n${lastLines(output)}`);
};

/**
 * @param {string} target
 * @param {string} next
 * @param {string} replaced
 */
const swap = (target, next, replaced) => {
	if (existsSync(target)) renameSync(target, replaced);
	renameSync(next, target);
};
