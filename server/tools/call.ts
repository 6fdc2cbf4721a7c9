/**
 * The one door: every call of every backend comes through here, ours to be run and a provider's own to be permitted.
 * What a call needs before it runs, and what is told of it, is decided in this place alone.
 */
import { settledContent } from "../../ground/text/contentText.ts";
import type { PermissionMode, TurnChanges } from "../../protocol/index.ts";
import type { ToolCall, ToolResult } from "../context/transcript.ts";
import type { Approvals, ToolLog } from "./approvals.ts";
import { TurnWatch } from "./changes/turnWatch.ts";
import type { Grants } from "./grants.ts";
import { meantCall } from "./offered.ts";
import type { Place } from "./places.ts";
import { decide, howToAllow } from "./policy.ts";
import { type Rule, rulingOf } from "./rules.ts";
import { type ProposedCell, permittedCell, proposedCall } from "./sources/proposedCell.ts";
import { providerCall } from "./sources/provider.ts";
import { type Effect, failure, type PermittedCall, type Tool } from "./tool.ts";

export type DoorOptions = {
	readonly log: ToolLog;
	readonly approvals: Approvals;
	readonly grants: Grants;
	/** The person's, and their project's. */
	rules(): readonly Rule[];
	mode(): PermissionMode;
	place(): Place;
	/** Takes secrets out of what goes to a model. */
	redact(text: string): string;
	/** Those there are now; `null` while the session has no live Python. */
	tools(): readonly Tool[] | null;
};

export class Door {
	readonly #options: DoorOptions;
	/** By turn. */
	readonly #watches = new Map<string, TurnWatch>();

	constructor(options: DoorOptions) {
		this.#options = options;
	}

	/** Runs a call, once it may. Never rejects: what went wrong is told to the model. */
	call(turnId: string, asked: ToolCall, signal: AbortSignal): Promise<ToolResult> {
		return this.#run(turnId, meantCall(asked), this.#options.mode(), signal);
	}

	/**
	 * Runs a call that the person wrote into a cell: nobody asks them whether they meant it, but about what is asked in
	 * every mode. Never rejects.
	 */
	async personsCall(call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
		const result = await this.#run(call.callId, call, "yolo", signal);
		this.forget(call.callId);
		return result;
	}

	async #run(turnId: string, call: ToolCall, mode: PermissionMode, signal: AbortSignal): Promise<ToolResult> {
		const { callId } = call;
		const refuse = (text: string): ToolResult => ({ callId, ...failure(text) });
		const tools = this.#options.tools();
		if (tools === null)
			return refuse("Not run: the session has no live kernel. Ask the person to restart it.");
		const tool = tools.find(({ name }) => name === call.name);
		if (!tool)
			return refuse(`There is no tool ${call.name}. There are: ${tools.map(({ name }) => name).join(", ")}.`);
		try {
			const prepared = await tool.prepare(call.args, signal);
			if ("problem" in prepared) return refuse(prepared.problem);
			const effect = prepared.effect ?? tool.effect;
			const refusal = await this.#refusal(turnId, call, effect, prepared, mode, signal);
			if (refusal !== null) return refuse(refusal);
			const { log, redact } = this.#options;
			const watch = this.#watch(turnId);
			watch.before(effect, prepared);
			const { changed = [], ...outcome } = await prepared.run({
				signal,
				onWaiting: (waiting) => log.hint({ kind: "toolWaiting", turnId, callId, waiting }),
				onOutput: (delta) => log.hint({ kind: "toolOutput", turnId, callId, delta: redact(delta) }),
			});
			watch.changed(changed);
			const content = settledContent(outcome.content).map((part) =>
				part.kind === "text" ? { ...part, text: redact(part.text) } : part,
			);
			return { callId, ...outcome, content };
		} catch (error) {
			return refuse(`${call.name} could not be run: ${(error as Error).message}`);
		}
	}

	/** Whether a provider may run a call of its own: `null` for yes, else the reason why not. */
	async permit(turnId: string, call: ToolCall, signal: AbortSignal): Promise<string | null> {
		const asked = await providerCall(call.name, call.args, this.#options.place());
		const refusal = await this.#refusal(turnId, call, asked.effect, asked, this.#options.mode(), signal);
		if (refusal === null) this.#watch(turnId).before(asked.effect, asked);
		return refusal;
	}

	/** What the turn's calls have changed so far; `null` for nothing. Never rejects. */
	async changes(turnId: string): Promise<TurnChanges | null> {
		return (await this.#watches.get(turnId)?.changes()) ?? null;
	}

	/** The turn has ended. */
	forget(turnId: string): void {
		this.#watches.delete(turnId);
	}

	#watch(turnId: string): TurnWatch {
		const watch = this.#watches.get(turnId) ?? new TurnWatch(this.#options.place());
		this.#watches.set(turnId, watch);
		return watch;
	}

	/** Whether a cell that a program proposes may run: `null` for yes, else the reason why not. */
	async permitCell(proposed: ProposedCell, id: string, signal: AbortSignal): Promise<string | null> {
		const call = proposedCall(proposed, id);
		return this.#refusal(id, call, "changesNamespace", permittedCell(proposed), this.#options.mode(), signal);
	}

	async #refusal(
		turnId: string,
		call: ToolCall,
		effect: Effect,
		{ check, grant, card, about }: PermittedCall,
		mode: PermissionMode,
		signal: AbortSignal,
	): Promise<string | null> {
		const { approvals, grants } = this.#options;
		const ruling = rulingOf(this.#options.rules(), call.name, about ?? null);
		const facts = { mode, tool: call.name, effect, check, ruling };
		const verdict = decide(facts);
		switch (verdict.kind) {
			case "run":
				return null;
			case "refuse":
				return verdict.reason;
			case "ask": {
				const offered = check === "guarded" ? null : grant;
				if (offered !== null && grants.has(offered)) return null;
				const question = {
					turnId,
					call,
					grant: offered,
					card: card ?? null,
					usesNamespace: effect === "changesNamespace",
					advice: howToAllow(facts),
				};
				const answer = await approvals.ask(question, signal);
				if (answer.kind === "refused") return answer.reason;
				if (answer.always && offered !== null) grants.add(offered);
				return null;
			}
			default:
				return verdict satisfies never;
		}
	}
}
