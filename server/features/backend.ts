import { listModels } from "../sessions/settings/modelList.ts";
import { namedBackend } from "../sessions/settings/settings.ts";
import type { Feature } from "./feature.ts";

/** `backend/list`, `model/list`, `tool/list`: what there is to choose from. */
export const backendFeature: Feature = {
	register(client, { backends, sessions, store }) {
		client.onRequest("backend/list", () => ({
			backends: backends.all.map((backend) => ({
				name: backend.name,
				aliases: [...backend.aliases],
				login: backend.login(client.facts.environment),
				defaultModel: backend.defaultModel,
				defaultCompletionModel: backend.defaultCompletionModel,
				capabilities: backend.capabilities,
			})),
		}));

		client.onRequest("model/list", async ({ backend: name, refresh }, signal) => {
			const backend = namedBackend(name, backends);
			return { models: await listModels(backend, client.facts.environment, store, signal, refresh) };
		});

		client.onRequest("tool/list", ({ sessionId }) => ({
			tools: [...(sessions.require(sessionId).toolbox.descriptions ?? [])],
		}));
	},
};
