/** `node scripts/setup.mjs [--tests]`: makes this clone ready to run ipyai, or to run its tests. */
import { setUpOrExit } from "./setup/main.mjs";

await setUpOrExit(process.argv.includes("--tests") ? "tests" : "kernel");
