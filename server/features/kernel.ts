import { begunRef, completeRef } from "../completions/refCompletions.ts";
import { toCodePoints, toUtf16 } from "../kernel/positions.ts";
import { adoptKernel } from "../sessions/python/startup.ts";
import type { Feature } from "./feature.ts";
import { once } from "./once.ts";
import { controlled } from "./session.ts";

/** `kernel/*`: look-ups in the live namespace, and which kernel a session has. */
export const kernelFeature: Feature = {
	register(client, { sessions, store }) {
		const host = (sessionId: string) => sessions.require(sessionId).hosting.requireHost();

		client.onRequest("kernel/adopt", ({ sessionId, requestId, kernel }) =>
			once(store, { scope: sessionId, requestId, method: "kernel/adopt" }, () => {
				adoptKernel(controlled(client, sessions.require(sessionId)), kernel);
				return {};
			}),
		);

		client.onRequest("kernel/end", ({ sessionId, requestId }) =>
			once(store, { scope: sessionId, requestId, method: "kernel/end" }, async () => {
				await controlled(client, sessions.require(sessionId)).hosting.release("restarted");
				return {};
			}),
		);

		client.onRequest("kernel/resize", ({ sessionId, columns, rows }) => {
			controlled(client, sessions.require(sessionId)).hosting.resize(columns, rows);
			return {};
		});

		client.onRequest("kernel/complete", async ({ sessionId, code, cursor, inputId }, signal) => {
			const python = host(sessionId);
			const at = toCodePoints(code, cursor);
			const asked = sessions.require(sessionId).hosting.waitingInput?.inputId;
			// The input may have been answered meanwhile: then nothing completes the line.
			if (inputId !== undefined && inputId !== asked) return { start: cursor, end: cursor, matches: [] };
			const begun = inputId === undefined ? begunRef(code, cursor) : null;
			if (begun !== null)
				return completeRef(
					begun,
					cursor,
					{
						complete: (...asked) => python.complete(...asked),
						functionNames: (by) => python.python.functionNames(by),
					},
					signal,
				);
			const complete = inputId === undefined ? python.complete : python.completeInput;
			const { start, end, matches } = await complete.call(python, code, at, signal);
			return { start: toUtf16(code, start), end: toUtf16(code, end), matches: [...matches] };
		});

		client.onRequest("kernel/inspect", async ({ sessionId, code, cursor, detail }, signal) => {
			const text = await host(sessionId).inspect(code, toCodePoints(code, cursor), detail, signal);
			return { found: text !== null, text: text ?? "" };
		});

		client.onRequest("kernel/isComplete", ({ sessionId, code }, signal) =>
			host(sessionId).isComplete(code, signal),
		);

		client.onRequest("kernel/history", async ({ sessionId, limit }, signal) => ({
			entries: [...(await host(sessionId).history(limit, signal))],
		}));

		client.onRequest("kernel/variables", async ({ sessionId, filter }, signal) => ({
			variables: [...(await host(sessionId).variables(filter ?? null, signal))],
		}));
	},
};
