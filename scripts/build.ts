/** `npm run build`: the bundles in dist/ that people start. `--clean` removes what was there. */
import { buildBundles } from "./build/bundle.ts";

await buildBundles({ clean: process.argv.includes("--clean") });
