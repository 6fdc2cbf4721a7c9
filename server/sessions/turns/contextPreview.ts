import type { ContextResult } from "../../../protocol/index.ts";
import type { Backends } from "../../backends/registry.ts";
import type { Session } from "../session.ts";
import { buildTurnContext } from "./turnContext.ts";

/** What a prompt would send now. It has no effects: shell commands and calls are named, not run. */
export const previewContext = (
	session: Session,
	text: string,
	backends: Backends,
	signal: AbortSignal,
): Promise<ContextResult> => {
	const row = session.log.store.session(session.sessionId);
	const { backend: name, model } = session.settings;
	const backend = name === null ? undefined : backends.find(name);
	return buildTurnContext({
		log: session.log,
		host: session.hosting.host,
		afterSeq: Math.max(row?.renderPoint ?? 0, row?.resetSeq ?? 0),
		toSeq: session.log.headSeq,
		content: [{ kind: "text", text }],
		nameTools: async ({ asked, noted }) => ({
			news: session.turns.toolNews,
			warnings: [...asked, ...noted].map((name) => `&\`${name}\` becomes a tool when the prompt is sent.`),
		}),
		redact: (text) => session.redactForModel(text),
		images: backend?.capabilities.images ?? false,
		contextWindow: model === null ? null : (backend?.contextWindow(model) ?? null),
		effects: "name",
		signal,
	});
};
