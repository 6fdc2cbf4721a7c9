/** `node scripts/setup.mjs [--tests]`: makes this clone ready to run ipyai, or to run its tests. */
import { setUpAndTell } from "./setup/main.mjs";

const python = process.argv.includes("--tests") ? "tests" : "kernel";
if (!(await setUpAndTell(python))) process.exitCode = 1;
