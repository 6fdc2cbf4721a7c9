import { z } from "zod";
import { Name } from "./limits.ts";
import { Login, ThinkLevel } from "./settings.ts";

/** What a backend can do; clients read these and never its name. */
export const BackendCapabilities = z.object({
	/** Pictures in prompts and tool results. */
	images: z.boolean(),
	thinking: z.boolean(),
	tools: z.boolean(),
	/** A running turn can take more input. */
	steer: z.boolean(),
	/** Web search by the provider. */
	search: z.boolean(),
	/** The provider's own tools (shell, files) run beside ours. */
	providerTools: z.boolean(),
});
export type BackendCapabilities = z.infer<typeof BackendCapabilities>;

export const BackendDescription = z.object({
	name: z.string(),
	aliases: z.array(z.string()),
	login: Login,
	defaultModel: z.string().nullable(),
	defaultCompletionModel: z.string().nullable(),
	capabilities: BackendCapabilities,
});
export type BackendDescription = z.infer<typeof BackendDescription>;
export const ListBackendsResult = z.object({ backends: z.array(BackendDescription) });
export type ListBackendsResult = z.infer<typeof ListBackendsResult>;

/** The models of a backend, the ones used last at the head. */
export const ListModelsParams = z.object({
	/** Name or alias. */
	backend: Name,
	/** Asks the provider anew; `false` when absent: an answer may be a day old. */
	refresh: z.boolean().optional(),
});
export type ListModelsParams = z.infer<typeof ListModelsParams>;
export const ModelDescription = z.object({
	id: z.string(),
	name: z.string().nullable(),
	/** In tokens. */
	contextWindow: z.int().nullable(),
	/** The levels of thinking that differ for it: none when it cannot be told to think, `null` where not known. */
	efforts: z.array(ThinkLevel).nullable(),
	/** At the provider's own endpoint, in dollars per million tokens; `null` where not known. */
	price: z
		.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() })
		.nullable(),
	/** It was used lately: such models come first, the last one at the head. */
	recent: z.boolean(),
});
export type ModelDescription = z.infer<typeof ModelDescription>;
export const ListModelsResult = z.object({ models: z.array(ModelDescription) });
export type ListModelsResult = z.infer<typeof ListModelsResult>;

export const ToolDescription = z.object({
	name: z.string(),
	description: z.string(),
	/** JSON Schema of the arguments: an object. */
	inputSchema: z.record(z.string(), z.unknown()),
});
export type ToolDescription = z.infer<typeof ToolDescription>;
export const ListToolsResult = z.object({ tools: z.array(ToolDescription) });
export type ListToolsResult = z.infer<typeof ListToolsResult>;
