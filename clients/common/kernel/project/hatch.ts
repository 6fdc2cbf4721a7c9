/** Hatch's default environment. */
import { isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../../../../ground/environment/pythonPlaces.mjs";
import type { Candidate } from "./candidate.ts";
import { expandHome, hasSection, pathHash, readText, realFolder, tomlText, toolFolder } from "./files.ts";

export const hatchEnvironments = function* (folder: string, env: Environment): Generator<Candidate> {
	const project = readText(join(folder, "pyproject.toml"));
	const own = readText(join(folder, "hatch.toml"));
	const called = tomlText(project, "project", "name");
	if ((own === null && !hasSection(project, "tool.hatch")) || called === null) return;
	const name = "the project's environment of hatch";
	const path = tomlText(own, "envs.default", "path") ?? tomlText(project, "tool.hatch.envs.default", "path");
	if (path !== null) return yield { prefix: resolve(folder, path), name };

	const data = env.HATCH_DATA_DIR || toolFolder("data", "hatch", env);
	const config = env.HATCH_CONFIG || join(toolFolder("config", "hatch", env), "config.toml");
	const set = tomlText(readText(config), "dirs.env", "virtual");
	const all = set === null ? join(data, "env/virtual") : expandHome(set, env);
	// `VirtualEnvironment.__init__`: flat in a folder of the project's own.
	const plain = called.replaceAll(/[-_.]+/g, "-").toLowerCase();
	if (!isAbsolute(all)) return yield { prefix: join(folder, all, plain), name };
	const real = realFolder(folder);
	const id = pathHash(process.platform === "darwin" ? real.toLowerCase() : real);
	yield { prefix: join(all, plain, id, plain), name };
};
