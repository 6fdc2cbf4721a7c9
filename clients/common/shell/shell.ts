/**
 * One client of one session, faces aside: takes what the person enters, runs commands, follows the session, and tells
 * the face what happened and what has to be done. A face draws and asks; whatever else every client would do the same
 * way is done here.
 */
import type { CommandAction } from "../../../protocol/index.ts";
import {
	type Entry,
	type Farewell,
	type LinkState,
	LiveSession,
	type LiveSessionListener,
	type LiveSessionOptions,
	type Submission,
} from "../session/liveSession.ts";
import { isAlive, type SessionView } from "../session/sessionView.ts";
import { type Action, type Face, perform } from "./action.ts";
import { createCommandRunner, movesOn, runsAsCell } from "./commands.ts";
import { Entries } from "./entries.ts";
import { type ProgramOf, readEntry, type TypedEntry } from "./entry.ts";
import { exitCodes } from "./exitCodes.ts";
import { Follower } from "./follower.ts";
import { commandTasks, type OwnAction } from "./meaning.ts";
import { type Hints, resumeText } from "./wording.ts";

export type ShellOptions = {
	readonly face: Face;
	/** What this client is called in its session. */
	readonly name: string;
	/** The command that starts it, for how to come back. */
	readonly program: string;
	readonly hints: Hints;
	/** Whether prompt mode is on before there is a session that says so. */
	readonly promptMode: boolean;
	/** `cells`: a command runs as a cell, with a number, while the kernel is free. `beside`: never. */
	readonly commands: "cells" | "beside";
	readonly programOf: ProgramOf;
	sessionOptions(listener: LiveSessionListener): LiveSessionOptions;
};

/** How it ended: what the program exits with, and its last words. */
export type Goodbye = { readonly code: number; readonly lines: readonly string[] };

export class Shell {
	readonly #options: ShellOptions;
	readonly live: LiveSession;
	readonly entries: Entries;
	readonly #follower: Follower;
	readonly #runCommand: ReturnType<typeof createCommandRunner>;
	readonly #typed: string[] = [];
	/** What was entered behind a command that moves on; `null` while none runs. */
	#behind: { readonly typed: string; settle(ended: boolean | Promise<boolean>): void }[] | null = null;
	#leaving = false;
	#asksLeave = false;
	readonly #opened = Promise.withResolvers<SessionView>();
	readonly #ended = Promise.withResolvers<Goodbye>();

	constructor(options: ShellOptions) {
		this.#options = options;
		this.#follower = new Follower({
			name: options.name,
			hints: options.hints,
			live: () => this.live,
			entries: () => this.entries,
			tell: (action) => this.#tell(action),
			onOpened: (view) => this.#opened.resolve(view),
			onCellEnded: () => {
				// What the question before leaving was about has ended.
				if (this.#asksLeave && this.#runningInput === null) void this.leave("close");
			},
		});
		this.live = new LiveSession(options.sessionOptions(this.#follower));
		this.entries = new Entries(this.live);
		this.#runCommand = createCommandRunner(this.live);
	}

	get view(): SessionView | null {
		return this.live.view;
	}

	get link(): LinkState {
		return this.#follower.link;
	}

	get isLeaving(): boolean {
		return this.#leaving;
	}

	get isPromptMode(): boolean {
		return this.view?.settings.promptMode ?? this.#options.promptMode;
	}

	/** Whether the session is there without a kernel that lives. */
	get hasDeadKernel(): boolean {
		return this.view !== null && !isAlive(this.view);
	}

	/** What was entered here, oldest first. */
	get typed(): readonly string[] {
		return this.#typed;
	}

	/** The texts of what waits for its turn. */
	get waiting(): readonly string[] {
		return [...this.entries.waiting, ...(this.#behind ?? []).map(({ typed }) => typed)];
	}

	/** Which session or kernel comes next is not known yet. */
	get isMovingOn(): boolean {
		return this.#behind !== null;
	}

	/** The session, once it is there. */
	get opened(): Promise<SessionView> {
		return this.#opened.promise;
	}

	/** Opens the session; resolves when it was left. Rejects when it cannot be opened. */
	run(): Promise<Goodbye> {
		this.open().catch((error: Error) => this.#ended.reject(error));
		return this.#ended.promise;
	}

	/** Resolves when the session is there, with its kernel. Rejects when it cannot be opened: then it is left. */
	async open(): Promise<void> {
		try {
			await this.live.open();
		} catch (error) {
			if (this.#leaving) return;
			this.#end();
			await this.live.leave("lost");
			throw error;
		}
	}

	/** What a text is here, were it entered now. */
	read(typed: string): TypedEntry {
		return readEntry(typed, this.isPromptMode, this.#options.programOf);
	}

	/** Takes what the person typed. Resolves when it has ended: with whether it ended well. */
	async enter(typed: string): Promise<boolean> {
		if (this.#behind !== null) {
			const { promise, resolve } = Promise.withResolvers<boolean>();
			this.#behind.push({ typed, settle: resolve });
			this.#tell({ kind: "changed" });
			return promise;
		}
		const read = this.read(typed);
		if (read.kind !== "nothing") this.#typed.push(typed);
		const ended = this.#enter(read, typed);
		this.#tell({ kind: "changed" });
		return ended;
	}

	async #enter(read: TypedEntry, typed: string): Promise<boolean> {
		switch (read.kind) {
			case "nothing":
				return true;
			case "submit":
				return this.submit(read.entry, typed).ended;
			case "clearScreen":
				this.#tell({ kind: "clearScreen" });
				return true;
			case "exit":
				await this.askLeave(read.keepKernel ? "detach" : "close");
				return true;
			case "program":
				this.#echo(typed, "python");
				await this.#perform({ kind: "program", command: read.command });
				return true;
			case "command": {
				const { commands } = this.#options;
				if (commands === "cells" && this.entries.isEmpty && runsAsCell(this.view, read.words))
					return this.submit({ kind: "cell", code: typed.trim() }, typed).ended;
				this.#echo(typed, "python");
				return movesOn(read.words) ? this.#moveOn(read.words) : this.command(read.words);
			}
			default:
				return read satisfies never;
		}
	}

	/** Sends an entry, and shows its input where it starts at once. */
	submit(entry: Entry, typed: string): { readonly submission: Submission; readonly ended: Promise<boolean> } {
		const number = this.entries.nextNumber;
		const submitted = this.entries.submit(entry);
		const what = entry.kind === "prompt" ? "prompt" : "python";
		if (submitted.submission.echoed) this.#tell({ kind: "inputEntered", text: typed, number, what });
		this.#tell({ kind: "changed" });
		return submitted;
	}

	/** Runs the words after `%ipyai` beside the cells: the kernel is busy, or there is none. */
	async command(words: string): Promise<boolean> {
		await this.#opened.promise;
		const { text, failed, action } = await this.#runCommand(words);
		if (action?.kind === "page") await this.#perform({ kind: "page", text });
		else this.#tell({ kind: "commandAnswered", text, failed });
		this.act(action);
		this.#tell({ kind: "changed" });
		return !failed;
	}

	/** Does what a command leaves to its client. */
	act(action: CommandAction | null): void {
		for (const task of commandTasks(action)) this.#tell(task);
	}

	/** Stops the nearest thing that can be stopped; false when there is none. */
	interrupt(): boolean {
		if (this.stopAnswer()) return true;
		if ((this.view?.cells.size ?? 0) === 0) return false;
		this.request(this.live.interrupt());
		return true;
	}

	/** Stops the prompt that is being answered, or made ready for it; false when there is none. */
	stopAnswer(): boolean {
		if ((this.view?.turns.size ?? 0) === 0) return false;
		this.request(this.live.cancel());
		return true;
	}

	/** Ends the kernel, if there is one, and starts another. */
	restart(): void {
		this.#tell({ kind: "say", text: "a new kernel starts" });
		this.request(this.live.restartKernel());
	}

	async togglePromptMode(): Promise<void> {
		const { sessionId, settings } = await this.#opened.promise;
		const promptMode = !settings.promptMode;
		const requestId = crypto.randomUUID();
		this.request(this.live.request("session/configure", { sessionId, requestId, settings: { promptMode } }));
	}

	/** Python's question was answered here. `null` is the end of the input: `input()` raises EOFError. */
	answerInput(inputId: string, value: string | null): void {
		this.#follower.inputAnswered(inputId);
		// Jupyter's sign for it.
		this.request(this.live.answerInput(inputId, value ?? "\x04"));
	}

	/** A request whose answer needs no handling; a refusal is told. */
	request(answer: Promise<unknown>): void {
		answer.catch((error: Error) => {
			this.#tell({ kind: "notice", level: "error", text: error.message });
			this.#tell({ kind: "changed" });
		});
	}

	/** Leaves, after a question while something runs. */
	async askLeave(how: "close" | "detach"): Promise<void> {
		const running = how === "detach" ? null : this.#runningInput;
		if (running === null) return void (await this.leave(how));
		this.#asksLeave = true;
		const answer = (how: "close" | "detach" | "stay"): void => {
			this.#asksLeave = false;
			if (how !== "stay") void this.leave(how);
		};
		await this.#perform({ kind: "leaveAsked", running, answer });
	}

	/** The cell that runs, or that was entered and has not begun yet; `null` when there is none. */
	get #runningInput(): string | null {
		const [cell] = this.view?.cells.values() ?? [];
		if (cell !== undefined) return `In [${cell.executionCount ?? "*"}]`;
		return this.entries.holdsCell ? "In [*]" : null;
	}

	/** Leaves for good, once; `run` resolves. Answers what it did. */
	async leave(how: Farewell, code: number = exitCodes.ok): Promise<Farewell> {
		if (this.#leaving) return how;
		this.#end();
		const { view } = this;
		const done = await this.live.leave(how);
		const lines: string[] = [];
		if (view !== null && done !== "lost") {
			if (done !== how) lines.push("Others work in this session: its kernel stays.");
			lines.push(resumeText(view, this.#options.program));
		}
		this.#ended.resolve({ code, lines });
		return done;
	}

	#end(): void {
		this.#leaving = true;
		void this.#perform({ kind: "leaving" });
		this.entries.drop();
	}

	/** Entries behind such a command wait for where they are to run. */
	async #moveOn(words: string): Promise<boolean> {
		this.#behind = [];
		const ok = await this.command(words);
		const behind = this.#behind;
		this.#behind = null;
		for (const { typed, settle } of behind) settle(!this.#leaving && this.enter(typed));
		return ok;
	}

	#echo(text: string, what: "prompt" | "python"): void {
		this.#tell({ kind: "inputEntered", text, number: this.entries.nextNumber, what });
	}

	#tell(action: Action | OwnAction): void {
		if (this.#leaving) return;
		if (action.kind === "restart") this.restart();
		else if (action.kind === "goOver")
			void this.#perform({ ...action, entries: (this.#behind ?? []).map(({ typed }) => typed) });
		else void this.#perform(action);
	}

	async #perform(action: Action): Promise<void> {
		try {
			await perform(this.#options.face, action);
		} catch (error) {
			this.#tell({ kind: "notice", level: "error", text: (error as Error).message });
		}
	}
}
