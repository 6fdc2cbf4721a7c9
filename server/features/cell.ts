import { RequestError } from "../sessions/errors.ts";
import { proposeCell } from "../sessions/python/proposedCell.ts";
import type { Feature } from "./feature.ts";
import { known, once } from "./once.ts";
import { controlled } from "./session.ts";

/** `cell/*`, `output/read` and answers to `input/request`. */
export const cellFeature: Feature = {
	register(client, { sessions, store }) {
		const session = (sessionId: string) => controlled(client, sessions.require(sessionId));

		client.onRequest("cell/execute", ({ sessionId, requestId, code, quoted }) =>
			known(store, { scope: sessionId, requestId, method: "cell/execute" }, () =>
				session(sessionId).hosting.execute({
					code,
					by: client.participantId,
					request: { requestId, method: "cell/execute" },
					quoted,
				}),
			),
		);

		client.onRequest("cell/propose", ({ sessionId, requestId, code }, signal) =>
			once(store, { scope: sessionId, requestId, method: "cell/propose" }, () => {
				const live = sessions.require(sessionId);
				live.participants.require(client.participantId);
				const { participantId: by, facts } = client;
				return proposeCell(live, { code, by, program: facts.name }, AbortSignal.any([signal, client.gone]));
			}),
		);

		client.onRequest("cell/interrupt", async ({ sessionId }) => {
			await session(sessionId).hosting.interrupt();
			return {};
		});

		client.onRequest("input/answer", ({ sessionId, inputId, value }) => {
			session(sessionId).hosting.answerInput(inputId, value);
			return {};
		});

		client.onRequest("output/read", ({ sessionId, blobId, offset, maxChars }) => {
			const row = sessions.find({ sessionId });
			const isOfSession = store.hasBlob(row.sessionId, blobId);
			const chunk = isOfSession ? store.readBlob(blobId, offset, maxChars) : null;
			if (!chunk)
				throw new RequestError(
					"itemNotFound",
					`Session ${row.sessionId} has no stored output ${blobId}: it may have been cleaned up.`,
				);
			return chunk;
		});
	},
};
