/** Poetry's environments outside the project. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../../../ground/environment/pythonPlaces.mjs";
import type { Candidate } from "./candidate.ts";
import {
	entriesOf,
	expandHome,
	hasSection,
	pathHash,
	readText,
	realFolder,
	tomlText,
	toolFolder,
} from "./files.ts";

const name = "the project's environment of poetry";

/** The one that `poetry env use` chose first, then the newest. */
export const poetryEnvironments = function* (folder: string, env: Environment): Generator<Candidate> {
	const project = readText(join(folder, "pyproject.toml"));
	if (project === null) return;
	const isPoetrys = hasSection(project, "tool.poetry") || readText(join(folder, "poetry.lock")) !== null;
	const called = tomlText(project, "tool.poetry", "name") ?? tomlText(project, "project", "name");
	if (!isPoetrys || called === null) return;

	const all = environmentsFolder(folder, env);
	// `EnvManager.generate_env_name`
	const plain = called.toLowerCase().replaceAll(/[ $`!*@"\\\r\n\t]/g, "_");
	const base = `${plain.slice(0, 42)}-${pathHash(realFolder(folder))}`;
	const chosen = tomlText(readText(join(all, "envs.toml")), base, "minor");
	if (chosen !== null) yield { prefix: join(all, `${base}-py${chosen}`), name };
	const made = entriesOf(all)
		.filter((entry) => entry.startsWith(`${base}-py`))
		.map((entry) => join(all, entry))
		.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
	for (const prefix of made) yield { prefix, name };
};

const environmentsFolder = (folder: string, env: Environment): string => {
	const configFolder = env.POETRY_CONFIG_DIR || toolFolder("config", "pypoetry", env);
	const configs = [join(folder, "poetry.toml"), join(configFolder, "config.toml")].map(readText);
	const set = (key: string, section: string, variable: string): string | null =>
		env[variable] ||
		configs.map((config) => tomlText(config, section, key)).find((value) => value !== null) ||
		null;
	const cache = set("cache-dir", "", "POETRY_CACHE_DIR") ?? toolFolder("cache", "pypoetry", env);
	const path = set("path", "virtualenvs", "POETRY_VIRTUALENVS_PATH");
	return expandHome(path?.replace("{cache-dir}", cache) ?? join(cache, "virtualenvs"), env);
};
