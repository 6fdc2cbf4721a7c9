/**
 * What a session looks like from here: the fold of its updates. Events are the truth, hints only show earlier what an
 * event confirms later. Pure: no terminal, no clock, no wire. Drawing follows the `Change`s that a fold answers.
 *
 * Only what is under way is kept, so a session of any length takes the same memory.
 */
import type {
	AttachSessionResult,
	CellPayload,
	CellStatus,
	Output,
	Participant,
	RunningTerminal,
	SessionEvent,
	SessionHint,
	SessionState,
	SessionUpdateParams,
	Settings,
	TranscriptItem,
	Usage,
} from "../../../protocol/index.ts";
import { foldTurnEvent, foldTurnHint, newTurn, type TurnChange, type TurnView } from "./turnView.ts";

export type CellView = {
	readonly cellId: string;
	readonly code: string;
	readonly by: string | null;
	/** What they were called then. */
	readonly byName?: string | undefined;
	executionCount: number | null;
	status: CellStatus | "running";
};

export type Approval = Extract<SessionEvent, { kind: "approvalAsked" }>;
export type ApprovalAnswer = Extract<SessionEvent, { kind: "approvalAnswered" }>;
/** How a kernel went away. */
export type KernelEnd = Extract<SessionEvent, { kind: "kernelDetached" }>["reason"];
export type KernelView = NonNullable<SessionState["kernel"]>;

/** What an update changed, for whoever draws. */
export type Change =
	| { readonly kind: "cellStarted"; readonly cell: CellView }
	| { readonly kind: "cellOutput"; readonly cell: CellView; readonly output: Output }
	/**
	 * Output while its cell does not run: a thread or a child process goes on. `executionCount` is that of the cell that
	 * began it; `null` where that is not known, and for what Python says as it starts.
	 */
	| {
			readonly kind: "lateOutput";
			readonly cellId: string;
			readonly executionCount: number | null;
			readonly output: Output;
	  }
	| { readonly kind: "cellFinished"; readonly cell: CellView; readonly payloads: readonly CellPayload[] }
	| { readonly kind: "promptQueued"; readonly turn: TurnView }
	| { readonly kind: "promptRemoved"; readonly turn: TurnView }
	| TurnChange
	| { readonly kind: "approvalAsked"; readonly approval: Approval }
	| { readonly kind: "approvalAnswered"; readonly approval: Approval; readonly answer: ApprovalAnswer }
	| { readonly kind: "kernelAttached"; readonly kernel: KernelView; readonly fresh: boolean }
	| {
			readonly kind: "kernelDetached";
			readonly reason: KernelEnd;
			/** What is known of the cause. */
			readonly detail: string | null;
	  }
	| { readonly kind: "settings"; readonly before: Settings }
	| { readonly kind: "participants"; readonly text: string }
	| { readonly kind: "conversationReset" }
	| {
			readonly kind: "notice";
			readonly level: "info" | "warning" | "error";
			readonly text: string;
	  }
	/** A cell or turn of the past, to be shown as it ended. */
	| { readonly kind: "past"; readonly item: TranscriptItem }
	/** Updates are missing: attach again with the cursor. */
	| { readonly kind: "overrun" };

export class SessionView {
	readonly sessionId: string;
	participantId: string;
	/** Whoever we were in this session: a connection that is made anew is another participant. */
	readonly #ours = new Set<string>();
	/** The last event seen: the cursor for `session/attach`. */
	seq = 0;
	title: string | null;
	cwd: string;
	settings: Settings;
	participants: readonly Participant[];
	kernel: KernelView | null;
	/** IPython's number of this session, also when its kernel is gone. */
	historySession: number | null;
	/** Cells that run, in order. */
	readonly cells = new Map<string, CellView>();
	/** Turns that wait or run, in order. */
	readonly turns = new Map<string, TurnView>();
	readonly approvals = new Map<string, Approval>();
	/** Turns that have started but have not taken their input number yet; some take it after their end. */
	readonly unnumbered = new Set<string>();
	#nextWithoutKernel = 1;
	#answer = { turnId: "", texts: new Map<string, string>() };
	/** What the newest finished turn used. */
	usage: Usage | null = null;
	/** What takes long beside turns and cells. */
	/** What the AI's tools left running. */
	terminals: readonly RunningTerminal[];
	working: { readonly text: string; readonly share: number | null } | null = null;

	constructor(participantId: string, state: SessionState, seq: number) {
		this.sessionId = state.sessionId;
		this.participantId = participantId;
		this.#ours.add(participantId);
		this.seq = seq;
		this.title = state.title;
		this.cwd = state.cwd;
		this.settings = state.settings;
		this.participants = state.participants;
		this.kernel = state.kernel;
		this.terminals = state.terminals;
		this.historySession = state.kernel?.historySession ?? null;
		this.#setApprovals(state);
	}

	/** Whether this participant is who sits here. */
	isMe(participantId: string | null): boolean {
		return participantId !== null && this.#ours.has(participantId);
	}

	/** The newest answer, whose code blocks the block keys insert. */
	get answer(): string {
		return [...this.#answer.texts.values()].join("\n\n");
	}

	/** The number that the next input takes. */
	get nextExecutionCount(): number {
		return this.kernel?.nextExecutionCount ?? this.#nextWithoutKernel;
	}

	get runningTurn(): TurnView | null {
		for (const turn of this.turns.values()) if (turn.state === "running") return turn;
		return null;
	}

	get queuedTurns(): readonly TurnView[] {
		return [...this.turns.values()].filter((turn) => turn.state === "queued");
	}

	/** Folds the answer of `session/attach` or `session/resume` in: what was missed, or the past from a snapshot. */
	attached(result: AttachSessionResult): readonly Change[] {
		this.participantId = result.participantId;
		this.#ours.add(result.participantId);
		// It may have ended meanwhile; if not, it is told again soon.
		this.working = null;
		const changes: Change[] = [];
		if (result.replay.kind === "events") {
			for (const { seq, event } of result.replay.events) changes.push(...this.#foldEvent(seq, event));
		} else {
			const since = this.seq;
			for (const item of result.replay.items) {
				const shown = this.cells.has(idOf(item)) || this.turns.has(idOf(item));
				if (item.seq > since || shown) changes.push(...this.#foldItem(item));
			}
			this.#dropStale(result.state);
		}
		this.seq = Math.max(this.seq, result.seq);
		this.title = result.state.title;
		this.settings = result.state.settings;
		this.participants = result.state.participants;
		this.kernel = result.state.kernel;
		this.terminals = result.state.terminals;
		this.historySession = this.kernel?.historySession ?? this.historySession;
		const known = new Set(this.approvals.keys());
		this.#setApprovals(result.state);
		for (const approval of this.approvals.values())
			if (!known.has(approval.approvalId)) changes.push({ kind: "approvalAsked", approval });
		return changes;
	}

	/** Folds one update in. Updates of other sessions and events seen already change nothing. */
	fold(update: SessionUpdateParams): readonly Change[] {
		if (update.sessionId !== this.sessionId) return [];
		switch (update.kind) {
			case "overrun":
				return [{ kind: "overrun" }];
			case "hint":
				return this.#foldHint(update.hint);
			case "event":
				return this.#foldEvent(update.seq, update.event);
			default:
				return update satisfies never;
		}
	}

	#foldEvent(seq: number, event: SessionEvent): readonly Change[] {
		if (seq <= this.seq) return [];
		this.seq = seq;
		switch (event.kind) {
			case "sessionCreated":
			case "epochStarted":
			case "turnHidden":
				return [];
			case "sessionRenamed":
				this.title = event.title;
				return [{ kind: "status" }];
			case "settingsChanged": {
				const before = this.settings;
				this.settings = event.settings;
				return [{ kind: "settings", before }];
			}
			case "participantJoined":
				this.participants = [
					...this.participants.filter((each) => each.participantId !== event.participant.participantId),
					event.participant,
				];
				if (event.participant.participantId === this.participantId || event.participant.visiting) return [];
				return [{ kind: "participants", text: `${event.participant.name} joined this session.` }];
			case "participantLeft": {
				const left = this.participants.find((each) => each.participantId === event.participantId);
				this.participants = this.participants.filter((each) => each !== left);
				if (left === undefined || left.visiting || event.participantId === this.participantId) return [];
				return [{ kind: "participants", text: `${left.name} left this session.` }];
			}
			case "kernelAttached":
				this.kernel = { ...event, status: this.kernel?.status ?? "idle" };
				this.historySession = event.historySession ?? this.historySession;
				if (this.kernel.status === "dead") this.kernel.status = "idle";
				return [{ kind: "kernelAttached", kernel: this.kernel, fresh: event.fresh }];
			case "kernelDetached":
				this.#nextWithoutKernel = this.nextExecutionCount;
				this.kernel = null;
				this.unnumbered.clear();
				return [{ kind: "kernelDetached", reason: event.reason, detail: event.detail ?? null }];
			case "cellStarted": {
				const cell: CellView = { ...event, status: "running" };
				this.cells.set(cell.cellId, cell);
				this.#numberTaken(event.executionCount);
				return [{ kind: "cellStarted", cell }];
			}
			case "cellOutput": {
				const cell = this.cells.get(event.cellId);
				return cell === undefined ? [] : [{ kind: "cellOutput", cell, output: event.output }];
			}
			case "lateOutput": {
				const { cellId, executionCount, output } = event;
				return [{ kind: "lateOutput", cellId, executionCount, output }];
			}
			case "cellFinished": {
				const cell = this.cells.get(event.cellId);
				this.#numberTaken(event.executionCount);
				if (cell === undefined) return [];
				cell.status = event.status;
				cell.executionCount = event.executionCount ?? cell.executionCount;
				this.cells.delete(cell.cellId);
				return [{ kind: "cellFinished", cell, payloads: event.payloads }];
			}
			case "promptAccepted": {
				const turn = newTurn(event);
				this.turns.set(turn.turnId, turn);
				return [{ kind: "promptQueued", turn }];
			}
			case "promptRemoved": {
				const turn = this.turns.get(event.turnId);
				if (turn === undefined) return [];
				this.turns.delete(event.turnId);
				return [{ kind: "promptRemoved", turn }];
			}
			case "conversationReset":
				return [{ kind: "conversationReset" }];
			case "approvalAsked":
				this.approvals.set(event.approvalId, event);
				return [{ kind: "approvalAsked", approval: event }];
			case "approvalAnswered": {
				const approval = this.approvals.get(event.approvalId);
				if (approval === undefined) return [];
				this.approvals.delete(event.approvalId);
				return [{ kind: "approvalAnswered", approval, answer: event }];
			}
			default: {
				const turn = this.turns.get(event.turnId);
				if (event.kind === "promptNumbered") {
					this.unnumbered.delete(event.turnId);
					this.#numberTaken(event.executionCount);
				}
				if (turn === undefined) return [];
				if (event.kind === "turnStarted" && turn.executionCount === null && this.kernel !== null)
					this.unnumbered.add(turn.turnId);
				if (event.kind === "turnFinished") {
					this.usage = event.usage ?? this.usage;
					this.turns.delete(turn.turnId);
				}
				return this.#answeredBy(foldTurnEvent(turn, event));
			}
		}
	}

	#foldHint(hint: SessionHint): readonly Change[] {
		if (hint.kind === "notice") return [{ kind: "notice", level: hint.level, text: hint.text }];
		if (hint.kind === "working") {
			this.working = hint.text === null ? null : { text: hint.text, share: hint.share };
			return [{ kind: "status" }];
		}
		if (hint.kind === "terminals") {
			this.terminals = hint.running;
			return [{ kind: "status" }];
		}
		if (hint.kind === "omittedGrew") {
			const cell = this.cells.get(hint.cellId);
			return cell === undefined ? [] : [{ kind: "cellOutput", cell, output: hint.output }];
		}
		if (hint.kind === "kernelStatus") {
			if (this.kernel !== null && hint.status !== "none")
				this.kernel = { ...this.kernel, status: hint.status };
			return [{ kind: "status" }];
		}
		const turn = this.turns.get(hint.turnId);
		return turn === undefined ? [] : this.#answeredBy(foldTurnHint(turn, hint));
	}

	/** A part of the past. What still runs is kept and goes on. */
	#foldItem(item: TranscriptItem): readonly Change[] {
		if (item.kind === "cell") {
			if (item.status === "running") this.cells.set(item.cellId, { ...item, status: "running" });
			else this.cells.delete(item.cellId);
			return [{ kind: "past", item }];
		}
		for (const part of item.parts)
			if (part.kind === "text") this.#answered(item.turnId, part.itemId, part.text);
		this.usage = item.usage ?? this.usage;
		if (item.state === "removed") return [];
		if (item.state === "finished") {
			this.turns.delete(item.turnId);
			return [{ kind: "past", item }];
		}
		const turn = newTurn(item);
		turn.state = item.state;
		turn.executionCount = item.executionCount;
		for (const part of item.parts)
			if (part.kind === "toolCall" && part.result === null)
				turn.calls.set(part.callId, { ...part, waiting: false, output: "" });
		this.turns.set(turn.turnId, turn);
		return item.state === "running" ? [{ kind: "past", item }] : [{ kind: "promptQueued", turn }];
	}

	/** After a snapshot: what the server doesn't know as under way has ended meanwhile. */
	#dropStale(state: SessionState): void {
		for (const turn of this.turns.values())
			if (turn.turnId !== state.runningTurn && !state.queue.includes(turn.turnId))
				this.turns.delete(turn.turnId);
	}

	#setApprovals(state: SessionState): void {
		this.approvals.clear();
		for (const event of state.approvals)
			if (event.kind === "approvalAsked") this.approvals.set(event.approvalId, event);
	}

	#answeredBy(changes: readonly TurnChange[]): readonly TurnChange[] {
		for (const change of changes)
			if ((change.kind === "textGrew" || change.kind === "textEnded") && change.part.kind === "text")
				this.#answered(change.turn.turnId, change.part.itemId, change.part.text);
		return changes;
	}

	#answered(turnId: string, itemId: string, text: string): void {
		if (this.#answer.turnId !== turnId) this.#answer = { turnId, texts: new Map() };
		this.#answer.texts.set(itemId, text);
	}

	#numberTaken(executionCount: number | null): void {
		if (executionCount === null || this.kernel === null) return;
		if (executionCount >= this.kernel.nextExecutionCount)
			this.kernel = { ...this.kernel, nextExecutionCount: executionCount + 1 };
	}
}

const idOf = (item: TranscriptItem): string => (item.kind === "cell" ? item.cellId : item.turnId);

/** Others work in this session: leaving must not take their kernel away. */
export const hasOthers = (view: SessionView): boolean =>
	view.participants.some((each) => each.participantId !== view.participantId && each.role === "controller");

export const isAlive = (view: SessionView): boolean => view.kernel !== null && view.kernel.status !== "dead";
