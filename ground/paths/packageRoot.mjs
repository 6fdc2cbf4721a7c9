import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);

/** The folder of ipyai's package.json, in a clone and when installed. */
export const packageRoot = () => {
	for (let folder = dirname(here); ; folder = dirname(folder)) {
		if (existsSync(join(folder, "bin/ipyai")) && existsSync(join(folder, "package.json"))) return folder;
		if (folder === dirname(folder))
			throw new Error(`ipyai's own files are not above ${dirname(here)}: install it again.`);
	}
};

/** Whether this program runs from its sources, as tests and `npm run dev` do, or from a bundle. */
export const runsFromSources = () => here.endsWith("packageRoot.mjs");
