/**
 * Asks people whether a call may run. Every participant sees the question and the answer; the first valid answer
 * wins. A question that nobody can answer is refused at once, as unanswered and not as denied.
 */
import type { Decision, SessionEvent, SessionHint } from "../../protocol/index.ts";
import type { ToolCall } from "../context/transcript.ts";
import type { Grant } from "./tool.ts";

/** Where questions and answers are told: a session's log. */
export type ToolLog = {
	/** Stores it, then announces it. Throws when the disk refuses. */
	add(event: SessionEvent): void;
	/** Stores what has happened, as soon as the disk takes it. */
	settle(events: readonly SessionEvent[]): void;
	hint(hint: SessionHint): void;
};

export type ApprovalsOptions = {
	readonly log: ToolLog;
	/** Whether anybody attached can answer. */
	canAsk(): boolean;
	newId(): string;
};

/** What the person is asked about. */
export type Question = {
	readonly turnId: string;
	readonly call: ToolCall;
	/** `null`: "always" is not offered. */
	readonly grant: Grant | null;
	/** How it could be allowed where nobody is there to answer. */
	readonly advice: string;
};

/** `reason` is for the model: what happened and what it can do. */
export type Answer =
	| { readonly kind: "allowed"; readonly always: boolean }
	| { readonly kind: "refused"; readonly reason: string };

type Outcome = Extract<SessionEvent, { kind: "approvalAnswered" }>["outcome"];

type Pending = {
	readonly asked: Extract<SessionEvent, { kind: "approvalAsked" }>;
	settle(outcome: Outcome, by: string | null, message: string | null): void;
};

export class Approvals {
	readonly #options: ApprovalsOptions;
	readonly #pending = new Map<string, Pending>();

	constructor(options: ApprovalsOptions) {
		this.#options = options;
	}

	get pending(): readonly SessionEvent[] {
		return [...this.#pending.values()].map(({ asked }) => asked);
	}

	/** Resolves when it is decided. An abort of the turn counts as cancelled. Never rejects. */
	async ask({ turnId, call, grant, advice }: Question, signal: AbortSignal): Promise<Answer> {
		const { log, newId, canAsk } = this.#options;
		const approvalId = newId();
		const asked = {
			kind: "approvalAsked",
			approvalId,
			turnId,
			callId: call.callId,
			tool: call.name,
			args: { ...call.args },
			always: grant?.text ?? null,
		} as const;
		try {
			log.add(asked);
		} catch (error) {
			return { kind: "refused", reason: `Not run: nobody could be asked. ${(error as Error).message}` };
		}
		return new Promise((resolve) => {
			const onAbort = () => this.#pending.get(approvalId)?.settle("cancelled", null, null);
			this.#pending.set(approvalId, {
				asked,
				settle: (outcome, by, said) => {
					const message = outcome === "unanswered" ? advice : said;
					const answered = { kind: "approvalAnswered", approvalId, outcome, by, message } as const;
					// An answer that the disk refuses is given again; an abort has happened.
					if (outcome === "cancelled" || outcome === "unanswered") log.settle([answered]);
					else log.add(answered);
					this.#pending.delete(approvalId);
					signal.removeEventListener("abort", onAbort);
					resolve(toAnswer(outcome, message));
				},
			});
			if (signal.aborted) onAbort();
			else if (!canAsk()) this.#pending.get(approvalId)?.settle("unanswered", null, null);
			else signal.addEventListener("abort", onAbort, { once: true });
		});
	}

	/** `gone`: no such question waits. `notOffered`: it waits, and "always" is no answer to it. */
	answer(
		approvalId: string,
		decision: Decision,
		message: string | null,
		by: string,
	): "answered" | "gone" | "notOffered" {
		const pending = this.#pending.get(approvalId);
		if (!pending) return "gone";
		if (decision === "allowAlways" && pending.asked.always === null) return "notOffered";
		pending.settle(decision, by, message);
		return "answered";
	}

	/** Somebody who was asked turns out unable to answer: with nobody left who can, what waits is refused. */
	recheck(): void {
		if (this.#options.canAsk()) return;
		for (const { settle } of [...this.#pending.values()]) settle("unanswered", null, null);
	}
}

const toAnswer = (outcome: Outcome, message: string | null): Answer => {
	switch (outcome) {
		case "allow":
			return { kind: "allowed", always: false };
		case "allowAlways":
			return { kind: "allowed", always: true };
		case "deny":
			return refused(
				message
					? `the person declined and said: ${message}`
					: "the person declined. Ask what they would prefer, or go on without it.",
			);
		case "cancelled":
			return refused("the turn was cancelled.");
		case "unanswered":
			return refused(`it needs the person's approval and nobody is there to give it. ${message}`);
		default:
			return outcome satisfies never;
	}
};

const refused = (what: string): Answer => ({ kind: "refused", reason: `Not run: ${what}` });
