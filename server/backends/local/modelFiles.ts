/**
 * Which file a model's name means. A path is that file; a name is a file of the models folder, else a model that
 * can be downloaded into it. Looks at files only.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../backend.ts";
import { withoutSlash } from "../http/baseUrl.ts";
import { homeOf, readVariable } from "../programs/environment.ts";

export type ModelFile =
	| { readonly kind: "file"; readonly path: string }
	| { readonly kind: "download"; readonly url: string; readonly path: string }
	/** What to do about it. */
	| { readonly kind: "missing"; readonly hint: string };

/** The word that stands for whichever model is there. */
export const anyModel = "default";

/** Models that answer to a short name: `owner/repository/file` at Hugging Face, and about how much they weigh. */
export const knownModels: Readonly<Record<string, { readonly file: string; readonly size: string }>> = {
	"qwen3-1.7b": { file: "Qwen/Qwen3-1.7B-GGUF/Qwen3-1.7B-Q8_0.gguf", size: "1.8 GB" },
	"qwen3-4b": { file: "Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf", size: "2.5 GB" },
	"qwen3-8b": { file: "Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf", size: "5.0 GB" },
	"qwen2.5-coder-1.5b": {
		file: "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
		size: "1.1 GB",
	},
	"smollm2-1.7b": {
		file: "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF/smollm2-1.7b-instruct-q4_k_m.gguf",
		size: "1.1 GB",
	},
};

/** What to suggest to who has none. */
const suggested = "qwen3-4b";

/** `IPYAI_MODELS`, else `$XDG_DATA_HOME/ipyai/models`. */
export const modelsFolder = (environment: Environment): string => {
	const chosen = readVariable(environment, "IPYAI_MODELS");
	if (chosen !== null) return atHome(chosen, environment);
	const home = homeOf(environment);
	return join(readVariable(environment, "XDG_DATA_HOME") ?? join(home, ".local/share"), "ipyai", "models");
};

/** The names of the models in the folder, without the file's ending. */
export const presentModels = (environment: Environment): string[] => {
	try {
		return (
			readdirSync(modelsFolder(environment))
				.filter((file) => file.toLowerCase().endsWith(".gguf"))
				// The second and further parts of a split model are not models.
				.filter((file) => !/-0*([2-9]|\d{2,})-of-\d+\.gguf$/i.test(file))
				.map((file) => file.slice(0, -".gguf".length))
				.sort()
		);
	} catch {
		// No folder yet.
		return [];
	}
};

/** True when a prompt could be answered without a download. */
export const hasAnyModel = (environment: Environment): boolean =>
	findModel(anyModel, "/", environment).kind === "file";

export const findModel = (model: string, cwd: string, environment: Environment): ModelFile => {
	const name = model.trim();
	if (name === "" || name === anyModel) {
		const chosen = readVariable(environment, "IPYAI_LOCAL_MODEL");
		if (chosen !== null && chosen !== anyModel) return findModel(chosen, cwd, environment);
		const [first] = presentModels(environment);
		if (first !== undefined) return { kind: "file", path: fileOf(first, environment) };
		return {
			kind: "missing",
			hint: `There is no model in ${modelsFolder(environment)} yet. Choose a GGUF file by its path, or one to download (${knownModels[suggested]!.size}, once): %ipyai model ${suggested}.`,
		};
	}
	if (isPath(name)) {
		const path = resolve(cwd, atHome(name, environment));
		return isFile(path)
			? { kind: "file", path }
			: { kind: "missing", hint: `There is no model file ${path}.` };
	}
	const source = sourceOf(name, environment);
	if (source !== null) {
		const file = source.pathname.slice(source.pathname.lastIndexOf("/") + 1);
		const path = join(modelsFolder(environment), decodeURIComponent(file));
		return existsSync(path) ? { kind: "file", path } : { kind: "download", url: source.href, path };
	}
	const path = fileOf(name.replace(/\.gguf$/i, ""), environment);
	if (isFile(path)) return { kind: "file", path };
	const names = [...presentModels(environment), ...Object.keys(knownModels)];
	return {
		kind: "missing",
		hint: `No model "${name}" in ${modelsFolder(environment)}. There are: ${[...new Set(names)].join(", ")}; or name a GGUF file by its path, or hf:OWNER/REPOSITORY/FILE.gguf.`,
	};
};

/** A file that is meant as one, not a name. */
const isPath = (name: string): boolean => isAbsolute(name) || /^(\.{1,2}|~)\//.test(name);

/** Where a name is downloaded from, `null` when it says nothing of that. `HF_ENDPOINT` names a mirror. */
const sourceOf = (name: string, environment: Environment): URL | null => {
	if (/^https?:\/\//i.test(name))
		return URL.canParse(name) && /\.gguf$/i.test(new URL(name).pathname) ? new URL(name) : null;
	const file = name.startsWith("hf:") ? name.slice(3) : knownModels[name.toLowerCase()]?.file;
	const [owner, repository, ...path] = file?.split("/") ?? [];
	if (!owner || !repository || path.length === 0 || !/\.gguf$/i.test(path.at(-1)!)) return null;
	const host = withoutSlash(readVariable(environment, "HF_ENDPOINT") ?? "https://huggingface.co");
	const address = `${host}/${owner}/${repository}/resolve/main/${path.join("/")}`;
	return URL.canParse(address) ? new URL(address) : null;
};

const fileOf = (name: string, environment: Environment): string =>
	join(modelsFolder(environment), `${basename(name)}.gguf`);

const atHome = (path: string, environment: Environment): string =>
	path.startsWith("~/") ? join(homeOf(environment), path.slice(2)) : path;

const isFile = (path: string): boolean => {
	try {
		return statSync(path).isFile();
	} catch {
		// Not there.
		return false;
	}
};
