/** Which source each of a session's settings came from, as far as the value tells. */
import type { Settings } from "../../../protocol/index.ts";
import { modelCandidates, ownModel, type SettingSources } from "./settings.ts";

type Named = Exclude<keyof Settings, "login">;

/**
 * The first source, in the order of precedence, that would have given the session's value; a value that none would
 * have given was set on the command line or in the session.
 */
export const settingOrigins = (settings: Settings, sources: SettingSources): Record<Named, string> => {
	const { config, environment, backends } = sources;
	const backend = settings.backend === null ? null : backends.find(settings.backend);
	const models = backend && modelCandidates(backend, sources);
	const origin = (name: Named, candidates: readonly (readonly [string, unknown])[]): string => {
		const winner = candidates.find(([, value]) => value !== undefined && value !== null);
		return winner === undefined || winner[1] === settings[name] ? (winner?.[0] ?? "default") : "this session";
	};
	const fromFile = (name: Named, value: unknown, fallback: unknown): string => {
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
		codeTheme: fromFile("codeTheme", config.code_theme, "monokai"),
		promptMode: fromFile("promptMode", config.prompt_mode, false),
		logExact: fromFile("logExact", config.log_exact, false),
	};
};

const specBackend = (
	model: string | undefined,
	{ backends, environment }: SettingSources,
): string | undefined => (model ? backends.modelSpec(model, environment)?.backend : undefined);
