import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { createRedaction } from "../redaction/redaction.ts";
import { deleteSession, forkSession, renameSession } from "../sessions/files/archive.ts";
import { filePath } from "../sessions/files/notebookFiles.ts";
import { exportName, readSession, writeSession } from "../sessions/files/sessionFiles.ts";
import type { Feature } from "./feature.ts";
import { known, once } from "./once.ts";
import { attach, defaultLimit } from "./session.ts";

/** `session/fork`, `rename`, `delete`, `export`, `import`: sessions as wholes, open or only stored. */
export const archiveFeature: Feature = {
	register(client, { sessions, store }) {
		const place = (path: string, cwd: string) =>
			filePath(path, cwd, placeFacts(client.facts.environment).home);

		client.onRequest("session/fork", async ({ requestId, limit, ...params }) => {
			const { sessionId: scope } = sessions.find({ sessionId: params.sessionId });
			const { sessionId } = await once(store, { scope, requestId, method: "session/fork" }, async () => {
				const session = await forkSession(sessions, {
					sessionId: scope,
					turnId: params.turnId ?? null,
					title: params.title ?? null,
					kernel: params.kernel ?? null,
					environment: client.facts.environment,
				});
				return { sessionId: session.sessionId };
			});
			const session = sessions.resume({ sessionId }, client.facts.environment, {});
			return attach(client, session, "controller", null, limit ?? defaultLimit);
		});

		client.onRequest("session/rename", ({ sessionId, requestId, title }) => {
			const row = sessions.find({ sessionId });
			return once(store, { scope: row.sessionId, requestId, method: "session/rename" }, () => {
				renameSession(sessions, row.sessionId, title, client.participantId);
				return {};
			});
		});

		// A request's memory goes with its session: this answer is kept beside it.
		client.onRequest("session/delete", ({ sessionId, requestId, force = false }) => {
			const request = { requestId, method: "session/delete" } as const;
			return once(store, { scope: `delete ${sessionId}`, ...request }, async () => {
				const row = sessions.find({ sessionId });
				known(store, { scope: row.sessionId, ...request }, () => {});
				await deleteSession(sessions, row.sessionId, client.participantId, force);
				client.joined.delete(row.sessionId);
				return {};
			});
		});

		client.onRequest("session/export", async ({ sessionId, path }) => {
			const row = sessions.find({ sessionId });
			const file = place(path ?? exportName(row.sessionId), row.cwd);
			const redact = createRedaction(client.facts.environment);
			return { path: file, events: await writeSession(store, row.sessionId, file, redact) };
		});

		client.onRequest("session/import", ({ requestId, path }, signal) =>
			once(store, { scope: "", requestId, method: "session/import" }, () => {
				const { cwd } = client.facts;
				return readSession(store, sessions.owner, place(path, cwd), cwd, signal);
			}),
		);
	},
};
