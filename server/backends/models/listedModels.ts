/** Lists of models as servers give them, who often tell no more than a name. Pure; never fails. */
import type { Model } from "../backend.ts";
import { fullClaudeModel } from "./models.ts";

type Told = { readonly [key: string]: unknown };

/** The models of a list in any of its forms; what names no model is left out. */
export const listedModels = (body: unknown): Model[] => {
	const { data, models } = (body ?? {}) as { data?: unknown; models?: unknown };
	const list = [body, data, models].find(Array.isArray) ?? [];
	return list.flatMap((entry: unknown): Model[] => {
		const told = typeof entry === "string" ? { id: entry } : ((entry ?? {}) as Told);
		const id = firstText(told.id, told.name, told.model);
		return id === null ? [] : [{ id, name: firstText(told.display_name), contextWindow: windowOf(told) }];
	});
};

const firstText = (...values: readonly unknown[]): string | null =>
	values.find((value): value is string => typeof value === "string" && value !== "") ?? null;

/** The window as Anthropic, vLLM, OpenRouter, LM Studio and llama.cpp tell it. */
const windowOf = (told: Told): number | null => {
	const meta = (told.meta ?? {}) as Told;
	const windows = [
		told.max_input_tokens,
		told.max_model_len,
		told.context_length,
		told.max_context_length,
		told.context_window,
		meta.n_ctx,
		meta.n_ctx_train,
	];
	return windows.find((value): value is number => Number.isSafeInteger(value) && Number(value) > 0) ?? null;
};

/** Whether a list has a model under this name: short, without its date or its tag as well. A file is in no list. */
export const isListed = (model: string, models: readonly Model[]): boolean => {
	const names = [model, fullClaudeModel(model)];
	const isOf = (id: string) =>
		names.some((name) => id === name || (/^[-:@]/.test(id.slice(name.length)) && id.startsWith(name)));
	return /\.gguf$|^hf:/i.test(model) || models.some(({ id }) => isOf(id));
};

/** The first that talks: servers list models for embedding, ranking, hearing and speaking beside them. */
export const firstToTalk = (models: readonly Model[]): string | null =>
	(models.find(({ id }) => !silent.test(id)) ?? models[0])?.id ?? null;

const silent = /embed|rerank|whisper|\btts|bge-|moderation|guard|\bclip|\bocr/i;
