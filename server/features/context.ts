import { RequestError } from "../sessions/errors.ts";
import { previewContext } from "../sessions/turns/contextPreview.ts";
import type { Store } from "../store/store.ts";
import type { Feature } from "./feature.ts";

/** `context/preview`: what a prompt would send now. `context/receipt`: what a turn did send. */
export const contextFeature: Feature = {
	register(client, { sessions, store, backends }) {
		client.onRequest("context/preview", ({ sessionId, text }, signal) =>
			previewContext(sessions.require(sessionId), text ?? "", backends, signal),
		);

		client.onRequest("context/receipt", ({ sessionId, turnId }) => {
			const row = sessions.find({ sessionId });
			const wanted = turnId ?? row.lastTurn;
			const start = wanted === null ? null : store.turnStart(row.sessionId, wanted);
			if (!start)
				throw new RequestError(
					"itemNotFound",
					turnId === undefined
						? "No prompt has been sent to a model in this session yet."
						: `Prompt ${turnId} has not been sent to a model in this session.`,
				);
			return {
				rendered: start.rendered,
				warnings: start.warnings,
				parts: start.parts ?? [],
				...changesOf(store, row.sessionId, start.turnId),
			};
		});
	},
};

const changesOf = (store: Store, sessionId: string, turnId: string) => {
	const found = store.changes(sessionId, maxTurns).find((each) => each.turnId === turnId);
	return found === undefined ? {} : { changes: found.changes };
};

/** A receipt of a turn before these says nothing of changes. */
const maxTurns = 500;
