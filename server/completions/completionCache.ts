import type { Insertion } from "./postprocess.ts";

/** A suggestion is valid for one document, one namespace and one place. */
export type CompletionKey = {
	readonly documentKey: string;
	/** Another kernel has other variables. */
	readonly kernelId: string | null;
	readonly prefix: string;
	readonly suffix: string;
};

type Suggestion = CompletionKey & Insertion;

/**
 * Suggestions made lately. One goes on being found while the person types along it: its rest is then the answer.
 * Keeps the newest `capacity`, whatever documents they are for.
 */
export class CompletionCache {
	readonly #capacity: number;
	/** Oldest first. */
	readonly #suggestions: Suggestion[] = [];

	constructor(capacity = 100) {
		this.#capacity = capacity;
	}

	/** What is left to insert at this place, `null` when no suggestion leads here or it is typed out. */
	find(key: CompletionKey): Insertion | null {
		const at = this.#suggestions.findLastIndex((suggestion) => leadsTo(suggestion, key));
		const suggestion = this.#suggestions[at];
		if (!suggestion) return null;
		this.#suggestions.splice(at, 1);
		this.#suggestions.push(suggestion);
		const { text, replaced, prefix } = suggestion;
		return { text: text.slice(key.prefix.length - prefix.length), replaced };
	}

	add(key: CompletionKey, { text, replaced }: Insertion): void {
		const { documentKey, kernelId, prefix, suffix } = key;
		const same = this.#suggestions.findIndex(
			(one) =>
				one.documentKey === documentKey &&
				one.kernelId === kernelId &&
				one.prefix === prefix &&
				one.suffix === suffix,
		);
		if (same >= 0) this.#suggestions.splice(same, 1);
		this.#suggestions.push({ documentKey, kernelId, prefix, suffix, text, replaced });
		if (this.#suggestions.length > this.#capacity) this.#suggestions.shift();
	}

	/** Lets go of a document's suggestions. */
	forget(documentKey: string): void {
		for (let at = this.#suggestions.length - 1; at >= 0; at--)
			if (this.#suggestions[at]?.documentKey === documentKey) this.#suggestions.splice(at, 1);
	}
}

/** What has been typed from one place to another, `null` when the other is not reached by typing on. */
export const typedSince = (from: CompletionKey, to: CompletionKey): string | null =>
	from.documentKey === to.documentKey &&
	from.kernelId === to.kernelId &&
	from.suffix === to.suffix &&
	to.prefix.startsWith(from.prefix)
		? to.prefix.slice(from.prefix.length)
		: null;

const leadsTo = (suggestion: Suggestion, key: CompletionKey): boolean => {
	const typed = typedSince(suggestion, key);
	return typed !== null && typed.length < suggestion.text.length && suggestion.text.startsWith(typed);
};
