/**
 * Who is in a session. What happens is told to all of them; a line of input is asked of one. It knows nothing of
 * JSON-RPC: features bring participants as `Audience`s.
 */
import type {
	InputRequestParams,
	Participant,
	SessionHint,
	SessionUpdateParams,
} from "../../protocol/index.ts";
import type { Environment } from "../backends/backend.ts";
import { RequestError } from "./errors.ts";
import type { SessionLog } from "./log.ts";

/** How a participant is reached. `send` never throws and never blocks. */
export type Audience = Participant & {
	readonly canApprove: boolean;
	readonly canInput: boolean;
	readonly environment: Environment;
	send(update: SessionUpdateParams): void;
	requestInput(request: InputRequestParams): void;
};

export class Participants {
	readonly #log: SessionLog;
	#areDetached = false;
	readonly #here = new Map<string, Audience>();
	/** Everybody who was here: what they began may be told after they left. */
	readonly #names = new Map<string, string>();
	readonly #greetings: string[] = [];

	constructor(log: SessionLog) {
		this.#log = log;
		const { sessionId } = log;
		log.subscribe({
			onEvent: ({ seq, at, event }) => this.#tell({ kind: "event", sessionId, seq, at, event }),
			onHint: (hint, seq) => this.#tell({ kind: "hint", sessionId, seq, hint }),
		});
	}

	get all(): readonly Participant[] {
		return [...this.#here.values()].map((audience) => this.#asKnown(audience));
	}

	get isEmpty(): boolean {
		return this.#here.size === 0;
	}

	/** Somebody could answer an approval. */
	get canApprove(): boolean {
		return this.#controllers.some(({ canApprove }) => canApprove);
	}

	/** Also of those who have left. */
	nameOf(participantId: string): string | undefined {
		return this.#names.get(participantId);
	}

	join(audience: Audience): void {
		this.#names.set(audience.participantId, this.#nameFor(audience));
		if (audience.visiting === undefined) this.#areDetached = false;
		this.#log.add({ kind: "participantJoined", participant: this.#asKnown(audience) });
		this.#here.set(audience.participantId, audience);
	}

	/** Nobody is here, and the last who was left on purpose. */
	get areDetached(): boolean {
		return this.#areDetached;
	}

	/** Several clients of a kind are told apart. */
	#nameFor({ participantId, name }: Audience): string {
		const others = [...this.#here.keys()].filter((id) => id !== participantId);
		const taken = new Set(others.map((id) => this.#names.get(id)));
		let free = name;
		for (let number = 2; taken.has(free); number++) free = `${name} ${number}`;
		return free;
	}

	#asKnown({ participantId, name, role, visiting }: Audience): Participant {
		return {
			participantId,
			name: this.#names.get(participantId) ?? name,
			role,
			...(visiting === undefined ? {} : { visiting }),
		};
	}

	/** One is gone; the session goes on. */
	leave(participantId: string, reason: "detached" | "lost"): void {
		const visiting = this.#here.get(participantId)?.visiting;
		if (!this.#here.delete(participantId)) return;
		if (visiting === undefined) this.#areDetached = reason === "detached" && this.isEmpty;
		this.#log.settle([{ kind: "participantLeft", participantId, reason }]);
	}

	/** Fails with `notController` for whoever is not here. */
	require(participantId: string): Audience {
		const audience = this.#here.get(participantId);
		if (audience) return audience;
		throw new RequestError(
			"notController",
			"This connection has not attached to the session: send session/attach.",
		);
	}

	/** Fails with `notController` for whoever only watches, or is not here. */
	requireController(participantId: string): void {
		if (this.require(participantId).role !== "controller")
			throw new RequestError(
				"notController",
				"An observer may only watch: attach again with role controller.",
			);
	}

	/** Who else may change the session, by name. */
	otherControllers(participantId: string): string[] {
		return this.#controllers
			.filter((each) => each.participantId !== participantId)
			.map((each) => this.#asKnown(each).name);
	}

	/** Tells the next controller something that is no part of the log. */
	greet(text: string): void {
		this.#greetings.push(text);
	}

	takeGreetings(): readonly string[] {
		return this.#greetings.splice(0);
	}

	/** Tells one who is here something that is no part of the log. */
	warnOne(audience: Audience, text: string): void {
		const hint: SessionHint = { kind: "notice", level: "warning", text };
		audience.send({ kind: "hint", sessionId: this.#log.sessionId, seq: this.#log.headSeq, hint });
	}

	/** Tells all who are here, but for one. */
	warn(text: string, except: string | null = null): void {
		for (const audience of this.#here.values())
			if (audience.participantId !== except) this.warnOne(audience, text);
	}

	/** Asks a participant for a line of input; where they are gone or cannot answer, another controller. */
	requestInput(by: string | null, request: InputRequestParams): void {
		const able = this.#controllers.filter(({ canInput }) => canInput);
		(able.find(({ participantId }) => participantId === by) ?? able[0])?.requestInput(request);
	}

	get #controllers(): readonly Audience[] {
		return [...this.#here.values()].filter(({ role }) => role === "controller");
	}

	#tell(update: SessionUpdateParams): void {
		for (const audience of this.#here.values()) audience.send(update);
	}
}
