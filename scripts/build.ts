/** `npm run build`: the bundles in dist/ that people start. `--clean` removes what was there. */
import { join } from "node:path";
import { buildBundles, programs } from "./build/bundle.ts";

try {
	await buildBundles(join(import.meta.dirname, ".."), programs, { clean: process.argv.includes("--clean") });
} catch {
	// esbuild has told the faults with their places.
	process.exitCode = 1;
}
