/** Pythons of this machine and environments made with them, as people have them. */
import { execFileSync } from "node:child_process";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	realpathSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { repository } from "./sources.ts";

/** Made by the first test that needs it, and kept in the clone: `XDG_DATA_HOME` of these tests. */
export const overlayHome = join(repository, ".test-overlay");

type BasePython = { readonly path: string; readonly version: readonly number[] };

let known: readonly BasePython[] | undefined;

/** One for each minor release: of the PATH, and those that pyenv keeps. */
const basePythons = (): readonly BasePython[] => (known ??= findPythons());

const findPythons = (): readonly BasePython[] => {
	const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
	const shims = folders.filter((folder) => folder.endsWith("/shims"));
	const versions = shims.map((folder) => join(dirname(folder), "versions"));
	const kept = versions.flatMap((folder) =>
		entriesOf(folder).map((name) => join(folder, name, "bin/python")),
	);
	const named = folders
		.filter((folder) => !shims.includes(folder))
		.flatMap((folder) => entriesOf(folder).map((name) => join(folder, name)))
		.filter((path) => /\/python3(\.\d+)?$/.test(path));
	const found = new Map<string, BasePython>();
	for (const path of [...kept, ...named]) {
		const version = versionOf(path);
		if (version !== null && !found.has(version.slice(0, 2).join(".")))
			found.set(version.slice(0, 2).join("."), { path: realpathSync(path), version });
	}
	return [...found.values()];
};

/** Of a release as `3.12`; `null` where this machine has none. */
export const basePython = (release: string): string | null =>
	basePythons().find(({ version }) => version.slice(0, 2).join(".") === release)?.path ?? null;

/** A virtual environment without pip, with a module `mine` of its own. Answers its interpreter. */
export const makeVenv = (base: string, folder: string): string => {
	execFileSync(base, ["-m", "venv", "--without-pip", folder]);
	addModule(folder);
	return join(folder, "bin/python");
};

/**
 * An environment as conda makes them, which is an installation of its own: the interpreter stands in it, and what it
 * is made of is found beside it.
 */
export const makePrefix = (base: string, folder: string): string => {
	const of = (name: string): string =>
		execFileSync(base, ["-c", `import sysconfig; print(sysconfig.get_path("${name}"))`], {
			encoding: "utf8",
		}).trim();
	const standard = of("stdlib");
	const own = join(folder, "lib", standard.split("/").at(-1)!);
	mkdirSync(join(own, "site-packages"), { recursive: true });
	mkdirSync(join(folder, "bin"));
	mkdirSync(join(folder, "conda-meta"));
	writeFileSync(join(folder, "conda-meta/history"), "");
	for (const name of readdirSync(standard))
		if (name !== "site-packages") symlinkSync(join(standard, name), join(own, name));
	copyFileSync(base, join(folder, "bin/python"));
	addModule(folder);
	return join(folder, "bin/python");
};

/** Puts exactly these packages into an environment that need have no pip. */
export const install = (python: string, ...packages: readonly string[]): void => {
	const installer = join(repository, ".python/bin/python");
	const flags = ["--no-deps", "--no-compile", "--quiet", "--disable-pip-version-check"];
	execFileSync(installer, ["-m", "pip", "--python", python, "install", ...flags, ...packages], {
		stdio: ["ignore", "ignore", "inherit"],
		env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore" },
	});
};

/** Where an environment's packages lie. */
export const packagesOf = (folder: string): string => {
	const lib = join(folder, "lib");
	const release = readdirSync(lib).find((name) => existsSync(join(lib, name, "site-packages")));
	return join(lib, release!, "site-packages");
};

const addModule = (folder: string): void =>
	writeFileSync(join(packagesOf(folder), "mine.py"), "value = 'of the environment'\n");

const versionOf = (path: string): readonly number[] | null => {
	try {
		const code = "import sys; print('%d %d %d' % sys.version_info[:3])";
		return execFileSync(path, ["-c", code], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
			.trim()
			.split(" ")
			.map(Number);
	} catch {
		return null;
	}
};

const entriesOf = (folder: string): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
};
