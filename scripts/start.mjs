/** `npm start -- [arguments]`: sets the clone up, then runs `ipyai` in this terminal. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { root, setUpAndTell } from "./setup/main.mjs";

const args = process.argv.slice(2);
if (!(await setUpAndTell("kernel"))) process.exit(1);

const child = spawn(join(root, "bin/ipyai"), args, { stdio: "inherit" });
// Keys that send a signal reach the whole process group: ipyai has them already and decides.
process.on("SIGINT", () => {});
process.on("SIGQUIT", () => {});
for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"]))
	process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
	process.stderr.write(`ipyai: could not start ${join(root, "bin/ipyai")}: ${error.message}\n`);
	process.exitCode = 1;
});
child.on("close", (code, signal) => {
	process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
});
