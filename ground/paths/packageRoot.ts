import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of ipyai's package.json, in a clone and when installed. */
export const packageRoot = (): string => {
	for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
		if (existsSync(join(folder, "bin/ipyai")) && existsSync(join(folder, "package.json"))) return folder;
		if (folder === dirname(folder))
			throw new Error(`ipyai's own files are not above ${import.meta.dirname}: install it again.`);
	}
};

/** Whether this program runs from its TypeScript sources, as tests and `npm run dev` do, or from a bundle. */
export const runsFromSources = (): boolean => import.meta.filename.endsWith(".ts");
