/**
 * One policy for paths, whoever names them: what may be read without asking, what may be written, and what decides
 * over later calls and is therefore always asked about. Paths are compared without links and by whole components.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { gitRoot } from "../../ground/paths/gitRoot.ts";
import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { realPath } from "../../ground/paths/realPath.ts";
import { configDir, runtimeDir, stateDir } from "../../ground/paths/runtimeDir.ts";

/** Where a session works. */
export type Place = {
	/** What relative paths are relative to. */
	readonly cwd: string;
	/** What the person works on: the repository around the session's folder, or that folder. */
	readonly project: string;
	readonly home: string;
	/** Our own folders: settings, database, sockets. */
	readonly own: readonly string[];
};

export const placeOf = (
	folder: string,
	cwd: string,
	environment: Readonly<Record<string, string | undefined>>,
): Place => {
	const facts = placeFacts(environment);
	const home = realPath(facts.home);
	const root = gitRoot(realPath(folder));
	return {
		cwd: realPath(cwd),
		project: root !== null && !lies(home, root) ? root : realPath(folder),
		home,
		own: [configDir(facts), stateDir(facts), runtimeDir(facts)].map(realPath),
	};
};

/**
 * The path without links, as seen from the place; `~` is the home, and another person's is nowhere. Each `..` leads up
 * from where the links before it lead, as the system goes.
 */
export const pathIn = (path: string, { cwd, home }: Place): string => {
	const [head = "", ...below] = path.split("/");
	if (head === "~") return follow(home, below);
	if (head.startsWith("~")) return join("/", head, ...below);
	return head === "" && path.startsWith("/") ? follow("/", below) : follow(cwd, [head, ...below]);
};

const follow = (from: string, names: readonly string[]): string => {
	let at = from;
	for (const name of names) {
		if (name === "..") at = dirname(realPath(at));
		else if (name !== "" && name !== ".") at = join(at, name);
	}
	return realPath(at);
};

/** Whether the content of a file, or of all files in a folder, may be shown to a model unasked. */
export const mayRead = (path: string, place: Place): boolean => {
	const real = pathIn(path, place);
	if (publicFiles.has(real) || publicFolders.some((folder) => lies(real, folder))) return true;
	if (!lies(real, place.project) || place.own.some((folder) => lies(real, folder))) return false;
	const below = real.slice(place.project.length).split(sep);
	if (isHome(place) && below.some((name) => name.startsWith("."))) return false;
	return !below.some(isSecretName) && !isGitConfig(real) && !holdsSecret(real, place.project);
};

/** Whether names and sizes may be: of all but folders that are secret themselves. */
export const mayList = (path: string, place: Place): boolean =>
	!pathIn(path, place)
		.split(sep)
		.some((name) => secretFolders.has(name.toLowerCase()));

/** What writing there does: nothing outside of the project, something else, or it decides over later calls. */
export const writing = (path: string, place: Place): "contained" | "open" | "guarded" => {
	const real = pathIn(path, place);
	if (isGuarded(real, place)) return "guarded";
	return lies(real, place.project) && !isHome(place) ? "contained" : "open";
};

/** Whether the path is the folder or lies in it. */
export const lies = (path: string, folder: string): boolean =>
	path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** A whole home, or more than that, is no project. */
const isHome = ({ project, home }: Place): boolean => lies(home, project);

const isGuarded = (real: string, { home, own }: Place): boolean => {
	if (own.some((folder) => lies(real, folder))) return true;
	const names = real.toLowerCase().split(sep);
	if (names.some((name) => guardedNames.has(name))) return true;
	return lies(real, home) && startFiles.test(real.slice(home.length + 1).toLowerCase());
};

/** Files and folders that steer git, shells, agents, editors and Python wherever they lie. */
const guardedNames: ReadonlySet<string> = new Set([
	...[".git", ".hg", ".svn", ".gitattributes", ".gitmodules", ".gitconfig", ".githooks", ".husky"],
	...[".ssh", ".gnupg", ".envrc", ".direnv", ".netrc", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc"],
	...[".claude", ".claude.json", ".codex", ".agents", ".gemini", ".cursor", ".mcp.json", ".ipyai"],
	...[".vscode", ".idea", ".nvim.lua", ".exrc", ".nvimrc", ".vimrc"],
	...[".ipython", ".jupyter", "startup.ipynb", "sitecustomize.py", "usercustomize.py", "crontab"],
	...[".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".inputrc"],
	...[".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".xprofile"],
]);

/** In the home alone: what starts or steers programs there. */
const startFiles =
	/^(\.config\/(ipyai|ipycodex|fish|git|nvim|vim|systemd|autostart|environment\.d|direnv|pip|agents|matplotlib)(\/|$)|\.local\/(bin|share\/jupyter|share\/systemd)(\/|$)|bin(\/|$)|library\/launchagents(\/|$)|\.(aws|azure|kube|docker|cargo|pip|condarc|mambarc|rvmrc|tmux\.conf|screenrc|gdbinit|pdbrc|pythonrc|pam_environment|xinitrc|xsession|selected_editor|wgetrc|curlrc|ripgreprc)(\/|$))/;

const publicFolders = ["/usr/share", "/usr/include", "/usr/lib", "/lib"].map(realPath);
const publicFiles: ReadonlySet<string> = new Set(
	[
		...[
			"/dev/null",
			"/etc/os-release",
			"/etc/lsb-release",
			"/etc/debian_version",
			"/etc/hosts",
			"/etc/hostname",
		],
		...["/etc/shells", "/etc/timezone", "/etc/localtime"],
		...["/proc/cpuinfo", "/proc/meminfo", "/proc/version", "/proc/loadavg", "/proc/uptime"],
	].map(realPath),
);

const secretFolders: ReadonlySet<string> = new Set([
	...[
		".ssh",
		".gnupg",
		".aws",
		".azure",
		".kube",
		".docker",
		".gcloud",
		"gcloud",
		".password-store",
		"keyrings",
	],
	...[".mozilla", ".oci", ".terraform.d", ".claude", ".codex"],
]);

const isSecretName = (name: string): boolean => {
	const lower = name.toLowerCase();
	return (
		secretFolders.has(lower) ||
		(secretFile.test(lower) && !/\.(example|sample|template|dist|pub)$/.test(lower))
	);
};

const secretFile =
	/^(\.env|\.env\..*|.*\.env|\.envrc|\.netrc|_netrc|\.git-credentials|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.pypirc|\.npmrc|\.yarnrc(\.yml)?|\.dockercfg|\.htpasswd|\.s3cfg|\.boto|\.vault-token|\.claude\.json|\.?credentials(\.json|\.ya?ml|\.toml|\.ini|\.txt|\.csv)?|.*[_-]credentials\.json|client_secret.*\.json|service[_-]?account.*\.json|\.?secrets?(\.json|\.ya?ml|\.toml|\.ini|\.txt|\.env|\.py)?|auth\.json|kubeconfig|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.*\.(pem|key|p12|pfx|p8|keystore|jks|kdbx|ppk|asc|gpg|ovpn|tfstate|tfvars)|\.[a-z]*_?history|g?shadow-?|environ)$/;

/** Packages and git's objects: nothing of the person's own, and thousands of files. */
export const skippedFolders: ReadonlySet<string> = new Set([
	...[
		".git",
		"node_modules",
		".venv",
		"venv",
		"site-packages",
		"dist-packages",
		"__pycache__",
		".tox",
		".mypy_cache",
	],
]);
const maxEntries = 5000;

/** A folder in which some file is secret or leads out of the project, or one too large to be looked through. */
const holdsSecret = (folder: string, project: string): boolean => {
	let left = maxEntries;
	const waiting = [folder];
	for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
		for (const entry of entriesOf(at)) {
			if (--left < 0) return true;
			const path = join(at, entry.name);
			if (isSecretName(entry.name) || isGitConfig(join(path, "config"))) return true;
			if (entry.isSymbolicLink() && !lies(realPath(path), project)) return true;
			if (entry.isDirectory() && !skippedFolders.has(entry.name)) waiting.push(path);
		}
	}
	return false;
};

const entriesOf = (folder: string) => {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		// A file, or nothing that this person can read.
		return [];
	}
};

/** Git's settings of a repository hold a key where somebody put it into an address. */
const isGitConfig = (path: string): boolean => {
	if (!path.endsWith(`${sep}.git${sep}config`)) return false;
	try {
		return /:\/\/[^/\s]*@|extraheader|token|password/i.test(readFileSync(path, "utf8"));
	} catch {
		return false;
	}
};
