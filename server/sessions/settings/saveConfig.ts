/** Writes one setting to `config.json`; everything else in the file stays as it is. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { atomicWrite } from "../../../ground/paths/atomicWrite.ts";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { makeFolder } from "../../../ground/paths/privateFiles.mjs";
import { configDir } from "../../../ground/paths/runtimeDir.ts";
import type { Environment } from "../../backends/backend.ts";
import { RequestError } from "../errors.ts";
import { type Config, configFolder, loadConfig } from "./config.ts";

/** What goes where in the file: models and think belong to a backend. */
export type SavedSetting =
	| { readonly kind: "plain"; readonly key: Exclude<keyof Config, "models">; readonly value: unknown }
	| {
			readonly kind: "ofBackend";
			readonly backend: string;
			readonly key: "model" | "completion_model" | "think";
			readonly value: unknown;
	  };

/** Returns the file's path. Fails when the file is no JSON object or cannot be written: then it is as it was. */
export const saveConfig = (environment: Environment, setting: SavedSetting): string => {
	const path = join(configDir(placeFacts(environment)), "config.json");
	const fields = readFields(environment, path);
	if (setting.kind === "plain") fields[setting.key] = setting.value;
	else {
		const models = record(fields.models);
		fields.models = {
			...models,
			[setting.backend]: { ...record(models[setting.backend]), [setting.key]: setting.value },
		};
	}
	try {
		makeFolder(dirname(path));
		atomicWrite(path, `${JSON.stringify(fields, null, 2)}\n`, "private");
	} catch (cause) {
		throw new RequestError("internalError", (cause as Error).message, { cause });
	}
	return path;
};

/** Without a file of ours it begins with what counted until now. */
const readFields = (environment: Environment, path: string): Record<string, unknown> => {
	if (!configFolder(environment).isOurs) return { ...loadConfig(environment).config };
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
		throw new RequestError("internalError", `${path} could not be read: ${(error as Error).message}.`, {
			cause: error,
		});
	}
	try {
		const fields: unknown = JSON.parse(text);
		if (typeof fields === "object" && fields !== null && !Array.isArray(fields))
			return fields as Record<string, unknown>;
	} catch {
		// Told below: what a person wrote is not thrown away.
	}
	throw new RequestError("invalidParams", `${path} is no JSON object: correct it, then save again.`);
};

const record = (value: unknown): Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};
