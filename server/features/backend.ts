import { namedBackend } from "../sessions/settings.ts";
import type { Feature } from "./feature.ts";

/** `backend/list`, `model/list`, `tool/list`: what there is to choose from. */
export const backendFeature: Feature = {
	register(client, { backends, sessions }) {
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
			const models = await namedBackend(name, backends).listModels(client.facts.environment, signal, refresh);
			return { models: models.map((model) => ({ ...model })) };
		});

		client.onRequest("tool/list", ({ sessionId }) => ({
			tools: [...(sessions.require(sessionId).hosting.host?.tools ?? [])],
		}));
	},
};
