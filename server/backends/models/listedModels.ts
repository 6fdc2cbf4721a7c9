/** Lists of models as compatible servers give them. Pure; never fails. */

export type ListedModel = { readonly [key: string]: unknown; readonly id: string };

/** The models of a list in any of its forms; what names no model is left out. */
export const listedModels = (body: unknown): ListedModel[] => {
	const { data, models } = (body ?? {}) as { data?: unknown; models?: unknown };
	const list = [body, data, models].find(Array.isArray) ?? [];
	return list.flatMap((entry: unknown): ListedModel[] => {
		const model = typeof entry === "string" ? { id: entry } : ((entry ?? {}) as { [key: string]: unknown });
		const id = [model.id, model.name, model.model].find((name) => typeof name === "string" && name !== "");
		return id === undefined ? [] : [{ ...model, id: String(id) }];
	});
};

/** The first that talks: servers list models for embedding, ranking, hearing and speaking beside them. */
export const firstToTalk = (models: readonly { readonly id: string }[]): string | null =>
	(models.find(({ id }) => !silent.test(id)) ?? models[0])?.id ?? null;

const silent = /embed|rerank|whisper|\btts|bge-|moderation|guard|\bclip|\bocr/i;
