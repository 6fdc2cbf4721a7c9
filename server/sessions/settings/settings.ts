/**
 * What a session runs with. Order: flag > environment > file > last used > default; a setting made in the session
 * stays until it is changed.
 */
import type { SettingName, Settings, SettingsPatch } from "../../../protocol/index.ts";
import type { Backend, Environment } from "../../backends/backend.ts";
import { mayHave } from "../../backends/models/models.ts";
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
	const { config, environment, backends } = sources;
	const inEnvironment = environment.IPYAI_MODEL || undefined;
	const inFile = config.backend ?? backends.modelSpec(config.model ?? "", environment)?.backend;
	// A flag that names a model of one backend goes before the environment's backend.
	const isInFlag = flags.model !== undefined && backends.modelSpec(flags.model, environment) !== null;
	const named = flags.backend ?? (isInFlag ? undefined : environment.IPYAI_BACKEND || undefined);
	const wish = { backend: named, model: flags.model ?? inEnvironment };
	const backend = chooseBackend(wish, sources, inFile ?? null);
	const model =
		flags.model ?? (backend ? (ownModel(inEnvironment, backend, sources) ?? undefined) : undefined);
	const asked = askedIn(isInFlag ? { ...flags, backend: flags.backend ?? backend?.name } : flags, "flag");
	return {
		...withAsked(asked),
		...modelSettings(backend, { model, completionModel: flags.completionModel }, sources),
		think: flags.think ?? (backend && config.models?.[backend.name]?.think) ?? config.think ?? "l",
		permissions: flags.permissions ?? config.permissions ?? "ask",
		search: flags.search ?? config.search ?? null,
		codeTheme: flags.codeTheme ?? config.code_theme ?? "auto",
		promptMode: flags.promptMode ?? config.prompt_mode ?? false,
		logExact: flags.logExact ?? config.log_exact ?? false,
	};
};

/** The settings after a change. Another backend brings its own models unless the change names one. */
export const changeSettings = (
	current: Settings,
	patch: SettingsPatch,
	sources: SettingSources,
	by: "flag" | "session",
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
	const { asked: before = {}, ...kept } = current;
	const { model: _asked, completionModel: _askedToo, ...others } = before;
	const named = spec === null ? patch : { ...patch, backend: spec.backend };
	// What was asked of another backend's models is not asked of this one's.
	const asked = { ...(sameBackend ? before : others), ...askedIn(named, by) };
	return { ...kept, ...rest, ...models, ...withAsked(asked) };
};

type Asked = NonNullable<Settings["asked"]>;

const askedIn = (patch: SettingsPatch, by: "flag" | "session"): Asked =>
	Object.fromEntries(
		Object.entries(patch).flatMap(([name, value]) =>
			value === undefined ? [] : [[name as SettingName, by]],
		),
	);

const withAsked = (asked: Asked): Pick<Settings, "asked"> =>
	Object.keys(asked).length === 0 ? {} : { asked };

type ModelSettings = Pick<Settings, "backend" | "model" | "completionModel" | "login">;

const modelSettings = (
	backend: Backend | null,
	wish: { model: string | undefined; completionModel: string | undefined },
	sources: SettingSources,
): ModelSettings => {
	if (!backend) {
		const login = { kind: "missing", hint: howToGetOne } as const;
		return { backend: null, model: null, completionModel: null, login };
	}
	const first = (wished: string | undefined, otherwise: Candidates) =>
		wished === undefined
			? (otherwise.map(([, model]) => model).find((model) => model !== null) ?? null)
			: plainModel(wished, backend, sources);
	const { model, completionModel } = modelCandidates(backend, sources);
	return {
		backend: backend.name,
		model: first(wish.model, model),
		completionModel: first(wish.completionModel, completionModel),
		login: backend.login(sources.environment),
	};
};

type Candidates = readonly (readonly [source: string, model: string | null])[];

/** A backend's models where the session names none, with where they come from: the first that there is counts. */
export const modelCandidates = (
	backend: Backend,
	sources: SettingSources,
): Record<"model" | "completionModel", Candidates> => {
	const { config, backends, lastModel } = sources;
	const file = config.models?.[backend.name];
	// The predecessors' flat keys belong to the backend the file names, else to one that has such a model.
	const isNamed = config.backend !== undefined && backends.find(config.backend)?.name === backend.name;
	const flat = (model: string | undefined): string | null => {
		if (model === undefined || (config.backend !== undefined && !isNamed)) return null;
		return isNamed ? plainModel(model, backend, sources) : ownModel(model, backend, sources);
	};
	return {
		model: [
			["config.json", file?.model ?? flat(config.model)],
			["used last", lastModel(backend.name)],
			["default", backend.defaultModel],
		],
		completionModel: [
			["config.json", file?.completion_model ?? flat(config.completion_model)],
			["default", backend.defaultCompletionModel],
		],
	};
};

/** What a word means as a model of this backend: one for another provider is the name of a router's model. */
const plainModel = (word: string, backend: Backend, { backends, environment }: SettingSources): string => {
	const spec = backends.modelSpec(word, environment);
	return spec?.backend === backend.name ? spec.model : word;
};

/** The backend's model of this name, `null` when it is another's. */
export const ownModel = (
	word: string | undefined,
	backend: Backend,
	sources: SettingSources,
): string | null => {
	if (word === undefined) return null;
	const spec = sources.backends.modelSpec(word, sources.environment);
	const isOwn = spec === null ? mayHave(backend.name, word) : spec.backend === backend.name;
	return isOwn ? plainModel(word, backend, sources) : null;
};

/** What a person should know of models that they have named, and that are not asked. */
export const passedOver = ({ backend: name, model }: Settings, sources: SettingSources): string[] => {
	const { config, environment } = sources;
	const backend = name === null ? null : sources.backends.find(name);
	if (!backend) return [];
	const named = {
		IPYAI_MODEL: environment.IPYAI_MODEL,
		...(config.backend ? {} : { "config.json": config.model }),
	};
	return Object.entries(named).flatMap(([source, word]) =>
		word && ownModel(word, backend, sources) === null
			? [
					`${source} names the model ${word}, which ${backend.name} does not have${model ? `: ${model} is asked` : ""}.`,
				]
			: [],
	);
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
