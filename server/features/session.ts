import { statSync } from "node:fs";
import type { AttachSessionResult, SessionUpdateParams } from "../../protocol/index.ts";
import { RequestError } from "../sessions/errors.ts";
import type { Session } from "../sessions/session.ts";
import { isListCursor } from "../store/sessions.ts";
import type { Client } from "./client.ts";
import type { Feature } from "./feature.ts";
import { once } from "./once.ts";

export const defaultLimit = 200;

/** `session/*`: making, finding, joining and leaving sessions. */
export const sessionFeature: Feature = {
	register(client, services) {
		const { sessions, store } = services;

		client.onRequest("session/new", async (params) => {
			const request = { scope: "", requestId: params.requestId, method: "session/new" } as const;
			const { sessionId } = await once(store, request, () => {
				requireFolder(params.cwd);
				const session = sessions.create(
					params.cwd,
					params.title ?? null,
					client.facts.environment,
					params.settings,
					params.kernel,
				);
				return { sessionId: session.sessionId };
			});
			const session = sessions.resume({ sessionId }, client.facts.environment, {});
			const { participantId, seq, state } = attach(client, session, "controller", null, 0);
			return { participantId, seq, state };
		});

		client.onRequest("session/resume", async (params) => {
			const request = { scope: "", requestId: params.requestId, method: "session/resume" } as const;
			const { environment } = client.facts;
			const { sessionId } = await once(store, request, () => {
				const session = sessions.resume(params.ref, environment, params.settings);
				return { sessionId: session.sessionId };
			});
			const session = sessions.resume({ sessionId }, environment, {});
			return attach(client, session, "controller", null, params.limit ?? defaultLimit);
		});

		client.onRequest("session/attach", (params) => {
			const session = sessions.resume(params.ref, client.facts.environment, {});
			const own = session.participants.all.find(
				({ participantId }) => participantId === client.participantId,
			);
			if (own?.role === "controller" && params.role === "observer")
				throw new RequestError(
					"invalidParams",
					"This connection is a controller of the session: send session/detach first to become an observer.",
				);
			return attach(client, session, params.role, params.since, params.limit ?? defaultLimit);
		});

		client.onRequest("session/list", (params) => {
			if (params.cursor !== undefined && !isListCursor(params.cursor))
				throw new RequestError(
					"invalidParams",
					`"${params.cursor}" is no place in the list of sessions: begin without a cursor.`,
				);
			return sessions.list(params, client.facts.environment);
		});

		client.onRequest("session/transcript", ({ sessionId, before, limit }) => {
			const row = sessions.find({ sessionId });
			return store.transcript(row.sessionId, before, limit);
		});

		client.onRequest("session/detach", ({ sessionId }) => {
			const session = sessions.require(sessionId);
			client.joined.delete(sessionId);
			session.participants.leave(client.participantId, "detached");
			return {};
		});

		client.onRequest("session/close", ({ sessionId, requestId, force = false }) =>
			once(store, { scope: sessionId, requestId, method: "session/close" }, async () => {
				const session = controlled(client, sessions.require(sessionId));
				const others = session.participants.otherControllers(client.participantId);
				const ended = force || others.length === 0;
				client.joined.delete(sessionId);
				if (ended) {
					session.participants.warn(`${client.facts.name} ended this session.`, client.participantId);
					await sessions.close(sessionId);
				} else session.participants.leave(client.participantId, "detached");
				return { ended, others };
			}),
		);

		client.onRequest("session/configure", ({ sessionId, requestId, settings }) =>
			once(store, { scope: sessionId, requestId, method: "session/configure" }, () => {
				const session = controlled(client, sessions.require(sessionId));
				return { settings: session.configure(settings) };
			}),
		);

		client.onRequest("session/reset", ({ sessionId, requestId }) =>
			once(store, { scope: sessionId, requestId, method: "session/reset" }, () => {
				controlled(client, sessions.require(sessionId)).reset();
				return {};
			}),
		);
	},
};

const requireFolder = (cwd: string): void => {
	if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return;
	throw new RequestError("invalidParams", `session/new: there is no folder ${cwd}: give one that is there.`);
};

/** The session, when this client may change it. */
export const controlled = (client: Client, session: Session): Session => {
	session.participants.requireController(client.participantId);
	return session;
};

/** Updates that arise while the answer is made are sent after it: the client knows the session only then. */
export const attach = (
	client: Client,
	session: Session,
	role: "controller" | "observer",
	since: number | null,
	limit: number,
): AttachSessionResult => {
	client.outbox.restart(session.sessionId);
	client.joined.add(session.sessionId);
	const audience = client.audience(role);
	const early: SessionUpdateParams[] = [];
	let answered = false;
	const result = session.attach(
		{ ...audience, send: (update) => (answered ? audience.send(update) : early.push(update)) },
		since,
		limit,
	);
	setImmediate(() => {
		answered = true;
		for (const update of early.splice(0))
			if (update.seq > result.seq || update.kind === "hint") audience.send(update);
	});
	return result;
};
