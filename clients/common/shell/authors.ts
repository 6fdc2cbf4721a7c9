import type { Participant } from "../../../protocol/index.ts";
import type { SessionView } from "../session/sessionView.ts";
import type { Author } from "./action.ts";

/**
 * Who did what, for the person here: everyone who was in the session while this client was is known by name. What was
 * done before in clients like this one has no name: it is the past of this one.
 */
export class Authors {
	readonly #own: string;
	readonly #names = new Map<string, string>();

	/** `own` is what this client is called. */
	constructor(own: string) {
		this.#own = own;
	}

	see(participants: readonly Participant[]): void {
		for (const { participantId, name } of participants) this.#names.set(participantId, name);
	}

	/** `byName` is what they were called when they did it. */
	of(by: string | null, byName: string | undefined, view: SessionView): Author {
		if (by === null) return { whose: "nobody", name: byName ?? "another program" };
		if (view.isMe(by)) return { whose: "mine", name: this.#own };
		return { whose: "another", name: this.#names.get(by) ?? (byName === this.#own ? "" : (byName ?? "")) };
	}
}
