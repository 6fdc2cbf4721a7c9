/**
 * What a folder brings to Claude Code: settings, CLAUDE.md. They can run commands and send keys elsewhere, so they count only where the person has said to Claude Code itself that the folder is trusted. Looks
 * at files only, never throws: what cannot be read says nothing, and a folder of which nothing is said is not trusted.
 */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../backend.ts";
import { homeOf, readVariable } from "../programs/environment.ts";
import { isObject, objectIn } from "../programs/json.ts";
import { repositoryOfWorktree } from "./worktree.ts";

export type Project =
	| { readonly kind: "trusted" }
	/** `unread` is the folder to trust, when it has something that would be read then. */
	| { readonly kind: "untrusted"; readonly unread: string | null };

export const findProject = (cwd: string, environment: Environment): Project => {
	const folders = upwards(cwd);
	const own = configFolder(environment);
	const trusts = trustedFolders(environment);
	const isTrusted = (folder: string) => trustedWith(folder).some((one) => trusts.has(keyOf(one)));
	if (isTrusted(cwd)) return { kind: "trusted" };
	const project = toRepository(folders);
	const home = real(homeOf(environment));
	const unread = project.some((folder) => folder !== home && hasSomething(folder, own));
	const root = project.at(-1);
	const toTrust = root !== undefined && isRepository(root) ? root : (folders[0] ?? cwd);
	// Claude Code remembers no trust in a home folder.
	return { kind: "untrusted", unread: unread && toTrust !== home ? toTrust : null };
};

/** What a person is told about a folder that is left unread. */
export const untrustedNotice = (folder: string): string =>
	`Claude Code's settings and CLAUDE.md of ${folder} are not read, since the folder is not trusted: open it once with claude and trust it.`;

const configFolder = (environment: Environment): string =>
	real(readVariable(environment, "CLAUDE_CONFIG_DIR") ?? join(homeOf(environment), ".claude"));

/** The folder and those above it, as the child sees them: without links. */
const upwards = (folder: string): string[] => {
	const found = [real(folder)];
	for (;;) {
		const last = found.at(-1)!;
		const above = dirname(last);
		if (above === last) return found;
		found.push(above);
	}
};

/** Trust in one of these covers the folder. Claude Code asks once for a repository with all its worktrees. */
const trustedWith = (folder: string): readonly string[] => {
	const folders = toRepository(upwards(folder));
	const repository = repositoryOfWorktree(folders.at(-1)!);
	return repository === null ? folders : [...folders, repository];
};

/** Trust in a folder covers those in it, but not a repository in it: that comes from somebody else. */
const toRepository = (folders: readonly string[]): readonly string[] => {
	const root = folders.findIndex(isRepository);
	return root === -1 ? folders : folders.slice(0, root + 1);
};

const isRepository = (folder: string): boolean => existsSync(join(folder, ".git"));

const hasSomething = (folder: string, own: string): boolean => {
	const claude = join(folder, ".claude");
	if (existsSync(join(folder, "CLAUDE.md"))) return true;
	// Skills are not Claude Code's to read here.
	return isOthers(claude, own) && namesIn(claude).some((name) => name !== "skills" && name !== "plugins");
};

const namesIn = (folder: string): readonly string[] => {
	try {
		return readdirSync(folder);
	} catch {
		// Not there, no folder, or not to be read by this person.
		return [];
	}
};

/** The person's own folder of Claude Code belongs to no project, also when it lies above one. */
const isOthers = (path: string, own: string): boolean => real(path) !== own;

const real = (path: string): string => {
	try {
		return realpathSync(path);
	} catch {
		// Not there.
		return path;
	}
};

/** Claude Code's way of naming folders. */
const keyOf = (folder: string): string => folder.normalize("NFC");

/** Claude Code keeps its state below this; what is larger is not its work. */
const maxStateBytes = 32 * 1024 * 1024;

let last: { readonly version: string; readonly folders: ReadonlySet<string> } | null = null;

/** The folders that the person has trusted. Read anew when the file has changed: each turn asks. */
const trustedFolders = (environment: Environment): ReadonlySet<string> => {
	const path = join(readVariable(environment, "CLAUDE_CONFIG_DIR") ?? homeOf(environment), ".claude.json");
	const nobody = new Set<string>();
	try {
		const { mtimeMs, size, ino, ctimeMs } = statSync(path);
		if (size > maxStateBytes) return nobody;
		const version = [path, ino, size, mtimeMs, ctimeMs].join("\n");
		if (last?.version === version) return last.folders;
		const projects = objectIn(path)?.projects;
		const entries = Object.entries(isObject(projects) ? projects : {});
		const trusted = entries.filter(([, entry]) => isObject(entry) && entry.hasTrustDialogAccepted === true);
		last = { version, folders: new Set(trusted.map(([folder]) => folder)) };
		return last.folders;
	} catch {
		// No such file, or a broken one: nothing is known to be trusted.
		return nobody;
	}
};
