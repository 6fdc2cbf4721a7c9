/** Which source each of a session's settings came from. */
import type { SettingName, Settings } from "../../../protocol/index.ts";
import { modelCandidates, ownModel, type SettingSources } from "./settings.ts";

type Origins = Record<SettingName, string>;

const words = { flag: "flag", session: "this session" } as const;

/**
 * What a person named is theirs, whatever its value. Of the others it is the first source, in the order of precedence,
 * that would give the value; one that none would give is the session's own since a source was another.
 */
export const settingOrigins = (settings: Settings, sources: SettingSources): Origins => {
	const origins = sourcesOf(settings, sources);
	for (const [name, by] of Object.entries(settings.asked ?? {})) origins[name as SettingName] = words[by];
	return origins;
};

const sourcesOf = (settings: Settings, sources: SettingSources): Origins => {
	const { config, environment, backends } = sources;
	const backend = settings.backend === null ? null : backends.find(settings.backend);
	const models = backend && modelCandidates(backend, sources);
	const origin = (name: SettingName, candidates: readonly (readonly [string, unknown])[]): string => {
		const winner = candidates.find(([, value]) => value !== undefined && value !== null);
		return winner === undefined || winner[1] === settings[name] ? (winner?.[0] ?? "default") : "this session";
	};
	const fromFile = (name: SettingName, value: unknown, fallback: unknown): string => {
		if (value !== undefined) return value === settings[name] ? "config.json" : "this session";
		return fallback === settings[name] ? "default" : "this session";
	};
	return {
		backend: origin("backend", [
			["IPYAI_BACKEND", backends.find(environment.IPYAI_BACKEND ?? "")?.name],
			["IPYAI_MODEL", specBackend(environment.IPYAI_MODEL, sources)],
			["config.json", config.backend === undefined ? undefined : backends.find(config.backend)?.name],
			["the first that is ready", backends.firstReady(environment)?.name],
		]),
		model: origin("model", [
			["IPYAI_MODEL", backend && ownModel(environment.IPYAI_MODEL || undefined, backend, sources)],
			...(models?.model ?? []),
		]),
		completionModel: origin("completionModel", models?.completionModel ?? []),
		think: fromFile("think", (backend && config.models?.[backend.name]?.think) ?? config.think, "l"),
		permissions: fromFile("permissions", config.permissions, "ask"),
		search: fromFile("search", config.search, null),
		codeTheme: fromFile("codeTheme", config.code_theme, "auto"),
		promptMode: fromFile("promptMode", config.prompt_mode, false),
		logExact: fromFile("logExact", config.log_exact, false),
	};
};

const specBackend = (
	model: string | undefined,
	{ backends, environment }: SettingSources,
): string | undefined => (model ? backends.modelSpec(model, environment)?.backend : undefined);
