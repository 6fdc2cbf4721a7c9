/** Jupyter's names: kernel specs (`--kernel NAME`) and connection files of running kernels (`--existing FILE`). */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir, platform } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { realPath } from "../../../ground/paths/realPath.ts";
import { KernelStartError } from "./kernelStartError.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type KernelSpec = {
	readonly name: string;
	readonly folder: string;
	/** With `{connection_file}` and `{resource_dir}` to be filled in. */
	readonly argv: readonly string[];
	readonly env: Readonly<Record<string, string>>;
};

/** Fails with `KernelStartError`, which names the specs there are. */
export const findKernelSpec = (name: string, env: Environment): KernelSpec => {
	const folders = dataFolders(env).map((folder) => join(folder, "kernels"));
	for (const kernels of folders) {
		const folder = entriesOf(kernels).find((entry) => entry.toLowerCase() === name.toLowerCase());
		if (folder && existsSync(join(kernels, folder, "kernel.json")))
			return readSpec(name, join(kernels, folder));
	}
	const known = [...new Set(folders.flatMap(entriesOf))].sort();
	const hint = known.length > 0 ? `There are: ${known.join(", ")}.` : "There is none in Jupyter's folders.";
	throw new KernelStartError(
		`--kernel ${name}: no such kernel spec. ${hint} --python PATH takes an interpreter.`,
	);
};

/** A path, or the name of a file in Jupyter's runtime folder; without a name its newest. Fails with `KernelStartError`. */
export const findConnectionFile = (name: string | null, cwd: string, env: Environment): string => {
	const runtime = runtimeFolder(env);
	if (!name) {
		const newest = entriesOf(runtime)
			.filter((entry) => /^kernel-.*\.json$/.test(entry))
			.map((entry) => join(runtime, entry))
			.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
		if (newest) return newest;
		throw new KernelStartError(`--existing: no kernel in ${runtime}.`);
	}
	const candidates = [
		isAbsolute(name) ? name : resolve(cwd, name),
		join(runtime, name),
		join(runtime, `${name}.json`),
		join(runtime, `kernel-${name}.json`),
	];
	const found = candidates.find((path) => existsSync(path));
	// The server takes no links: what the person named is followed here.
	if (found) return realPath(found);
	throw new KernelStartError(
		`--existing ${name}: no such connection file, here or in ${runtime}. %connect_info in the other console shows its path.`,
	);
};

const readSpec = (name: string, folder: string): KernelSpec => {
	const file = join(folder, "kernel.json");
	let spec: { argv?: unknown; env?: unknown; language?: unknown };
	try {
		spec = JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new KernelStartError(`--kernel ${name}: ${file} cannot be read.`, { cause: error });
	}
	if (spec.language !== undefined && spec.language !== "python")
		throw new KernelStartError(`--kernel ${name} is a kernel for ${spec.language}: ipyai needs Python.`);
	const { argv } = spec;
	if (!Array.isArray(argv) || argv.length === 0 || !argv.every((word) => typeof word === "string"))
		throw new KernelStartError(`--kernel ${name}: ${file} has no argv.`);
	return { name, folder, argv, env: (spec.env ?? {}) as Record<string, string> };
};

const homeOf = (env: Environment): string => env.HOME ?? homedir();

const userDataFolder = (env: Environment): string =>
	env.JUPYTER_DATA_DIR ??
	(platform() === "darwin"
		? join(homeOf(env), "Library/Jupyter")
		: join(env.XDG_DATA_HOME || join(homeOf(env), ".local/share"), "jupyter"));

const runtimeFolder = (env: Environment): string =>
	env.JUPYTER_RUNTIME_DIR ?? join(userDataFolder(env), "runtime");

const dataFolders = (env: Environment): string[] => [
	...(env.JUPYTER_PATH ?? "").split(delimiter).filter(Boolean),
	...[env.VIRTUAL_ENV, env.CONDA_PREFIX]
		.filter((prefix) => prefix !== undefined)
		.map((prefix) => join(prefix, "share/jupyter")),
	userDataFolder(env),
	"/usr/local/share/jupyter",
	"/usr/share/jupyter",
];

const entriesOf = (folder: string): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		return []; // no such folder
	}
};
