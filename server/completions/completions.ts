/**
 * Inline completion: one model request at a time for each document, suggestions reused while the person types
 * along. An answer for text that has changed meanwhile is never given, nor one that names what live objects lack.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Backend, Environment } from "../backends/backend.ts";
import type { Access } from "../context/access.ts";
import { suggestedAccesses } from "./accesses.ts";
import { CompletionCache } from "./completionCache.ts";
import { postprocess } from "./postprocess.ts";
import { buildCompletionPrompt, buildFill, type Surroundings } from "./prompt.ts";
import { TypingPace } from "./typingPace.ts";

export type CompletionRequest = {
	readonly uri: string;
	/** Text before and after the cursor. */
	readonly prefix: string;
	readonly suffix: string;
	/** Names the namespace the suggestion was made for; a new kernel makes old suggestions void. */
	readonly kernelId: string | null;
	/** Nobody asked for it: it waits until the person has paused. */
	readonly automatic: boolean;
	/** Looks up what the prompt tells; called only when a model is asked. */
	gather(signal: AbortSignal): Promise<Surroundings>;
	/** For each access the first step that live objects surely lack, `null` for none. */
	findMissing(accesses: readonly Access[], signal: AbortSignal): Promise<readonly (number | null)[]>;
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

/** Counts since the server started. */
export type CompletionStatistics = {
	readonly fromCache: number;
	readonly modelRequests: number;
	/** Answers that named what live objects lack. */
	readonly dropped: number;
	readonly shown: number;
	readonly partiallyAccepted: number;
};

export class Completions {
	readonly #cache = new CompletionCache();
	readonly #inFlight = new Map<string, AbortController>();
	readonly #pace: TypingPace;
	readonly #counts = { fromCache: 0, modelRequests: 0, dropped: 0, shown: 0, partiallyAccepted: 0 };

	constructor(pace: TypingPace = new TypingPace()) {
		this.#pace = pace;
	}

	get statistics(): CompletionStatistics {
		return { ...this.#counts };
	}

	count(what: "shown" | "partiallyAccepted"): void {
		this.#counts[what]++;
	}

	/** A document was changed: how fast, decides how long suggestions that nobody asked for wait. */
	typed(uri: string): void {
		this.#pace.typed(uri);
	}

	/** The text to insert at the cursor, or `null` for none. Fails with `CompletionError`; an abort gives `null`. */
	async complete(request: CompletionRequest): Promise<string | null> {
		const { uri, prefix, suffix, kernelId } = request;
		const key = { uri, kernelId, prefix, suffix };
		this.#inFlight.get(uri)?.abort();
		const cached = this.#cache.find(key);
		if (cached !== null) {
			this.#counts.fromCache++;
			return cached;
		}
		const abort = new AbortController();
		this.#inFlight.set(uri, abort);
		const signal = AbortSignal.any([abort.signal, request.signal]);
		try {
			const text = await this.#ask(request, signal);
			if (text === null || text === "" || signal.aborted) return null;
			this.#cache.add(key, text);
			return text;
		} finally {
			if (this.#inFlight.get(uri) === abort) this.#inFlight.delete(uri);
		}
	}

	async #ask(request: CompletionRequest, signal: AbortSignal): Promise<string | null> {
		const { uri, prefix, suffix, kernelId } = request;
		const waitMs = request.automatic ? this.#pace.remainingMs(uri) : 0;
		if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {}); // told by the signal
		if (signal.aborted) return null;
		const surroundings = await request.gather(signal);
		if (signal.aborted) return null;
		this.#counts.modelRequests++;
		const started = performance.now();
		const raw = await askModel(request, surroundings, signal);
		if (raw === null || signal.aborted) return null;
		this.#pace.answered(performance.now() - started);
		const text = postprocess(raw, { prefix, suffix });
		if (text === "" || kernelId === null) return text;
		const accesses = suggestedAccesses(text, { prefix, suffix });
		if (accesses.length === 0) return text;
		const missing = await request.findMissing(accesses, signal);
		if (!accesses.some(({ from }, index) => (missing[index] ?? -1) >= from)) return text;
		this.#counts.dropped++;
		return null;
	}

	/** Forgets what belongs to a closed document and stops its request. */
	close(uri: string): void {
		this.#inFlight.get(uri)?.abort();
		this.#cache.forget(uri);
		this.#pace.forget(uri);
	}
}

const askModel = async (
	request: CompletionRequest,
	surroundings: Surroundings,
	signal: AbortSignal,
): Promise<string | null> => {
	const { prefix, suffix } = request;
	const { system, user } = buildCompletionPrompt({ prefix, suffix, ...surroundings });
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
		fill: buildFill({ prefix, suffix, cells: surroundings.cells }),
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
