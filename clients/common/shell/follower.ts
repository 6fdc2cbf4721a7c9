/** Follows the session: each change becomes what it means here, and what ended is taken back from the person. */
import type { InputRequestParams } from "../../../protocol/index.ts";
import type { LinkState, LiveSession, LiveSessionListener } from "../session/liveSession.ts";
import { type Approval, type Change, isAlive, type SessionView } from "../session/sessionView.ts";
import type { Action } from "./action.ts";
import { Authors } from "./authors.ts";
import type { Entries } from "./entries.ts";
import { meaningOf, type OwnAction } from "./meaning.ts";
import { type Hints, kernelGoneNote, serverBackNote, serverLostNote } from "./wording.ts";

export type FollowerOptions = {
	/** What this client is called in its session. */
	readonly name: string;
	readonly hints: Hints;
	readonly live: () => LiveSession;
	readonly entries: () => Entries;
	tell(action: Action | OwnAction): void;
	onOpened(view: SessionView): void;
	onCellEnded(): void;
};

export class Follower implements LiveSessionListener {
	readonly #options: FollowerOptions;
	readonly #authors: Authors;
	/** What waits for the person's answer: questions of Python's, and approvals. */
	readonly #inputs = new Map<string, InputRequestParams>();
	readonly #approvals = new Map<string, Approval>();
	readonly #unanswered = new Set<string>();
	#wasLost = false;
	link: LinkState = { kind: "joining" };

	constructor(options: FollowerOptions) {
		this.#options = options;
		this.#authors = new Authors(options.name);
	}

	onOpened(view: SessionView, changes: readonly Change[]): void {
		this.#follow(changes);
		for (const approval of view.approvals.values())
			if (!this.#approvals.has(approval.approvalId)) this.#mean({ kind: "approvalAsked", approval });
		this.#options.onOpened(view);
		this.#options.tell({ kind: "opened", view });
		this.#changed();
	}

	onChanges(changes: readonly Change[]): void {
		this.#follow(changes);
		this.#changed();
	}

	onReattached(changes: readonly Change[]): void {
		this.#follow(changes);
		const view = this.#options.live().view!;
		this.#options.entries().dropUnknown(view);
		// Nobody tells of an approval that was answered while the connection was away.
		for (const approval of this.#approvals.values())
			if (!view.approvals.has(approval.approvalId)) this.#approvalEnded(approval);
		if (this.#wasLost) {
			this.#options.tell({ kind: "notice", ...serverBackNote });
			if (!isAlive(view)) this.#options.tell({ kind: "notice", ...kernelGoneNote(this.#options.hints) });
		}
		this.#wasLost = false;
		this.#changed();
	}

	onLink(link: LinkState): void {
		this.link = link;
		if (link.kind === "lost" && !this.#wasLost) {
			this.#wasLost = true;
			this.#options.tell({ kind: "notice", ...serverLostNote });
		}
		this.#changed();
	}

	onInputRequest(request: InputRequestParams): void {
		// Some clients have one connection for several sessions, and a question that waits is sent anew to who comes back.
		const isOurs = request.sessionId === this.#options.live().view?.sessionId;
		if (!isOurs || this.#inputs.has(request.inputId)) return;
		this.#inputs.set(request.inputId, request);
		this.#options.tell({ kind: "inputAsked", request });
	}

	onRejected(...[entry, reason]: Parameters<LiveSessionListener["onRejected"]>): void {
		this.#options.tell({ kind: "rejected", entry, reason });
		this.#options.entries().reject(entry);
		this.#changed();
	}

	/** Python's question was answered here. */
	inputAnswered(inputId: string): void {
		this.#inputs.delete(inputId);
	}

	#follow(changes: readonly Change[]): void {
		this.#authors.see(this.#options.live().view!.participants);
		for (const change of changes) {
			this.#mean(change);
			this.#settle(change);
		}
	}

	#mean(change: Change): void {
		const { hints, live, entries, tell } = this.#options;
		const view = live().view!;
		const meaning = meaningOf(change, {
			view,
			hints,
			canAnswer: live().role === "controller",
			unanswered: this.#unanswered,
			author: (by, byName) => this.#authors.of(by, byName, view),
			claim: (item) => entries().claim(item),
			isRunning: (cellId) => entries().isRunning(cellId),
		});
		for (const action of meaning) {
			if (action.kind === "approvalAsked") this.#approvals.set(action.approval.approvalId, action.approval);
			if (action.kind === "approvalEnded") this.#approvals.delete(action.approval.approvalId);
			tell(action);
		}
	}

	/** What has ended: entries, and what Python asked in a cell. */
	#settle(change: Change): void {
		const entries = this.#options.entries();
		switch (change.kind) {
			case "cellFinished":
				this.#cellEnded(change.cell.cellId, change.cell.status);
				return;
			case "turnFinished":
				entries.end(change.turn.turnId, change.turn.stopReason === "endTurn");
				return;
			case "promptRemoved":
				entries.end(change.turn.turnId, false);
				return;
			case "past": {
				const { item } = change;
				if (item.kind === "cell" && item.status !== "running") this.#cellEnded(item.cellId, item.status);
				if (item.kind === "turn" && item.state === "finished")
					entries.end(item.turnId, item.stopReason === "endTurn");
				return;
			}
			default:
		}
	}

	#cellEnded(cellId: string, status: string): void {
		for (const request of this.#inputs.values()) {
			if (request.cellId !== cellId) continue;
			this.#inputs.delete(request.inputId);
			this.#options.tell({ kind: "inputEnded", request });
		}
		this.#options.entries().end(cellId, status === "ok");
		this.#options.onCellEnded();
	}

	#approvalEnded(approval: Approval): void {
		this.#approvals.delete(approval.approvalId);
		this.#options.tell({ kind: "approvalEnded", approval, outcome: "cancelled", note: null });
	}

	#changed(): void {
		this.#options.tell({ kind: "changed" });
	}
}
