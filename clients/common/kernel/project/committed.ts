/** Whether an environment is part of what was cloned: then nobody here has made it, and starting it would run the repository's code unasked. */
import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** Reads git's index, in any of its formats; an environment outside the repository is never part of it. */
export const isCommitted = (root: string, prefix: string): boolean => {
	const path = relative(root, prefix);
	if (path.startsWith("..")) return false;
	try {
		const index = readFileSync(join(gitFolder(root), "index"));
		const isWhole = index.readUInt32BE(4) < 4;
		// From version 4 on a path is stored without what it shares with the one before.
		const names = isWhole ? [`${path}/`] : ["pyvenv.cfg\0", "conda-meta/"];
		return names.some((name) => index.includes(name));
	} catch {
		return false; // nothing was added yet
	}
};

/** `.git` is a file in a worktree or a submodule. */
const gitFolder = (root: string): string => {
	const path = join(root, ".git");
	if (statSync(path).isDirectory()) return path;
	return resolve(root, /^gitdir: (.*)/.exec(readFileSync(path, "utf8"))?.[1] ?? ".git");
};
