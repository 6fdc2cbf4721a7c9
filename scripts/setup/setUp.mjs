/** Makes a clone ready to run, or to be tested: npm packages, bundles, Python. Does only what is missing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePureOverlay } from "../../ground/environment/overlay.mjs";
import { ensureEnvironment } from "../../ground/environment/pythonEnvironment.mjs";
import { SetUpError } from "../../ground/environment/setUpError.mjs";
import { withLock } from "../../ground/paths/fileLock.mjs";
import { bundlesAreCurrent, makeBundles } from "./bundles.mjs";
import { installPackages, packagesAreCurrent } from "./packages.mjs";
import { ensureTestModel } from "./testModel.mjs";

/**
 * `kernel`: what kernels need on any Python. `tests`: the tests' environment, `.python` in the clone.
 *
 * @typedef {"kernel" | "tests"} PythonNeed
 */

/**
 * @param {string} root
 * @param {PythonNeed} python
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 * @throws {SetUpError} with a message to show.
 */
export const setUp = async (root, python, work) => {
	const results = await Promise.allSettled([
		setUpClone(root, python === "tests" ? "all" : "run", work),
		setUpPython(root, python, work),
	]);
	for (const result of results) if (result.status === "rejected") throw result.reason;
};

/**
 * True when the error is one of ours, whose message says all.
 *
 * @param {unknown} error
 * @returns {error is Error}
 */
export const isExplained = (error) => error instanceof SetUpError;

/**
 * @param {string} root
 * @param {import("./packages.mjs").PackageSet} set
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 */
const setUpClone = async (root, set, work) => {
	if (packagesAreCurrent(root, set) && bundlesAreCurrent(root)) return;
	const onWait = (/** @type {number} */ pid) =>
		work.onProgress(`Waiting for the set-up that process ${pid} runs here.`);
	await withLock(
		join(root, ".setup.lock"),
		onWait,
		async () => {
			if (!packagesAreCurrent(root, set)) await installPackages(root, set, work);
			if (!bundlesAreCurrent(root)) await makeBundles(root, work);
		},
		work.signal,
	);
};

/**
 * @param {string} root
 * @param {PythonNeed} need
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 */
const setUpPython = async (root, need, work) => {
	if (need === "kernel") return getForKernels(work);
	await ensureEnvironment(
		{ link: join(root, ".python"), requirements: testRequirements(root), module: "ipykernel" },
		work,
	);
	await ensureTestModel(root, work);
};

/**
 * The first session gets what is missing here, and tells what stands in the way of it.
 *
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 */
const getForKernels = async (work) => {
	try {
		await ensurePureOverlay(work);
	} catch (error) {
		if (work.signal?.aborted || !isExplained(error)) throw error;
	}
};

/** @param {string} root */
const testRequirements = (root) =>
	readFileSync(join(root, "scripts/test-requirements.txt"), "utf8")
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("#"));
