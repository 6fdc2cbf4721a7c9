/** Pipenv's environments outside the project. */
import { basename, join } from "node:path";
import type { Environment } from "../../../../ground/environment/pythonPlaces.mjs";
import type { Candidate } from "./candidate.ts";
import { expandHome, homeOf, pathHash, readText, realFolder } from "./files.ts";

export const pipenvEnvironments = function* (folder: string, env: Environment): Generator<Candidate> {
	if (readText(join(folder, "Pipfile")) === null) return;
	const all = expandHome(
		env.WORKON_HOME || join(env.XDG_DATA_HOME || join(homeOf(env), ".local/share"), "virtualenvs"),
		env,
	);
	const name = "the project's environment of pipenv";
	if (env.PIPENV_CUSTOM_VENV_NAME) yield { prefix: join(all, env.PIPENV_CUSTOM_VENV_NAME), name };
	// `Project.virtualenv_name`
	const real = realFolder(folder);
	const plain = basename(real).replaceAll(/[ &$`!*@"()[\]\\\r\n\t]/g, "_");
	const suffix = env.PIPENV_PYTHON ? `-${basename(env.PIPENV_PYTHON)}` : "";
	yield { prefix: join(all, `${plain.slice(0, 42)}-${pathHash(join(real, "Pipfile"))}${suffix}`), name };
};
