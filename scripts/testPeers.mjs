/**
 * `npm run test:peers`: tests against the real programs that ipyai reads from and writes for. They are installed in
 * `.peers`, some 700 MB, which may be deleted at any time; `npm test` does without.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureEnvironment } from "../ground/environment/pythonEnvironment.mjs";
import { root, setUpAndTell } from "./setup/main.mjs";
import { isExplained } from "./setup/setUp.mjs";

/** Of what it needs, later releases do not fit together with it any more. */
const requirements = [
	"ipyai==0.0.9",
	"lisette==0.1.20",
	"toolslm==0.3.35",
	"fastcore<1.13",
	"safepyrun<0.2",
	"safecmd<0.1.14",
	"litellm<1.95",
];

const say = (/** @type {string} */ line) => process.stderr.write(`ipyai: ${line}\n`);

if (!(await setUpAndTell("tests"))) process.exit(1);
try {
	const link = join(root, ".peers/python");
	await ensureEnvironment({ link, requirements, module: "ipyai" }, { env: process.env, onProgress: say });
} catch (error) {
	say(isExplained(error) ? error.message : String(error));
	process.exit(1);
}
const bin = join(root, "node_modules/.bin");
const { status } = spawnSync(
	join(bin, "vitest"),
	["run", "--config", "vitest.peers.config.ts", ...process.argv.slice(2)],
	{ cwd: root, env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` }, stdio: "inherit" },
);
process.exitCode = status ?? 1;
