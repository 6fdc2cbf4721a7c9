/**
 * Asks people whether a call may run. Every participant sees the question and the answer; the first valid answer
 * wins. A question that nobody can answer is refused at once, as unanswered and not as denied.
 */
import { askedCall } from "../../protocol/askedCall.ts";
import type { ApprovalCard, Decision, SessionEvent, SessionHint } from "../../protocol/index.ts";
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
	/** How it is shown, where its arguments do not say. */
	readonly card: ApprovalCard | null;
	/** What it does depends on variables. */
	readonly usesNamespace: boolean;
	/** How it could be allowed where nobody is there to answer. */
	readonly advice: string;
};

/** `reason` is for the model: what happened and what it can do. */
export type Answer =
	| { readonly kind: "allowed"; readonly always: boolean }
	| { readonly kind: "refused"; readonly reason: string };

type Outcome = Extract<SessionEvent, { kind: "approvalAnswered" }>["outcome"];

type Asked = Extract<SessionEvent, { kind: "approvalAsked" }>;

type Pending = {
	/** As those who come later are asked. */
	asked: Asked;
	usesNamespace: boolean;
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
	async ask(question: Question, signal: AbortSignal): Promise<Answer> {
		const { turnId, call, grant, card, advice, usesNamespace } = question;
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
			...(card === null ? {} : { card }),
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
				usesNamespace,
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

	/** A cell ran: who is still to answer is told that variables may not be what they were. */
	namespaceMoved(): void {
		for (const pending of this.#pending.values()) {
			if (!pending.usesNamespace) continue;
			pending.usesNamespace = false;
			const note = "A cell ran since this was asked: variables may have changed.";
			const card = askedCall(pending.asked);
			pending.asked = { ...pending.asked, card: { ...card, notes: [...card.notes, note] } };
			this.#options.log.hint({ kind: "notice", level: "warning", text: `${pending.asked.tool}: ${note}` });
		}
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
