import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { notebookPath } from "../sessions/files/notebookFiles.ts";
import { loadNotebook } from "../sessions/files/notebooks.ts";
import { saveNotebook } from "../sessions/files/saveNotebook.ts";
import type { Feature } from "./feature.ts";
import { once } from "./once.ts";
import { controlled } from "./session.ts";

/** `notebook/save` and `notebook/load`. */
export const notebookFeature: Feature = {
	register(client, { sessions, store }) {
		const places = () => placeFacts(client.facts.environment);

		client.onRequest("notebook/save", ({ sessionId, requestId, path }) =>
			once(store, { scope: sessionId, requestId, method: "notebook/save" }, () => {
				const session = controlled(client, sessions.require(sessionId));
				const named = path === undefined ? null : notebookPath(path, session.cwd, places().home);
				return saveNotebook(session, named);
			}),
		);

		client.onRequest("notebook/load", ({ sessionId, requestId, path, ...params }, signal) =>
			once(store, { scope: sessionId, requestId, method: "notebook/load" }, () => {
				const session = controlled(client, sessions.require(sessionId));
				const source = notebookPath(path, session.cwd, places().home);
				return loadNotebook(session, params, source, client.participantId, signal);
			}),
		);
	},
};
