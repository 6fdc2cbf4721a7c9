/**
 * What servers ask an editor. Each server counts its requests from the start, and an editor may answer late: after a
 * server was replaced, ids are told apart, so that no answer goes to a question it was not given to.
 */
type Id = string | number;

export class ServerRequests {
	#generation = 0;
	/** The server's ids, by those that the editor knows. */
	readonly #open = new Map<Id, Id>();

	/** The id under which the editor is asked. */
	ask(id: Id): Id {
		const known = this.idForEditor(id);
		this.#open.set(known, id);
		return known;
	}

	idForEditor(id: Id): Id {
		return this.#generation === 0 ? id : `ipyai/${this.#generation}/${id}`;
	}

	/** The server's own id of what the editor answers; `null` where its server is gone, or never asked. */
	answer(known: Id): Id | null {
		const id = this.#open.get(known) ?? null;
		this.#open.delete(known);
		return id;
	}

	/** The server is gone: what the editor was still asked, which no answer helps any more. */
	lose(): Id[] {
		const left = [...this.#open.keys()];
		this.#open.clear();
		this.#generation++;
		return left;
	}
}
