import { existsSync } from "node:fs";
import { join } from "node:path";

/** The interpreter of the test environment, with ipykernel, nbformat, matplotlib, pandas and rich. */
export const testPython = (): string => {
	const path = join(import.meta.dirname, "../../.python/bin/python");
	if (!existsSync(path)) throw new Error(`No test environment at ${path}: run "npm test", which makes it.`);
	return path;
};
