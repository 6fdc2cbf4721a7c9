/** The models to choose from: those used lately, then what the backend lists. */
import type { ModelDescription } from "../../../protocol/index.ts";
import type { Backend, Environment } from "../../backends/backend.ts";
import { effortsOf } from "../../backends/models/models.ts";
import { priceOf } from "../../backends/models/prices.ts";
import type { Store } from "../../store/store.ts";

const maxRecent = 5;

/** Rejects as the backend's own list does. */
export const listModels = async (
	backend: Backend,
	environment: Environment,
	store: Store,
	signal: AbortSignal,
	refresh?: boolean,
): Promise<ModelDescription[]> => {
	const listed = await backend.listModels(environment, signal, refresh);
	const recent = recentModels(store, backend.name);
	const used = recent.map(
		(id) =>
			listed.find((each) => each.id === id) ?? { id, name: null, contextWindow: backend.contextWindow(id) },
	);
	return [...used, ...listed.filter(({ id }) => !recent.includes(id))].map(({ id, name, contextWindow }) => {
		const efforts = effortsOf(id);
		return {
			id,
			name,
			contextWindow,
			efforts: efforts && [...efforts],
			price: priceOf(id),
			recent: recent.includes(id),
		};
	});
};

/** Ids, the one used last first. A database from before the list knows that one alone. */
export const recentModels = (store: Store, backend: string): readonly string[] => {
	const known = store.getFact(`recentModels/${backend}`);
	const last = store.getFact(`lastModel/${backend}`);
	try {
		return known === null ? (last === null ? [] : [last]) : (JSON.parse(known) as string[]);
	} catch {
		return [];
	}
};

/** Fails as the store does. */
export const rememberModel = (store: Store, backend: string, model: string): void => {
	const recent = [model, ...recentModels(store, backend).filter((each) => each !== model)];
	store.setFact(`recentModels/${backend}`, JSON.stringify(recent.slice(0, maxRecent)));
};
