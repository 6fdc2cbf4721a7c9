/** Which Python a shim of pyenv stands for. The shim finds it out too, in a hundred times the time. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Environment } from "../../../ground/environment/pythonPlaces.mjs";

/** The interpreter in this folder; the shim itself where its answer is not plain. */
export const behindShim = (shim: string, cwd: string, env: Environment): string => {
	const root = dirname(dirname(shim));
	if (basename(dirname(shim)) !== "shims" || !existsSync(join(root, "versions"))) return shim;
	const chosen = env.PYENV_VERSION || chosenAbove(cwd) || readFirst(join(root, "version"));
	// Of several the shim takes the first that has the command.
	const [name = "system"] = chosen.split(/[\s:]+/);
	const [installed] = installedAs(join(root, "versions"), name);
	const python = installed === undefined ? "" : join(root, "versions", installed, "bin", basename(shim));
	return existsSync(python) ? python : shim;
};

const chosenAbove = (cwd: string): string => {
	for (let folder = cwd; ; folder = dirname(folder)) {
		const chosen = readFirst(join(folder, ".python-version"));
		if (chosen !== "" || folder === dirname(folder)) return chosen;
	}
};

/** `3.12` is the newest 3.12 there is. */
const installedAs = (versions: string, name: string): string[] =>
	readdirSync(versions)
		.filter((entry) => entry === name || (entry.startsWith(`${name}.`) && /^[\d.]+$/.test(entry)))
		.sort((a, b) => Number(b === name) - Number(a === name) || b.localeCompare(a, "en", { numeric: true }));

const readFirst = (path: string): string => {
	try {
		return readFileSync(path, "utf8")
			.replaceAll(/^\s*#.*$/gm, "")
			.trim();
	} catch {
		return "";
	}
};
