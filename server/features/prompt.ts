import { textOf } from "../../ground/text/contentText.ts";
import type { Content } from "../../protocol/index.ts";
import type { Feature } from "./feature.ts";
import { known, once } from "./once.ts";
import { controlled } from "./session.ts";

/** `session/prompt`, `session/steer`, `session/cancel` and the queue of waiting prompts. */
export const promptFeature: Feature = {
	register(client, { sessions, store }) {
		const session = (sessionId: string) => controlled(client, sessions.require(sessionId));

		client.onRequest("session/prompt", ({ sessionId, requestId, content, source }) =>
			known(store, { scope: sessionId, requestId, method: "session/prompt" }, () =>
				session(sessionId).turns.prompt(content, source ?? sourceOf(content), client.participantId, {
					requestId,
					method: "session/prompt",
				}),
			),
		);

		client.onRequest("session/steer", ({ sessionId, requestId, content, source }) =>
			once(store, { scope: sessionId, requestId, method: "session/steer" }, () => {
				const { turns, log } = session(sessionId);
				const turnId = turns.steer(content);
				if (turnId !== null) return { turnId, seq: log.headSeq, steered: true };
				const by = client.participantId;
				const prompt = turns.prompt(content, source ?? sourceOf(content), by, {
					requestId,
					method: "session/steer",
				});
				return { ...prompt, steered: false };
			}),
		);

		client.onRequest("session/cancel", ({ sessionId, turnId }) => ({
			cancelled: session(sessionId).turns.cancel(turnId ?? null),
		}));

		client.onRequest("queue/list", ({ sessionId }) => {
			sessions.require(sessionId);
			return { turns: store.queue(sessionId).map(({ turnId, content }) => ({ turnId, content })) };
		});

		client.onRequest("queue/edit", ({ sessionId, requestId, turnId, content }) =>
			once(store, { scope: sessionId, requestId, method: "queue/edit" }, () => {
				session(sessionId).turns.edit(turnId, content);
				return {};
			}),
		);

		client.onRequest("queue/remove", ({ sessionId, requestId, turnId }) =>
			once(store, { scope: sessionId, requestId, method: "queue/remove" }, () => {
				session(sessionId).turns.remove(turnId);
				return {};
			}),
		);
	},
};

const sourceOf = (content: readonly Content[]): string => `.${textOf(content)}`;
