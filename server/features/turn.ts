import { RequestError } from "../sessions/errors.ts";
import type { Feature } from "./feature.ts";
import { once } from "./once.ts";
import { controlled } from "./session.ts";

/** `turn/hide`: what the model is not to see any more. */
export const turnFeature: Feature = {
	register(client, { sessions, store }) {
		client.onRequest("turn/hide", ({ sessionId, requestId, turnId, hidden }) =>
			once(store, { scope: sessionId, requestId, method: "turn/hide" }, () => {
				const session = controlled(client, sessions.require(sessionId));
				const turn = store.turn(sessionId, turnId);
				if (turn?.state !== "finished")
					throw new RequestError(
						"itemNotFound",
						turn
							? `Prompt ${turnId} has not ended: wait for it, or cancel it.`
							: `There is no prompt ${turnId} in this session.`,
					);
				if (turn.hidden !== hidden) session.hideTurn(turnId, hidden);
				return {};
			}),
		);
	},
};
