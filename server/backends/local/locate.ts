/** Where node-llama-cpp is, and whether it is new enough. Looks at files only. */
import { existsSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Login } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";
import { readVariable } from "../programs/environment.ts";
import { objectIn } from "../programs/json.ts";

const packageName = "node-llama-cpp";

/** The version that the tests run; others of the same major and no older minor are taken. */
export const wantedVersion = "3.21.1";

export type FoundLlama =
	| { readonly kind: "found"; readonly url: string }
	/** What to do about it. */
	| { readonly kind: "missing"; readonly hint: string };

const install = `npm install -g ${packageName}@${wantedVersion}`;

/** A setting, else node_modules from here upwards, else `NODE_PATH`, else beside a globally installed Node's packages. */
export const findLlama = (environment: Environment): FoundLlama => {
	const chosen = readVariable(environment, "IPYAI_LLAMA_PATH");
	if (chosen !== null) {
		const version = versionIn(chosen);
		if (version === null)
			return missing(`IPYAI_LLAMA_PATH names ${chosen}, which is no ${packageName}: correct or unset it.`);
		return check(chosen, version);
	}
	for (const folder of folders(environment)) {
		const version = versionIn(folder);
		if (version !== null) return check(folder, version);
	}
	return missing(`A local model needs the package ${packageName}: ${install}.`);
};

export const localLogin = (environment: Environment): Login => {
	const found = findLlama(environment);
	return found.kind === "found" ? { kind: "notNeeded" } : { kind: "missing", hint: found.hint };
};

const folders = function* (environment: Environment): Iterable<string> {
	for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
		yield join(folder, "node_modules", packageName);
		if (folder === dirname(folder)) break;
	}
	for (const path of (readVariable(environment, "NODE_PATH") ?? "").split(delimiter))
		if (isAbsolute(path)) yield join(path, packageName);
	// Where `npm install -g` puts packages: beside the Node of the person's path, or under their own prefix.
	const prefix =
		readVariable(environment, "npm_config_prefix") ?? readVariable(environment, "NPM_CONFIG_PREFIX");
	if (prefix !== null) yield join(prefix, "lib/node_modules", packageName);
	for (const path of (readVariable(environment, "PATH") ?? "").split(delimiter))
		if (isAbsolute(path) && existsSync(join(path, "node")))
			yield join(dirname(path), "lib/node_modules", packageName);
};

const versionIn = (folder: string): string | null => {
	const { name, version } = objectIn(join(folder, "package.json")) ?? {};
	return name === packageName && typeof version === "string" ? version : null;
};

const check = (folder: string, version: string): FoundLlama => {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const [wantedMajor = 0, wantedMinor = 0] = wantedVersion.split(".").map(Number);
	if (major !== wantedMajor || minor < wantedMinor)
		return missing(
			`${packageName} in ${folder} is ${version}, and ${wantedMajor}.${wantedMinor} or a later ${wantedMajor}.x is needed: ${install}.`,
		);
	return { kind: "found", url: pathToFileURL(join(folder, "dist/index.js")).href };
};

const missing = (hint: string): FoundLlama => ({ kind: "missing", hint });
