/**
 * Asks people whether a tool may run. Every participant sees the question and the answer; the first valid answer
 * wins. A question that nobody can answer is refused at once, as unanswered and not as denied.
 */
import type { Decision, PermissionMode, SessionEvent } from "../../protocol/index.ts";
import type { ToolCall } from "../context/transcript.ts";
import { RequestError } from "./errors.ts";
import { newId } from "./ids.ts";
import type { SessionLog } from "./log.ts";

/** May the call run? `reason` is for the model: what happened and what it can do. */
export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export type ApprovalsOptions = {
	readonly log: SessionLog;
	mode(): PermissionMode;
	/** Whether anybody attached can answer. */
	canAsk(): boolean;
};

type Pending = {
	readonly asked: Extract<SessionEvent, { kind: "approvalAsked" }>;
	settle(
		outcome: "allow" | "allowAlways" | "deny" | "unanswered" | "cancelled",
		by: string | null,
		message: string | null,
	): void;
};

export class Approvals {
	readonly #options: ApprovalsOptions;
	readonly #pending = new Map<string, Pending>();
	readonly #always = new Set<string>();

	constructor(options: ApprovalsOptions) {
		this.#options = options;
	}

	get pending(): readonly SessionEvent[] {
		return [...this.#pending.values()].map(({ asked }) => asked);
	}

	/** Resolves when it is decided. An abort of the turn counts as cancelled. Never rejects. */
	async ask(turnId: string, call: ToolCall, reads: boolean, signal: AbortSignal): Promise<Permission> {
		const mode = this.#options.mode();
		if (mode === "yolo" || reads || this.#always.has(call.name)) return { allowed: true };
		if (mode === "plan")
			return {
				allowed: false,
				reason: `Not run: the session is in plan mode, where only tools that read may run. Describe what you would do with ${call.name} instead.`,
			};
		const asked = {
			kind: "approvalAsked",
			approvalId: newId(),
			turnId,
			callId: call.callId,
			tool: call.name,
			args: { ...call.args },
			always: alwaysText(call.name),
		} as const;
		const { log } = this.#options;
		const { approvalId } = asked;
		try {
			log.add(asked);
		} catch (error) {
			return { allowed: false, reason: `Not run: nobody could be asked. ${(error as Error).message}` };
		}
		if (!this.#options.canAsk()) {
			log.settle([{ kind: "approvalAnswered", approvalId, outcome: "unanswered", by: null, message: null }]);
			return unanswered;
		}
		return new Promise((resolve) => {
			const onAbort = () => this.#pending.get(approvalId)?.settle("cancelled", null, null);
			this.#pending.set(approvalId, {
				asked,
				settle: (outcome, by, message) => {
					const answered = { kind: "approvalAnswered", approvalId, outcome, by, message } as const;
					// An answer that the disk refuses is given again; an abort has happened.
					if (outcome === "cancelled" || outcome === "unanswered") log.settle([answered]);
					else log.add(answered);
					this.#pending.delete(approvalId);
					signal.removeEventListener("abort", onAbort);
					if (outcome === "allowAlways") this.#always.add(call.name);
					resolve(outcomeToPermission(outcome, message));
				},
			});
			if (signal.aborted) onAbort();
			else signal.addEventListener("abort", onAbort, { once: true });
		});
	}

	/** Fails with `itemNotFound` when the question is gone or answered. */
	answer(approvalId: string, decision: Decision, message: string | null, by: string): void {
		const pending = this.#pending.get(approvalId);
		if (!pending)
			throw new RequestError(
				"itemNotFound",
				`No approval ${approvalId} waits: it was answered or its turn ended.`,
			);
		if (decision === "allowAlways" && pending.asked.always === null)
			throw new RequestError(
				"invalidParams",
				`"Always" is not offered for ${pending.asked.tool}: answer allow or deny.`,
			);
		pending.settle(decision, by, message);
	}

	/** Somebody who was asked turns out unable to answer: with nobody left who can, what waits is refused. */
	recheck(): void {
		if (this.#options.canAsk()) return;
		for (const { settle } of [...this.#pending.values()]) settle("unanswered", null, null);
	}

	/** Takes every "always" back. */
	forgetAlways(): void {
		this.#always.clear();
	}
}

const alwaysText = (tool: string): string =>
	tool === "pyrun"
		? "run any Python code in this session without asking"
		: `run ${tool} in this session without asking`;

const unanswered: Permission = {
	allowed: false,
	reason:
		"Not run: it needs the person's approval and nobody is there to give it. The person can allow it with --permissions yolo.",
};

const outcomeToPermission = (
	outcome: "allow" | "allowAlways" | "deny" | "unanswered" | "cancelled",
	message: string | null,
): Permission => {
	if (outcome === "unanswered") return unanswered;
	if (outcome === "allow" || outcome === "allowAlways") return { allowed: true };
	if (outcome === "cancelled") return { allowed: false, reason: "Not run: the turn was cancelled." };
	return {
		allowed: false,
		reason: message
			? `Not run: the person declined and said: ${message}`
			: "Not run: the person declined. Ask what they would prefer, or go on without it.",
	};
};
