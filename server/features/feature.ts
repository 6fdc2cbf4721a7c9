import type { Backends } from "../backends/registry.ts";
import type { Completions } from "../completions/completions.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Store } from "../store/store.ts";
import type { Client } from "./client.ts";

/** What features work with; one per server. */
export type Services = {
	readonly sessions: Sessions;
	readonly store: Store;
	readonly backends: Backends;
	readonly completions: Completions;
};

/** One feature: what it answers on each connection. What all announce stands in `initialize.ts`. */
export type Feature = {
	register(client: Client, services: Services): void;
};
