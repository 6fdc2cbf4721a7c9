/**
 * The repository that a git worktree belongs to, by git's own files. It is believed only when the repository names
 * the worktree too: a `.git` file can come with any folder.
 */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/**
 * The folder of a worktree's repository: where its main worktree is, or a bare repository itself. `null` for what is
 * no worktree, or only says that it is one. `root` has no links in it. Never throws.
 */
export const repositoryOfWorktree = (root: string): string | null => {
	// The usual case: a folder of its own, or none.
	if (!statSync(join(root, ".git"), { throwIfNoEntry: false })?.isFile()) return null;
	try {
		const [, entry] = /^gitdir: (.+)$/.exec(readLine(join(root, ".git"))) ?? [];
		if (entry === undefined) return null;
		const state = realpathSync(resolve(root, entry));
		const common = realpathSync(resolve(state, readLine(join(state, "commondir"))));
		const named = resolve(state, readLine(join(state, "gitdir")));
		const isNamed = basename(named) === ".git" && realpathSync(dirname(named)) === root;
		if (dirname(state) !== join(common, "worktrees") || !isNamed) return null;
		return basename(common) === ".git" ? dirname(common) : common;
	} catch {
		// A submodule's state has no such files.
		return null;
	}
};

const maxChars = 4_096;

/** Throws for what git has not written. */
const readLine = (path: string): string => {
	const found = statSync(path);
	if (!found.isFile() || found.size > maxChars) throw new Error(`${path} is not git's.`);
	return readFileSync(path, "utf8").trimEnd();
};
