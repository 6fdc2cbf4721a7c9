/**
 * Cells and prompts without a person at the keyboard: `-c`, a script, input from a pipe. Runs them in order, each after
 * the one before has ended, and stops at the first that failed.
 */
import type { CellStatus, InputRequestParams } from "../../../protocol/index.ts";
import type {
	Entry,
	LinkState,
	LiveSession,
	LiveSessionListener,
	Submission,
} from "../../common/session/liveSession.ts";
import type { Change, SessionView } from "../../common/session/sessionView.ts";
import { runCommand } from "../input/commands.ts";
import { readEntry } from "../input/entry.ts";
import { plainText } from "../output/cleanText.ts";
import type { PlainOutput } from "./plainOutput.ts";

/** What a batch's process ends with. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unanswered: 3, interrupted: 130 } as const;

type Ask = (prompt: string) => Promise<string>;

/** What ipykernel takes for the end of the input. */
const endOfInput = "\x04";

type Ended = { readonly ok: boolean; readonly exitCode?: number };

export class Batch implements LiveSessionListener {
	readonly #output: PlainOutput;
	readonly #err: (text: string) => void;
	readonly #ask: Ask | null;
	#live!: LiveSession;
	/** The entry under way. */
	#current: { submission: Submission; id: string | null; end: (ended: Ended) => void } | null = null;
	#unanswered = false;
	#interrupted = false;
	/** Python asked to leave. */
	#exit: number | null = null;
	#view: SessionView | null = null;

	/** `ask` reads a line for Python's `input()`; `null` when nobody is there. */
	constructor(output: PlainOutput, err: (text: string) => void, ask: Ask | null) {
		this.#output = output;
		this.#ask = ask;
		this.#err = err;
	}

	/** Runs the entries and answers the exit code. The session must be open. */
	async run(live: LiveSession, entries: readonly string[]): Promise<number> {
		this.#live = live;
		for (const typed of entries) {
			const view = live.view!;
			const read = readEntry(typed, { promptMode: view.settings.promptMode });
			if (read.kind === "exit") break;
			let ended: Ended = { ok: true };
			if (read.kind === "command") {
				const { text, failed, action } = await runCommand(live, read.words);
				if (action !== null && action.kind !== "page") this.#err(`%ipyai ${read.words} needs a terminal.\n`);
				(failed ? this.#err : this.#print)(`${plainText(text)}\n`);
				ended = { ok: !failed };
			} else if (read.kind === "submit") ended = await this.#runEntry(read.entry);
			else if (read.kind === "program")
				ended = await this.#runEntry({ kind: "cell", code: `!${read.command}` });
			if (this.#interrupted) return exitCodes.interrupted;
			if (ended.exitCode !== undefined) return ended.exitCode;
			if (this.#exit !== null) return this.#exit;
			if (!ended.ok) return exitCodes.failed;
		}
		return this.#unanswered ? exitCodes.unanswered : exitCodes.ok;
	}

	/** Ctrl-C: stops what runs; `run` then answers. */
	interrupt(): void {
		this.#interrupted = true;
		const view = this.#view;
		if (view === null) return;
		// Failing to stop it, the process ends all the same.
		if (view.runningTurn !== null) void this.#live.cancel().catch(() => {});
		else void this.#live.interrupt().catch(() => {});
		this.#current?.end({ ok: false });
	}

	onOpened(view: SessionView): void {
		this.#view = view;
	}

	onChanges(changes: readonly Change[]): void {
		for (const change of changes) {
			if (!this.#isSystemExit(change) && !isExitAdvice(change)) this.#output.show(change);
			this.#follow(change);
		}
	}

	onReattached(changes: readonly Change[]): void {
		this.onChanges(changes);
	}

	onLink(_: LinkState): void {}

	onInputRequest({ inputId, prompt, password }: InputRequestParams): void {
		// Without a person, Python's input() ends as at the end of a file: with EOFError, at once.
		const answer = password || this.#ask === null ? Promise.resolve(endOfInput) : this.#ask(prompt);
		answer
			.then((line) => this.#live.answerInput(inputId, line))
			// The cell may have ended meanwhile.
			.catch(() => {});
	}

	onRejected(submission: Submission, reason: string): void {
		this.#err(`${reason}\n`);
		if (this.#current?.submission === submission) this.#current.end({ ok: false });
	}

	#print = (text: string): void => {
		if (text.trim() !== "") this.#output.print(text);
	};

	#runEntry(entry: Entry): Promise<Ended> {
		return new Promise((resolve) => {
			const end = (ended: Ended): void => {
				this.#current = null;
				resolve(ended);
			};
			this.#current = { submission: this.#live.submit(entry), id: null, end };
		});
	}

	#follow(change: Change): void {
		if (change.kind === "approvalAnswered" && change.answer.outcome === "unanswered") this.#unanswered = true;
		const current = this.#current;
		if (current === null) return;
		switch (change.kind) {
			case "cellStarted":
				if (this.#live.claim(change.cell) === current.submission) current.id = change.cell.cellId;
				return;
			case "promptQueued":
				if (this.#live.claim(change.turn) === current.submission) current.id = change.turn.turnId;
				return;
			case "cellFinished":
				if (change.cell.cellId !== current.id) return;
				if (change.payloads.some((payload) => payload.kind === "askExit")) this.#exit = exitCodes.ok;
				current.end({ ok: isOk(change.cell.status) || this.#exit !== null });
				return;
			case "turnFinished":
				if (change.turn.turnId === current.id) current.end({ ok: change.turn.stopReason === "endTurn" });
				return;
			case "past":
				// The connection was away when it ended.
				if (change.item.kind === "cell" && change.item.cellId === current.id) {
					if (change.item.status !== "running") current.end({ ok: isOk(change.item.status) });
				} else if (change.item.kind === "turn" && change.item.turnId === current.id) {
					if (change.item.state === "finished") current.end({ ok: change.item.stopReason === "endTurn" });
				}
				return;
			default:
		}
	}

	/** `sys.exit(3)` ends the batch with 3, as it ends a script. */
	#isSystemExit(change: Change): boolean {
		if (change.kind !== "cellOutput" || change.cell.cellId !== this.#current?.id) return false;
		const { output } = change;
		if (output.kind !== "error" || output.ename !== "SystemExit") return false;
		const code = output.evalue.trim();
		if (/^(None|0|)$/.test(code)) this.#exit = exitCodes.ok;
		else if (/^\d+$/.test(code)) this.#exit = Number(code) & 0xff;
		else {
			this.#err(`${code}\n`);
			this.#exit = exitCodes.failed;
		}
		return true;
	}
}

const isOk = (status: CellStatus | "running"): boolean => status === "ok";

/** IPython's advice on how to leave, which comes with every SystemExit. */
const isExitAdvice = (change: Change): boolean =>
	change.kind === "cellOutput" &&
	change.output.kind === "stream" &&
	change.output.name === "stderr" &&
	/^\S+: UserWarning: To exit: use 'exit'/.test(change.output.text);
