/**
 * What the person enters: cells and prompts are sent, commands run, and what a command leaves to the terminal is done.
 * Behind a command that moves on to another session or kernel, entries wait for where they are to run.
 */
import type { CommandAction } from "../../../protocol/index.ts";
import type { Entry, LiveSession } from "../../common/session/liveSession.ts";
import type { SessionView } from "../../common/session/sessionView.ts";
import type { EditorPrompt } from "../editor/types.ts";
import type { Stage } from "../faces/stage.ts";
import type { Scrollback } from "../output/scrollback.ts";
import { runPager, runProgram } from "../programs/externalProgram.ts";
import { kernelCwd } from "../programs/kernelCwd.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { createCommandRunner, movesOn, runsAsCell } from "./commands.ts";
import { readEntry } from "./entry.ts";
import type { PendingEntries } from "./pendingEntries.ts";

export type EnteringOptions = {
	readonly live: LiveSession;
	readonly pending: PendingEntries;
	readonly stage: Stage;
	readonly scrollback: Scrollback;
	readonly env: NodeJS.ProcessEnv;
	/** What is asked before there is a session waits for it. */
	readonly opened: Promise<SessionView>;
	isPromptMode(): boolean;
	prompt(): EditorPrompt;
	leave(how: "close" | "detach"): Promise<void>;
	/** The same, after a question while something runs. */
	askLeave(how: "close" | "detach"): Promise<void>;
	isLeaving(): boolean;
	restart(): void;
	/** Another session comes next, with what was entered for it. */
	goOver(session: string | null, entries: readonly string[]): void;
};

export class Entering {
	readonly #options: EnteringOptions;
	readonly #runCommand: ReturnType<typeof createCommandRunner>;
	readonly #typed: string[] = [];
	/** What was entered behind a command that moves on; `null` while none runs. */
	#behind: string[] | null = null;

	constructor(options: EnteringOptions) {
		this.#options = options;
		this.#runCommand = createCommandRunner(options.live);
	}

	/** What was entered here, oldest first. */
	get typed(): readonly string[] {
		return this.#typed;
	}

	/** Which session or kernel comes next is not known yet. */
	get isMovingOn(): boolean {
		return this.#behind !== null;
	}

	/** The texts of what waits for its turn. */
	get waiting(): readonly string[] {
		return [...this.#options.pending.waiting, ...(this.#behind ?? [])];
	}

	async enter(typed: string): Promise<void> {
		const { live, pending, stage, scrollback, prompt } = this.#options;
		if (this.#behind !== null) {
			this.#behind.push(typed);
			stage.drawSoon();
			return;
		}
		const read = readEntry(typed, { promptMode: this.#options.isPromptMode() });
		if (read.kind !== "nothing") this.#typed.push(typed);
		switch (read.kind) {
			case "nothing":
				break;
			case "submit":
				this.submit(read.entry, typed);
				break;
			case "clearScreen":
				stage.clear();
				break;
			case "exit":
				await this.#options.askLeave(read.keepKernel ? "detach" : "close");
				break;
			case "program":
				scrollback.showInput(typed, prompt());
				await stage.lend(async () => runProgram(read.command, { cwd: await kernelCwd(live) }));
				scrollback.gap();
				break;
			case "command":
				if (pending.isEmpty && runsAsCell(live.view, read.words)) {
					this.submit({ kind: "cell", code: typed.trim() }, typed);
					break;
				}
				scrollback.showInput(typed, prompt());
				if (movesOn(read.words)) await this.#moveOn(read.words);
				else await this.#command(read.words);
				break;
			default:
				read satisfies never;
		}
		stage.drawSoon();
	}

	/** Sends an entry, and shows its input now where it starts at once. */
	submit(entry: Entry, typed: string): void {
		const { pending, stage, scrollback } = this.#options;
		const prompt = this.#options.prompt();
		if (pending.submit(entry))
			scrollback.showInput(typed, entry.kind === "prompt" ? { ...prompt, kind: "ai" } : prompt);
		stage.drawSoon();
	}

	/** Shows a text that may be too long for the screen. */
	async page(text: string): Promise<void> {
		const { stage, scrollback, env } = this.#options;
		const lines = sanitizeLines(text.replace(/^\n+/, "").trimEnd());
		if (lines.length <= Math.max(4, stage.screen.rows - 6)) scrollback.showLines(lines);
		else await stage.lend(() => runPager(lines.join("\n"), env));
	}

	/** Does what a command leaves to the client. */
	async act(action: CommandAction): Promise<void> {
		switch (action.kind) {
			case "page":
				// Its text has been shown by whoever ran the command.
				return;
			case "detach":
				return this.#options.leave("detach");
			case "restart":
				return this.#options.restart();
			case "resume":
				this.#options.goOver(action.session, this.#behind ?? []);
				return this.#options.leave("detach");
			default:
				action satisfies never;
		}
	}

	/** Runs a command beside the cells: the kernel is busy, or there is none. */
	async #command(words: string): Promise<void> {
		const { opened, scrollback } = this.#options;
		await opened;
		const { text, failed, action } = await this.#runCommand(words);
		if (action?.kind === "page") await this.page(text);
		else if (text !== "") scrollback.showText(text, failed ? "error" : null);
		scrollback.gap();
		if (action !== null) await this.act(action);
	}

	async #moveOn(words: string): Promise<void> {
		this.#behind = [];
		await this.#command(words);
		const behind = this.#options.isLeaving() ? [] : this.#behind;
		this.#behind = null;
		for (const entry of behind) void this.enter(entry);
	}
}
