/**
 * What a session runs with. Order: flag > environment > file > last used > default; a setting made in the session
 * stays until it is changed.
 */
import type { Settings, SettingsPatch } from "../../../protocol/index.ts";
import type { Backend, Environment } from "../../backends/backend.ts";
import { type Backends, howToGetOne } from "../../backends/registry.ts";
import { RequestError } from "../errors.ts";
import type { Config } from "./config.ts";

export type SettingSources = {
	readonly backends: Backends;
	readonly environment: Environment;
	readonly config: Config;
	/** The last model used on a backend. */
	lastModel(backend: string): string | null;
};

/** The settings of a new session. An unknown backend fails with `backendNotReady`, naming the nearest. */
export const newSettings = (flags: SettingsPatch, sources: SettingSources): Settings => {
	const { config, environment } = sources;
	const model = flags.model ?? (environment.IPYAI_MODEL || undefined);
	const inFile =
		config.backend ?? sources.backends.modelSpec(config.model ?? "", sources.environment)?.backend;
	// A flag that names a model of one backend goes before the environment's backend.
	const isInFlag =
		flags.model !== undefined && sources.backends.modelSpec(flags.model, sources.environment) !== null;
	const named = flags.backend ?? (isInFlag ? undefined : environment.IPYAI_BACKEND || undefined);
	const backend = chooseBackend({ backend: named, model }, sources, inFile ?? null);
	return {
		...modelSettings(backend, { model, completionModel: flags.completionModel }, sources),
		think: flags.think ?? (backend && config.models?.[backend.name]?.think) ?? config.think ?? "l",
		permissions: flags.permissions ?? config.permissions ?? "ask",
		search: flags.search ?? config.search ?? null,
		codeTheme: flags.codeTheme ?? config.code_theme ?? "monokai",
		promptMode: flags.promptMode ?? config.prompt_mode ?? false,
		logExact: flags.logExact ?? config.log_exact ?? false,
	};
};

/** The settings after a change. Another backend brings its own models unless the change names one. */
export const changeSettings = (
	current: Settings,
	patch: SettingsPatch,
	sources: SettingSources,
): Settings => {
	const spec =
		patch.model === undefined ? null : sources.backends.modelSpec(patch.model, sources.environment);
	const touchesBackend = patch.backend !== undefined || spec !== null || current.backend === null;
	const backend = touchesBackend
		? chooseBackend({ backend: patch.backend, model: patch.model }, sources, null)
		: (sources.backends.find(current.backend ?? "") ?? null);
	const sameBackend = backend?.name === current.backend;
	const models = modelSettings(
		backend,
		{
			model: patch.model ?? (sameBackend ? (current.model ?? undefined) : undefined),
			completionModel:
				patch.completionModel ?? (sameBackend ? (current.completionModel ?? undefined) : undefined),
		},
		sources,
	);
	const { backend: _backend, model: _model, completionModel: _completionModel, ...rest } = patch;
	return { ...current, ...rest, ...models };
};

type ModelSettings = Pick<Settings, "backend" | "model" | "completionModel" | "login">;

const modelSettings = (
	backend: Backend | null,
	wish: { model: string | undefined; completionModel: string | undefined },
	{ config, environment, lastModel, backends }: SettingSources,
): ModelSettings => {
	if (!backend)
		return {
			backend: null,
			model: null,
			completionModel: null,
			login: { kind: "missing", hint: howToGetOne },
		};
	const file = config.models?.[backend.name];
	// The predecessors' flat keys belong to the backend the file names, or to whichever is used.
	const flat = !config.backend || backends.find(config.backend)?.name === backend.name ? config : {};
	const plain = (model: string | undefined) =>
		model === undefined ? undefined : (backends.modelSpec(model, environment)?.model ?? model);
	return {
		backend: backend.name,
		model:
			plain(wish.model) ??
			file?.model ??
			plain(flat.model) ??
			lastModel(backend.name) ??
			backend.defaultModel,
		completionModel:
			plain(wish.completionModel) ??
			file?.completion_model ??
			plain(flat.completion_model) ??
			backend.defaultCompletionModel,
		login: backend.login(environment),
	};
};

const chooseBackend = (
	wish: { backend: string | undefined; model: string | undefined },
	{ backends, environment }: SettingSources,
	fromFile: string | null,
): Backend | null => {
	if (wish.backend !== undefined) return namedBackend(wish.backend, backends);
	const spec = wish.model === undefined ? null : backends.modelSpec(wish.model, environment);
	if (spec) return namedBackend(spec.backend, backends);
	if (fromFile !== null) return backends.find(fromFile) ?? backends.firstReady(environment);
	return backends.firstReady(environment);
};

/** Fails with `backendNotReady`, naming the nearest. */
export const namedBackend = (name: string, backends: Backends): Backend => {
	try {
		return backends.get(name);
	} catch (error) {
		throw new RequestError("backendNotReady", (error as Error).message, { cause: error });
	}
};
