import type { Grant } from "./tool.ts";

/** What a person has said "always" to in a session; each can be taken back. */
export class Grants {
	readonly #all = new Map<string, Grant>();

	get all(): readonly Grant[] {
		return [...this.#all.values()];
	}

	has({ key }: Grant): boolean {
		return this.#all.has(key);
	}

	add(grant: Grant): void {
		this.#all.set(grant.key, grant);
	}

	/** Takes back the one that `all` has at this place; tells which it was. */
	takeBack(place: number): Grant | null {
		const grant = this.all[place] ?? null;
		if (grant !== null) this.#all.delete(grant.key);
		return grant;
	}

	clear(): void {
		this.#all.clear();
	}
}
