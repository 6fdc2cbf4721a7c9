import { RequestError } from "../sessions/errors.ts";
import { buildTurnContext } from "../sessions/turnContext.ts";
import type { Feature } from "./feature.ts";

/** `context/preview`: what a prompt would send now. `context/receipt`: what a turn did send. */
export const contextFeature: Feature = {
	register(client, { sessions, store, backends }) {
		client.onRequest("context/preview", async ({ sessionId, text }, signal) => {
			const session = sessions.require(sessionId);
			const row = store.session(sessionId);
			return buildTurnContext({
				store,
				sessionId,
				host: session.hosting.host,
				afterSeq: Math.max(row?.renderPoint ?? 0, row?.resetSeq ?? 0),
				toSeq: session.log.headSeq,
				content: [{ kind: "text", text: text ?? "" }],
				images: backends.find(session.settings.backend ?? "")?.capabilities.images ?? false,
				// A preview has no effects: shell commands are named, not run.
				runShellRefs: false,
				signal,
			});
		});

		client.onRequest("context/receipt", ({ sessionId, turnId }) => {
			const row = store.session(sessionId);
			const wanted = turnId ?? row?.lastTurn ?? null;
			const start = wanted === null ? null : store.turnStart(sessionId, wanted);
			if (!start)
				throw new RequestError("itemNotFound", "No prompt has been sent to a model in this session yet.");
			return {
				rendered: start.rendered,
				warnings: start.warnings,
				parts: start.rendered.map((part) => ({
					label: part.kind === "text" ? "prompt" : part.mimeType,
					chars: part.kind === "text" ? part.text.length : part.data.length,
					cutChars: 0,
				})),
			};
		});
	},
};
