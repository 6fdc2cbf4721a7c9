/**
 * Inline completion: one model request at a time for each document, suggestions reused while the person types
 * along. A model that was asked further back goes on while what is typed may still be what it says; its rest is then
 * the answer. An answer for text that has changed meanwhile is never given, nor one that names what live objects lack.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { CompletionStatistics } from "../../protocol/editorCommands.ts";
import { Aborted, orAborted } from "../backends/loop/abort.ts";
import { type SuggestedAccess, suggestedAccesses } from "./accesses.ts";
import { askModel } from "./askModel.ts";
import { CompletionCache, type CompletionKey, typedSince } from "./completionCache.ts";
import type { CompletionRequest } from "./completionRequest.ts";
import { isHead } from "./filters/indentation.ts";
import { lastLine } from "./lines.ts";
import { type Insertion, postprocess } from "./postprocess.ts";
import type { Surroundings } from "./prompt.ts";
import { scanBrackets } from "./scanBrackets.ts";
import { TypingPace } from "./typingPace.ts";
import { undefinedNames } from "./undefinedNames.ts";

/** Typed further than this since a model was asked, its answer is not waited for, nor longer than that. */
const maxAhead = 30;
const patienceMs = 5000;
/** Editors cancel because the person typed on, and tell what was typed right before or right after. */
const cancelGraceMs = 30;

/** The newest request of a document. */
type Newest = {
	/** Aborts when a newer one takes its place, or the document is closed. */
	readonly replaced: AbortController;
	/** The document has changed since. */
	isOutdated: boolean;
};

/** A model at work, for the newest request or one before it. */
type Asked = {
	readonly key: CompletionKey;
	readonly sinceMs: number;
	readonly stop: AbortController;
	/** Resolves when it is over; what it said is in the cache then. */
	readonly over: Promise<unknown>;
};

export class Completions {
	readonly #cache = new CompletionCache();
	readonly #newest = new Map<string, Newest>();
	readonly #asked = new Map<string, Asked>();
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
	typed(documentKey: string): void {
		this.#pace.typed(documentKey);
		const newest = this.#newest.get(documentKey);
		if (newest) newest.isOutdated = true;
	}

	/** What to insert at the cursor, or `null` for nothing. Fails with `CompletionError`; an abort gives `null`. */
	async complete(request: CompletionRequest): Promise<Insertion | null> {
		if (request.signal.aborted || request.gone.aborted) return null;
		const { documentKey, prefix, suffix, kernelId } = request;
		const key = { documentKey, kernelId, prefix, suffix };
		this.#newest.get(documentKey)?.replaced.abort();
		const newest: Newest = { replaced: new AbortController(), isOutdated: false };
		this.#newest.set(documentKey, newest);
		const asked = this.#asked.get(documentKey);
		const typed = asked ? typedSince(asked.key, key) : null;
		// Who asks for a suggestion is not made to wait for what was meant for another place.
		if (typed === null || typed.length > (request.automatic ? maxAhead : 0)) this.#stop(documentKey);
		const onCancel = () => this.#cancelled(request, newest);
		request.signal.addEventListener("abort", onCancel, { once: true });
		const signal = AbortSignal.any([newest.replaced.signal, request.signal, request.gone]);
		try {
			if (request.instead.length > 0) this.#stop(documentKey);
			else {
				const cached = this.#fromCache(key);
				if (cached !== null) return cached;
			}
			return await this.#suggest(request, key, signal);
		} finally {
			request.signal.removeEventListener("abort", onCancel);
		}
	}

	/** What an earlier answer leaves to insert; no model is needed then. */
	#fromCache(key: CompletionKey): Insertion | null {
		const cached = this.#cache.find(key);
		if (cached === null) return null;
		this.#stop(key.documentKey);
		this.#counts.fromCache++;
		return cached;
	}

	async #suggest(
		request: CompletionRequest,
		key: CompletionKey,
		signal: AbortSignal,
	): Promise<Insertion | null> {
		const { documentKey } = key;
		const earlier = this.#asked.get(documentKey);
		if (earlier) {
			const leftMs = Math.max(0, Math.round(earlier.sinceMs + patienceMs - performance.now()));
			await unlessAborted(earlier.over, AbortSignal.any([signal, AbortSignal.timeout(leftMs)]));
			if (signal.aborted) return null;
			const cached = this.#fromCache(key);
			if (cached !== null) return cached;
			this.#stop(documentKey);
		}
		const waitMs = request.automatic ? this.#pace.remainingMs(documentKey) : 0;
		if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {}); // told by the signal
		if (signal.aborted) return null;
		const surroundings = await request.gather(signal);
		if (signal.aborted) return null;
		const stop = new AbortController();
		const answer = this.#ask(request, surroundings, AbortSignal.any([stop.signal, request.gone]));
		const over = answer.catch(() => {}); // a failure is told to who asked
		const asked = { key, sinceMs: performance.now(), stop, over };
		this.#asked.set(documentKey, asked);
		void over.then(() => {
			if (this.#asked.get(documentKey) === asked) this.#asked.delete(documentKey);
		});
		return unlessAborted(answer, signal);
	}

	async #ask(
		request: CompletionRequest,
		surroundings: Surroundings,
		signal: AbortSignal,
	): Promise<Insertion | null> {
		const { documentKey, prefix, suffix, kernelId } = request;
		this.#counts.modelRequests++;
		const started = performance.now();
		const raw = await askModel(request, surroundings, signal);
		if (raw === null || signal.aborted) return null;
		this.#pace.answered(performance.now() - started);
		const { text, replaced } = postprocess(raw, { prefix, suffix });
		if (text === "") return null;
		const place = { prefix, suffix: suffix.slice(replaced) };
		const accesses: SuggestedAccess[] = kernelId === null ? [] : suggestedAccesses(text, place);
		if (kernelId !== null)
			for (const { name, at } of undefinedNames(text, place, request.above))
				accesses.push({ name, steps: [], from: 0, at });
		const missing = accesses.length === 0 ? [] : await request.findMissing(accesses, signal);
		if (signal.aborted) return null;
		const wrong = accesses.filter(({ from }, index) => (missing[index] ?? -1) >= from);
		const kept = wrong.length === 0 ? text : wholeLinesBefore(text, Math.min(...wrong.map(({ at }) => at)));
		if (kept.trim() === "" || request.instead.includes(kept)) {
			this.#counts.dropped++;
			return null;
		}
		const insertion = { text: kept, replaced: kept === text ? replaced : 0 };
		this.#cache.add({ documentKey, kernelId, prefix, suffix }, insertion);
		return insertion;
	}

	/** The model stops at once, unless this was nobody's wish and may come of typing on. */
	#cancelled({ documentKey, automatic }: CompletionRequest, newest: Newest): void {
		const stop = () => {
			if (this.#newest.get(documentKey) === newest && !newest.isOutdated) this.#stop(documentKey);
		};
		if (automatic) setTimeout(stop, cancelGraceMs);
		else stop();
	}

	#stop(documentKey: string): void {
		this.#asked.get(documentKey)?.stop.abort();
		this.#asked.delete(documentKey);
	}

	/** Forgets what belongs to a closed document and stops its request. */
	close(documentKey: string): void {
		this.#newest.get(documentKey)?.replaced.abort();
		this.#newest.delete(documentKey);
		this.#stop(documentKey);
		this.#cache.forget(documentKey);
		this.#pace.forget(documentKey);
	}
}

/** The lines that end before this place, as long as they are whole in themselves. */
const wholeLinesBefore = (text: string, at: number): string => {
	const lines = text.slice(0, text.lastIndexOf("\n", at - 1) + 1);
	const { open, quote } = scanBrackets(lines);
	return open.length > 0 || quote !== null || isHead(lastLine(lines.trimEnd())) ? "" : lines.trimEnd();
};

/** What a promise brings, `null` as soon as the signal aborts. */
const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> =>
	orAborted(promise, signal).catch((error: unknown) => {
		if (error instanceof Aborted) return null;
		throw error;
	});
