/**
 * `npm test`: sets the clone up for tests, checks types and style, runs all tests. Arguments go to vitest and leave
 * the checks out: `npm test -- tests/server/store`. The last line counts; a failed check counts as a failure.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, setUpAndTell } from "./setup/main.mjs";
import { closingLine, countTests } from "./setup/testReport.mjs";

const chosen = process.argv.slice(2);
if (!(await setUpAndTell("tests"))) {
	process.stdout.write(`\n${closingLine({ passed: 0, failed: 1, skipped: 0 })}\n`);
	process.exit(1);
}

const bin = join(root, "node_modules/.bin");
const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` };

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
const run = (name, args) =>
	new Promise((resolve) => {
		const child = spawn(join(bin, name), args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
		child.on("error", () => resolve(1));
		child.on("close", (code) => resolve(code ?? 1));
	});

let failedChecks = 0;
if (chosen.length === 0)
	for (const [name, ...args] of [
		["tsc", "-p", "."],
		["biome", "check", "."],
	])
		if ((await run(/** @type {string} */ (name), args)) !== 0) {
			process.stdout.write(`\n${name} found faults.\n`);
			failedChecks += 1;
		}

const folder = mkdtempSync(join(tmpdir(), "ipyai-report-"));
const report = join(folder, "report.json");
const code = await run("vitest", [
	"run",
	"--reporter=default",
	"--reporter=json",
	`--outputFile.json=${report}`,
	...chosen,
]);
/** @type {unknown} */
let read = null;
try {
	read = JSON.parse(readFileSync(report, "utf8"));
} catch {
	// No report: vitest did not get so far, and said why.
}
rmSync(folder, { recursive: true, force: true });

const counts = countTests(read, code, failedChecks);
process.stdout.write(`\n${closingLine(counts)}\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
