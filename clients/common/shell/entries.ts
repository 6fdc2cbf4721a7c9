/** What was entered here and has not ended: which of it stands above already, what waits, which number comes next. */
import type { TranscriptItem } from "../../../protocol/index.ts";
import type { Entry, LiveSession, Submission } from "../session/liveSession.ts";
import type { CellView, SessionView } from "../session/sessionView.ts";
import type { TurnView } from "../session/turnView.ts";

type Pending = { readonly submission: Submission; settle(ok: boolean): void };

/** A cell or a turn. */
type Item =
	| Pick<CellView, "cellId" | "code" | "by">
	| Pick<TurnView, "turnId" | "source" | "by">
	| TranscriptItem;

export class Entries {
	readonly #live: LiveSession;
	/** Not seen as a cell or a turn yet, in order. */
	readonly #unseen: Pending[] = [];
	/** Seen and under way, by the id of the cell or turn. */
	readonly #running = new Map<string, Pending>();

	constructor(live: LiveSession) {
		this.#live = live;
	}

	/** Whether everything that was entered has become a cell or a turn. */
	get isEmpty(): boolean {
		return this.#unseen.length === 0;
	}

	/** Whether a cell was entered that has not begun. */
	get holdsCell(): boolean {
		return this.#unseen.some(({ submission }) => submission.entry.kind === "cell");
	}

	/** Sends an entry. `ended` tells whether it ended well; it never rejects. */
	submit(entry: Entry): { readonly submission: Submission; readonly ended: Promise<boolean> } {
		const startsNow = this.#startsNow(entry);
		const submission = this.#live.submit(entry);
		submission.echoed = startsNow;
		const ended = new Promise<boolean>((resolve) => {
			this.#unseen.push({ submission, settle: resolve });
		});
		return { submission, ended };
	}

	/** The entry that this cell or turn came from, told once; `null` when it was not entered here. */
	claim(item: Item): Submission | null {
		const { view } = this.#live;
		const id = idOf(item);
		const at = this.#unseen.findIndex(({ submission }) =>
			submission.id === null
				? view?.isMe(item.by) === true && isSame(submission.entry, item)
				: submission.id === id,
		);
		if (at < 0) return null;
		const [pending] = this.#unseen.splice(at, 1);
		this.#running.set(id, pending!);
		return pending!.submission;
	}

	/** Whether this cell or turn was entered here and is under way. */
	isRunning(id: string): boolean {
		return this.#running.has(id);
	}

	/** A cell or turn has ended. */
	end(id: string, ok: boolean): void {
		const pending = this.#running.get(id);
		this.#running.delete(id);
		pending?.settle(ok);
	}

	/** The server refused an entry. */
	reject(submission: Submission): void {
		const at = this.#unseen.findIndex((each) => each.submission === submission);
		if (at >= 0) this.#unseen.splice(at, 1)[0]!.settle(false);
	}

	/** What the session has not under way any more ended while nobody was told. */
	dropUnknown(view: SessionView): void {
		for (const id of this.#running.keys())
			if (!view.cells.has(id) && !view.turns.has(id)) this.end(id, false);
	}

	/** Nothing is heard of any of them any more. */
	drop(): void {
		for (const { settle } of [...this.#unseen.splice(0), ...this.#running.values()]) settle(false);
		this.#running.clear();
	}

	/** The texts of what waits for its turn, that of the session first. */
	get waiting(): readonly string[] {
		const { view } = this.#live;
		const cells = [...(view?.cells.values() ?? [])].slice(1).map((cell) => cell.code);
		const turns = view?.runningTurn == null ? [] : view.queuedTurns.map((turn) => turn.source);
		const unshown = this.#unseen.filter(({ submission }) => !submission.echoed);
		return [...cells, ...turns, ...unshown.map(({ submission }) => sourceOf(submission.entry))];
	}

	/** The number that the next input takes, as far as it can be known: a prompt that waits takes its own when it starts. */
	get nextNumber(): number {
		const { view } = this.#live;
		let number = (view?.nextExecutionCount ?? 1) + (view?.unnumbered.size ?? 0);
		for (const cell of view?.cells.values() ?? []) if (cell.executionCount === null) number++;
		const unseen = this.#unseen.map(({ submission }) => submission.entry.kind);
		number += unseen.filter((kind) => kind === "cell").length;
		return (view?.turns.size ?? 0) === 0 && unseen.includes("prompt") ? number + 1 : number;
	}

	#startsNow({ kind }: Entry): boolean {
		const { view } = this.#live;
		const before = kind === "cell" ? view?.cells : view?.turns;
		return (
			(before?.size ?? 0) === 0 && this.#unseen.every(({ submission }) => submission.entry.kind !== kind)
		);
	}
}

export const idOf = (item: Item): string => ("cellId" in item ? item.cellId : item.turnId);

export const sourceOf = (entry: Entry): string => (entry.kind === "cell" ? entry.code : entry.source);

const isSame = (entry: Entry, item: Item): boolean =>
	entry.kind === "cell"
		? "cellId" in item && item.code === entry.code
		: "turnId" in item && item.source === entry.source;
