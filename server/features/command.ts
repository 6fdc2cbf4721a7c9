import { runCommand } from "../commands/runCommand.ts";
import type { Feature } from "./feature.ts";
import { once } from "./once.ts";
import { controlled } from "./session.ts";

/** `command/run`: the words after `%ipyai`. */
export const commandFeature: Feature = {
	register(client, { sessions, store }) {
		client.onRequest("command/run", ({ sessionId, requestId, line }, signal) =>
			once(store, { scope: sessionId, requestId, method: "command/run" }, () => {
				const session = controlled(client, sessions.require(sessionId));
				return runCommand({ session, sessions, by: client.participantId, cell: null, signal }, line);
			}),
		);
	},
};
