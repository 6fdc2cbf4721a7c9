/** Says whether the bundles in dist/ are those of the sources, and makes them anew when not. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { lastLines, runCommand } from "../../ground/environment/command.mjs";
import { SetUpError } from "../../ground/environment/setUpError.mjs";

/**
 * What dist/ was made from, by `scripts/build.ts`: size, time and hash of each file, paths from the clone's root.
 *
 * @typedef {Record<string, { size: number; mtimeMs: number; sha256: string }>} Inputs
 */

export const inputsFile = "dist/inputs.json";

/**
 * True when no input has changed. Sizes and times are looked at first; a file that only looks newer, as after
 * another checkout, is compared by its content.
 *
 * @param {string} root
 */
export const bundlesAreCurrent = (root) => {
	const inputs = readInputs(root);
	return inputs !== null && Object.entries(inputs).every(([path, input]) => isSame(join(root, path), input));
};

/**
 * @param {string} root
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 * @throws {SetUpError}
 */
export const makeBundles = async (root, { env, onProgress, signal }) => {
	const started = Date.now();
	const done = await runCommand(join(root, "node_modules/node/bin/node"), [join(root, "scripts/build.ts")], {
		cwd: root,
		env,
		signal,
	});
	if (done.code !== 0) throw new SetUpError(`The bundles could not be made:\n${lastLines(done.output, 60)}`);
	onProgress(`Bundles ready (${((Date.now() - started) / 1000).toFixed(1)} s).`);
};

/**
 * @param {string} root
 * @param {readonly string[]} paths
 * @returns {Inputs}
 */
export const describeInputs = (root, paths) =>
	Object.fromEntries(
		[...paths].sort().map((path) => {
			const { size, mtimeMs } = statSync(join(root, path));
			return [path, { size, mtimeMs, sha256: hashOf(join(root, path)) }];
		}),
	);

/**
 * @param {string} root
 * @returns {Inputs | null}
 */
const readInputs = (root) => {
	try {
		return JSON.parse(readFileSync(join(root, inputsFile), "utf8"));
	} catch {
		return null;
	}
};

/**
 * @param {string} path
 * @param {Inputs[string]} input
 */
const isSame = (path, input) => {
	if (!existsSync(path)) return false;
	const { size, mtimeMs } = statSync(path);
	return size === input.size && (mtimeMs === input.mtimeMs || hashOf(path) === input.sha256);
};

/** @param {string} path */
const hashOf = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
