import { RequestError } from "../sessions/errors.ts";
import type { Feature } from "./feature.ts";
import { known } from "./once.ts";
import { controlled } from "./session.ts";

/** `cell/*`, `output/read` and answers to `input/request`. */
export const cellFeature: Feature = {
	register(client, { sessions, store }) {
		const session = (sessionId: string) => controlled(client, sessions.require(sessionId));

		client.onRequest("cell/execute", ({ sessionId, requestId, code, quoted }) =>
			known(store, sessionId, requestId, () =>
				session(sessionId).hosting.execute({ code, by: client.participantId, requestId, quoted }),
			),
		);

		client.onRequest("cell/interrupt", async ({ sessionId }) => {
			await session(sessionId).hosting.interrupt();
			return {};
		});

		client.onRequest("input/answer", ({ sessionId, inputId, value }) => {
			session(sessionId).hosting.answerInput(inputId, value);
			return {};
		});

		client.onRequest("output/read", ({ blobId, offset, maxChars }) => {
			const chunk = store.readBlob(blobId, offset, maxChars);
			if (!chunk)
				throw new RequestError(
					"itemNotFound",
					`There is no stored output ${blobId}: it may have been cleaned up.`,
				);
			return chunk;
		});
	},
};
