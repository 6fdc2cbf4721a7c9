/** What a person should know of the model that prompts go to. */
import { nearest } from "../../../ground/text/nearest.ts";
import type { Settings } from "../../../protocol/index.ts";
import type { Backend, Environment } from "../../backends/backend.ts";
import { isListed } from "../../backends/models/listedModels.ts";
import { settingOrigins } from "./settingOrigins.ts";
import type { SettingSources } from "./settings.ts";

/** A model that its provider does not list may be a slip of the pen; `null` when it is listed, or nobody can tell. */
export const unlistedNotice = async (
	backend: Backend,
	model: string,
	environment: Environment,
): Promise<string | null> => {
	const models = await backend.listModels(environment, new AbortController().signal).catch(() => []);
	if (models.length === 0 || isListed(model, models)) return null;
	const near = nearest(
		model,
		models.map(({ id }) => id),
	);
	return `${backend.name} does not list ${model}${near === null ? "" : `, but ${near}`}. It is asked for all the same; %ipyai model shows what there is.`;
};

/** A billed key that nobody has chosen is told when it is used for the first time. */
export const billedNotice = (settings: Settings, sources: SettingSources): string | null => {
	const { login, backend } = settings;
	if (login.kind !== "environment" && login.kind !== "storedKey") return null;
	if (settingOrigins(settings, sources).backend !== "the first that is ready") return null;
	return `Prompts go to ${backend} and are billed to ${login.name}; %ipyai backend shows the others.`;
};
