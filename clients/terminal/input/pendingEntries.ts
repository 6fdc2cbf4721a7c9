/** What was entered and has not become a cell or a turn yet, in order: of some the input stands above already. */
import type { Entry, LiveSession, Submission } from "../../common/session/liveSession.ts";
import type { CellView } from "../../common/session/sessionView.ts";
import type { TurnView } from "../../common/session/turnView.ts";

export class PendingEntries {
	readonly #live: LiveSession;
	readonly #pending: Submission[] = [];
	readonly #shown = new Set<Submission>();

	constructor(live: LiveSession) {
		this.#live = live;
	}

	get isEmpty(): boolean {
		return this.#pending.length === 0;
	}

	get holdsCell(): boolean {
		return this.#pending.some(({ entry }) => entry.kind === "cell");
	}

	/** Sends an entry. True when it starts at once as far as can be seen: the caller shows its input now. */
	submit(entry: Entry): boolean {
		const { view } = this.#live;
		const isFree =
			this.#pending.every((each) => each.entry.kind !== entry.kind) &&
			(entry.kind === "cell" ? (view?.cells.size ?? 0) === 0 : (view?.turns.size ?? 0) === 0);
		const submission = this.#live.submit(entry);
		this.#pending.push(submission);
		if (isFree) this.#shown.add(submission);
		return isFree;
	}

	/** Whether this cell or turn is an entry of ours whose input stands above already. It is pending no more. */
	claim(item: CellView | TurnView): boolean {
		const submission = this.#live.claim(item);
		return submission !== null && this.remove(submission);
	}

	/** The entry will not become anything more. True when its input stands above. */
	remove(submission: Submission): boolean {
		const at = this.#pending.indexOf(submission);
		if (at >= 0) this.#pending.splice(at, 1);
		return this.#shown.delete(submission);
	}

	/** The texts of what waits for its turn, that of the session first. */
	get waiting(): readonly string[] {
		const { view } = this.#live;
		const cells = [...(view?.cells.values() ?? [])].slice(1).map((cell) => cell.code);
		const turns = view?.runningTurn == null ? [] : view.queuedTurns.map((turn) => turn.source);
		const unshown = this.#pending.filter((each) => !this.#shown.has(each));
		return [...cells, ...turns, ...unshown.map(({ entry }) => sourceOf(entry))];
	}

	/** The number that the next input takes, as far as it can be known: a waiting prompt takes its own when it starts. */
	get nextNumber(): number {
		const { view } = this.#live;
		const turn = view?.runningTurn ?? null;
		let number = (view?.nextExecutionCount ?? 1) + (view?.unnumbered.size ?? 0);
		for (const { entry } of this.#pending) if (entry.kind === "cell" || turn === null) number++;
		for (const cell of view?.cells.values() ?? []) if (cell.executionCount === null) number++;
		return number;
	}
}

export const sourceOf = (entry: Entry): string => (entry.kind === "cell" ? entry.code : entry.source);
