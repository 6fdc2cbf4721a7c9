import type { Environment } from "../../backends/backend.ts";
import type { Backends } from "../../backends/registry.ts";
import type { Store } from "../../store/store.ts";
import { loadConfig } from "./config.ts";
import { recentModels } from "./modelList.ts";
import type { SettingSources } from "./settings.ts";

/** What settings are decided from, for a client's environment. */
export const settingSources = (
	environment: Environment,
	{ backends, store }: { readonly backends: Backends; readonly store: Store },
): SettingSources => ({
	backends,
	environment,
	config: loadConfig(environment).config,
	lastModel: (backend) => recentModels(store, backend)[0] ?? null,
});
