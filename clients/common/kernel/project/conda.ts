/** The conda environment that a project's `environment.yml` names. */
import { basename, dirname, join } from "node:path";
import type { Environment } from "../../../../ground/environment/pythonPlaces.mjs";
import type { Candidate } from "./candidate.ts";
import { expandHome, homeOf, readText } from "./files.ts";

export const condaEnvironments = function* (folder: string, env: Environment): Generator<Candidate> {
	// Made with `conda create --prefix`, as editors do.
	yield { prefix: join(folder, ".conda"), name: "the project's .conda" };
	const file = ["environment.yml", "environment.yaml"]
		.map((name) => readText(join(folder, name)))
		.find((text) => text !== null);
	if (file === undefined || file === null) return;
	const name = "the project's environment of conda";
	const prefix = value(file, "prefix");
	if (prefix !== null) yield { prefix: expandHome(prefix, env), name };
	const called = value(file, "name");
	if (called === null || called === "base" || called.includes("/")) return;
	for (const known of knownEnvironments(env)) if (basename(known) === called) yield { prefix: known, name };
	for (const all of environmentsFolders(env)) yield { prefix: join(all, called), name };
};

const value = (yaml: string, key: string): string | null =>
	new RegExp(`^${key}:\\s*["']?([^"'#\\n]+?)["']?\\s*(?:#.*)?$`, "m").exec(yaml)?.[1] ?? null;

/** Conda keeps a list of those it made. */
const knownEnvironments = (env: Environment): string[] =>
	(readText(join(homeOf(env), ".conda/environments.txt")) ?? "").split("\n").map((line) => line.trim());

const environmentsFolders = (env: Environment): string[] => {
	const roots = [
		env.MAMBA_ROOT_PREFIX,
		env.CONDA_EXE && dirname(dirname(env.CONDA_EXE)),
		...["miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"].map((name) =>
			join(homeOf(env), name),
		),
	];
	return [
		...(env.CONDA_ENVS_PATH ?? env.CONDA_ENVS_DIRS ?? "").split(":").filter(Boolean),
		join(homeOf(env), ".conda/envs"),
		...roots.flatMap((root) => (root ? [join(root, "envs")] : [])),
	];
};
