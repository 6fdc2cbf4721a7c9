import type { Feature } from "./feature.ts";
import { controlled } from "./session.ts";

/** `permission/answer`: the first valid answer wins. */
export const permissionFeature: Feature = {
	register(client, { sessions }) {
		client.onRequest("permission/answer", ({ sessionId, approvalId, decision, message }) => {
			const session = controlled(client, sessions.require(sessionId));
			session.answerApproval(approvalId, decision, message ?? null, client.participantId);
			return {};
		});
	},
};
