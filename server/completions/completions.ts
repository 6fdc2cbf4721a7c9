/**
 * Inline completion: one model request at a time for each document, suggestions reused while the person types
 * along. An answer for text that has changed meanwhile is never given.
 */
import type { Variable } from "../../protocol/index.ts";
import type { Backend, Environment } from "../backends/backend.ts";
import type { ContextCell } from "../store/store.ts";
import { CompletionCache } from "./completionCache.ts";
import { postprocess } from "./postprocess.ts";
import { buildCompletionPrompt } from "./prompt.ts";

export type CompletionRequest = {
	readonly uri: string;
	/** Text before and after the cursor. */
	readonly prefix: string;
	readonly suffix: string;
	/** Names the namespace the suggestion was made for; a new kernel makes old suggestions void. */
	readonly kernelId: string | null;
	readonly cells: readonly ContextCell[];
	readonly variables: readonly Variable[];
	readonly backend: Backend;
	readonly model: string;
	readonly environment: Environment;
	readonly cwd: string;
	readonly signal: AbortSignal;
};

/** A model call for a suggestion failed; the message is short enough for a status line. */
export class CompletionError extends Error {
	override readonly name = "CompletionError";
}

const maxOutputTokens = 256;

export class Completions {
	readonly #cache = new CompletionCache();
	readonly #inFlight = new Map<string, AbortController>();

	/** The text to insert at the cursor, or `null` for none. Fails with `CompletionError`; an abort gives `null`. */
	async complete(request: CompletionRequest): Promise<string | null> {
		const { uri, prefix, suffix, kernelId } = request;
		const key = { uri, kernelId, prefix, suffix };
		const cached = this.#cache.find(key);
		if (cached !== null) return cached;
		this.#inFlight.get(uri)?.abort();
		const abort = new AbortController();
		this.#inFlight.set(uri, abort);
		const signal = AbortSignal.any([abort.signal, request.signal]);
		try {
			const raw = await askModel(request, signal);
			if (raw === null || signal.aborted) return null;
			const text = postprocess(raw, { prefix, suffix });
			if (text === "") return null;
			this.#cache.add(key, text);
			return text;
		} finally {
			if (this.#inFlight.get(uri) === abort) this.#inFlight.delete(uri);
		}
	}

	/** Forgets what belongs to a closed document and stops its request. */
	close(uri: string): void {
		this.#inFlight.get(uri)?.abort();
		this.#cache.forget(uri);
	}
}

const askModel = async (request: CompletionRequest, signal: AbortSignal): Promise<string | null> => {
	const { system, user } = buildCompletionPrompt(request);
	let text = "";
	const updates = request.backend.runTurn({
		conversationId: `completions:${request.uri}`,
		environment: request.environment,
		cwd: request.cwd,
		systemPrompt: system,
		transcript: [{ role: "user", content: [{ kind: "text", text: user }] }],
		tools: [],
		model: request.model,
		// Fixed: a suggestion that comes late is worth nothing.
		think: "l",
		search: null,
		maxRounds: 1,
		maxOutputTokens,
		signal,
		callTool: async ({ callId }) => ({ callId, content: [], isError: true }),
		permitProviderTool: async () => "Not available here.",
		takeSteering: () => [],
	});
	for await (const update of updates) {
		if (update.kind === "text") text += update.text;
		if (update.kind !== "end") continue;
		if (update.stopReason === "cancelled") return null;
		if (update.stopReason === "failed") throw new CompletionError(update.error ?? "The completion failed.");
	}
	return text;
};
