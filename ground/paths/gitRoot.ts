import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest folder at or above `cwd` that holds `.git`, `null` when there is none. */
export const gitRoot = (cwd: string): string | null => {
	for (let folder = cwd; ; folder = dirname(folder)) {
		if (existsSync(join(folder, ".git"))) return folder;
		if (dirname(folder) === folder) return null;
	}
};
