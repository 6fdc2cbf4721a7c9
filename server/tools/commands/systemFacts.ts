/** What lies on the disk, for the check of a command line. Looks at files only. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { realPath } from "../../../ground/paths/realPath.ts";
import { mayList, mayRead, type Place, pathIn, writing } from "../places.ts";
import { riskySetting } from "../shell/gitSettings.ts";
import type { Facts } from "../shell/verdict.ts";

/** Where the system keeps its programs. Only folders that root alone changes count. */
const systemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The search path that commands run with that nobody was asked about. */
export const systemPath = (): string => trustedFolders().join(delimiter);

export const systemFacts = (place: Place, searchPath: string): Facts => {
	const at = (cwd: string): Place => ({ ...place, cwd });
	return {
		cwd: place.cwd,
		home: place.home,
		isSystemProgram: (name) => systemProgram(name) !== null,
		isFoundFirst: (name) => {
			const first = firstIn(searchPath.split(delimiter), name);
			return first !== null && realPath(first) === systemProgram(name);
		},
		mayRead: (path, cwd) => mayRead(path, at(cwd)),
		mayList: (path, cwd) => mayList(path, at(cwd)),
		writing: (path, cwd) => writing(path, at(cwd)),
		folder: (path, cwd) => {
			const real = pathIn(path, at(cwd));
			return isFolder(real) ? real : null;
		},
		names: (folder) => {
			try {
				return readdirSync(folder).sort();
			} catch {
				return null;
			}
		},
		gitRisk,
	};
};

let trusted: readonly string[] | null = null;
const trustedFolders = (): readonly string[] => (trusted ??= systemFolders.filter(isRoots));

/** The file without links that the system's own search path finds. */
const systemProgram = (name: string): string | null => {
	const first = firstIn(trustedFolders(), name);
	const real = first === null ? null : realPath(first);
	return real !== null && isRoots(real) && isRoots(dirname(real)) ? real : null;
};

const firstIn = (folders: readonly string[], name: string): string | null => {
	for (const folder of folders) {
		if (!isAbsolute(folder)) return null;
		const path = join(folder, name);
		if (isProgram(path)) return path;
	}
	return null;
};

const isProgram = (path: string): boolean => {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
};

/** Nobody but root may put something else there. */
const isRoots = (path: string): boolean => {
	const stat = statSync(path, { throwIfNoEntry: false });
	return stat !== undefined && stat.uid === 0 && (stat.mode & 0o022) === 0;
};

const isFolder = (path: string): boolean => {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
};

/** Why git may run what somebody else named in the repository around the folder; `null` when it does not. */
const gitRisk = (cwd: string): string | null => {
	for (let folder = cwd; ; folder = dirname(folder)) {
		if (existsSync(join(folder, ".git"))) return repositoryRisk(join(folder, ".git"), folder);
		if (existsSync(join(folder, "HEAD")) && existsSync(join(folder, "objects")))
			return `${folder} looks like a repository of its own, whose settings may name programs`;
		if (dirname(folder) === folder) return null;
	}
};

const repositoryRisk = (git: string, folder: string): string | null => {
	if (existsSync(join(folder, ".gitmodules")))
		return "the repository holds others, whose settings may name programs";
	try {
		const own = statSync(git).isDirectory() ? git : linkedFolder(git, folder);
		const common = existsSync(join(own, "commondir"))
			? join(own, readFileSync(join(own, "commondir"), "utf8").trim())
			: own;
		if (existsSync(join(common, "modules")))
			return "the repository holds others, whose settings may name programs";
		for (const file of [join(common, "config"), join(own, "config.worktree")]) {
			if (!existsSync(file)) continue;
			const risky = riskySetting(readFileSync(file, "utf8"));
			if (risky !== null) return `the repository's settings may name a program: ${risky}`;
		}
		return null;
	} catch (error) {
		return `the repository's settings cannot be read: ${(error as Error).message}`;
	}
};

/** Of a worktree: the folder that its `.git` file names. */
const linkedFolder = (git: string, folder: string): string => {
	const named = /^gitdir: (.*)$/m.exec(readFileSync(git, "utf8"))?.[1]?.trim();
	if (named === undefined) throw new Error(`${git} names no folder`);
	return isAbsolute(named) ? named : join(folder, named);
};
