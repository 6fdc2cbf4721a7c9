import { z } from "zod";
import { Name } from "./limits.ts";
import { Login, ThinkLevel } from "./settings.ts";

/** What a backend can do; clients read these and never its name. */
export const BackendCapabilities = z.object({
	/** Pictures in prompts and tool results. */
	images: z.boolean(),
	/** It can be told to think, and tells what it thought. */
	thinking: z.boolean(),
	/** It calls tools. */
	tools: z.boolean(),
	/** A running turn can take more input. */
	steer: z.boolean(),
	/** Web search by the provider. */
	search: z.boolean(),
	/** The provider's own tools (shell, files) run beside ours. */
	providerTools: z.boolean(),
});
export type BackendCapabilities = z.infer<typeof BackendCapabilities>;

/** One way to a model. */
export const BackendDescription = z.object({
	/** For `settings.backend`. */
	name: z.string(),
	/** Other names for it. */
	aliases: z.array(z.string()),
	login: Login,
	/** `null` where one has to be named. */
	defaultModel: z.string().nullable(),
	/** For inline completion, likewise. */
	defaultCompletionModel: z.string().nullable(),
	capabilities: BackendCapabilities,
});
export type BackendDescription = z.infer<typeof BackendDescription>;
export const ListBackendsResult = z.object({
	/** In the order of preference. */
	backends: z.array(BackendDescription),
});
export type ListBackendsResult = z.infer<typeof ListBackendsResult>;

export const ListModelsParams = z.object({
	/** Name or alias. */
	backend: Name,
	/** Asks the provider anew; `false` when absent: an answer may be a day old. */
	refresh: z.boolean().optional(),
});
export type ListModelsParams = z.infer<typeof ListModelsParams>;
/** A model of a backend. */
export const ModelDescription = z.object({
	/** For `settings.model`. */
	id: z.string(),
	/** For a person, where it has one. */
	name: z.string().nullable(),
	/** In tokens. */
	contextWindow: z.int().nullable(),
	/** The levels of thinking that differ for it: none when it cannot be told to think, `null` where not known. */
	efforts: z.array(ThinkLevel).nullable(),
	/** At the provider's own endpoint, in dollars per million tokens; `null` where not known. */
	price: z
		.object({
			/** What the model reads. */
			input: z.number(),
			/** What it writes. */
			output: z.number(),
			/** What it reads from the provider's cache. */
			cacheRead: z.number(),
			/** What is put into it. */
			cacheWrite: z.number(),
		})
		.nullable(),
	/** It was used lately: such models come first, the last one at the head. */
	recent: z.boolean(),
});
export type ModelDescription = z.infer<typeof ModelDescription>;
export const ListModelsResult = z.object({
	/** Those used last come first. */
	models: z.array(ModelDescription),
});
export type ListModelsResult = z.infer<typeof ListModelsResult>;

/** A tool that the model can call. */
export const ToolDescription = z.object({
	/** How the model calls it. */
	name: z.string(),
	/** What the model is told of it. */
	description: z.string(),
	/** JSON Schema of the arguments: an object. */
	inputSchema: z.record(z.string(), z.unknown()),
});
export type ToolDescription = z.infer<typeof ToolDescription>;
export const ListToolsResult = z.object({
	/** None without a kernel, but for those that need none. */
	tools: z.array(ToolDescription),
});
export type ListToolsResult = z.infer<typeof ListToolsResult>;
