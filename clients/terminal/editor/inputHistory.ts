/**
 * The entries before this one. Browsing keeps what was being typed and the changes made to other entries until the
 * next submit; equal neighbours are met once.
 */
export class InputHistory {
	#entries: string[] = [];
	#at = 0;
	#draft = "";
	#prefix: string | null = null;

	/** Oldest first. */
	set(entries: readonly string[]): void {
		this.#entries = [...entries];
		this.leave();
	}

	add(entry: string): void {
		if (entry.trim() !== "" && this.#entries.at(-1) !== entry) this.#entries.push(entry);
		this.leave();
	}

	/** Ends browsing: the next step starts from the newest entry. */
	leave(): void {
		this.#at = this.#entries.length;
		this.#prefix = null;
	}

	/** The next older (-1) or newer (1) entry that starts with `prefix`; null at either end. */
	step(direction: -1 | 1, current: string, prefix: string): string | null {
		if (this.#prefix === null) {
			if (direction > 0) return null;
			this.#prefix = prefix;
			this.#draft = current;
			this.#at = this.#entries.length;
		}
		for (let at = this.#at + direction; at >= 0 && at < this.#entries.length; at += direction) {
			const entry = this.#entries[at]!;
			if (entry === current || !entry.startsWith(this.#prefix)) continue;
			this.#at = at;
			return entry;
		}
		if (direction < 0) return null;
		const draft = this.#draft;
		this.leave();
		return draft;
	}

	/** The newest entry before index `before` that contains the text. */
	search(query: string, before = this.#entries.length): { index: number; entry: string } | null {
		for (let index = Math.min(before, this.#entries.length) - 1; index >= 0; index--)
			if (this.#entries[index]!.includes(query)) return { index, entry: this.#entries[index]! };
		return null;
	}

	/** The oldest entry after index `after` that contains the text. */
	searchForward(query: string, after: number): { index: number; entry: string } | null {
		for (let index = after + 1; index < this.#entries.length; index++)
			if (this.#entries[index]!.includes(query)) return { index, entry: this.#entries[index]! };
		return null;
	}

	/** What the newest entry that begins with `text` goes on with. */
	suggest(text: string): string {
		for (let index = this.#entries.length - 1; index >= 0; index--) {
			const entry = this.#entries[index]!;
			if (entry.length > text.length && entry.startsWith(text)) return entry.slice(text.length);
		}
		return "";
	}
}
