/** The session this Neovim is in, if any: opens and leaves it, and is the face that turns what happens into messages for Lua. */
import { randomUUID } from "node:crypto";
import { exposedText, plainText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import { askedCall } from "../../protocol/askedCall.ts";
import type { ServerConnection } from "../common/server/connection.ts";
import type {
	Entry,
	Farewell,
	LiveSession,
	LiveSessionOptions,
	Submission,
} from "../common/session/liveSession.ts";
import { type Approval, hasOthers, isAlive, type SessionView } from "../common/session/sessionView.ts";
import type { Face, Transcript } from "../common/shell/action.ts";
import { Shell } from "../common/shell/shell.ts";
import { CellBook } from "./cellBook.ts";
import { inNeovim } from "./commandWords.ts";
import type { Editor } from "./editor.ts";
import { CallError, exact, type Message } from "./messages.ts";
import { terminalLines } from "./terminalLines.ts";
import { type TurnAction, TurnBook } from "./turnBook.ts";

/** A run of Lua's on its way to becoming a cell or a turn. */
type Run = { readonly run: number; seen(): void; failed(error: Error): void };

/** Ending a kernel takes its time; a Neovim that ends does not wait for it. */
const goodbyeMs = 10_000;

export const clientName = "Neovim";

export class CurrentSession {
	readonly #editor: Editor;
	readonly #connect: () => Promise<ServerConnection>;
	readonly cells: CellBook;
	readonly turns: TurnBook;
	#shell: Shell | null = null;
	#own = false;
	readonly #runs = new Map<Submission, Run>();

	constructor(editor: Editor, connect: () => Promise<ServerConnection>) {
		this.#editor = editor;
		this.#connect = connect;
		const runOf = (entry: Submission | null): number | null => this.#runOf(entry);
		this.cells = new CellBook(editor, runOf);
		this.turns = new TurnBook(editor, runOf);
	}

	/** Fails with `CallError` when there is no session. */
	get shell(): Shell {
		if (this.#shell === null || this.#shell.view === null)
			throw new CallError("There is no session: :IpyaiStart begins one, :IpyaiJoin joins one.");
		return this.#shell;
	}

	/** Fails like `shell`. */
	get live(): LiveSession {
		return this.shell.live;
	}

	/** Fails like `shell`. */
	get view(): SessionView {
		return this.live.view!;
	}

	get isOpen(): boolean {
		return this.#shell?.view != null;
	}

	/** Who else may work in the session, by name. */
	get others(): readonly PlainText[] {
		const { participants, participantId } = this.view;
		return participants
			.filter((each) => each.participantId !== participantId && each.role === "controller")
			.map(({ name }) => plainText(name));
	}

	/** Opens or joins; the session before is left and goes on. One that is new is this Neovim's own, and so is one that was. */
	async open({
		own = false,
		...options
	}: Pick<LiveSessionOptions, "target" | "cwd" | "settings" | "startKernel"> & {
		own?: boolean;
	}): Promise<void> {
		await this.leave("detach");
		const shell = new Shell({
			face: this.#face,
			name: clientName,
			program: "ipyai",
			hints: { restart: ":IpyaiRestart", rerun: ":Ipyai rerun" },
			promptMode: false,
			commands: "beside",
			programOf: () => null,
			sessionOptions: (listener) => ({ ...options, join: this.#connect, goodbyeMs, listener }),
		});
		this.#shell = shell;
		this.#own = own || options.target.kind === "new";
		try {
			await shell.open();
			if (options.target.kind === "join" && !isAlive(shell.view!)) await shell.live.restartKernel();
		} catch (error) {
			if (this.#shell === shell) await this.leave("lost");
			throw error;
		}
	}

	/** `end`: closes a session that this Neovim started and nobody else is in, and leaves any other. Answers what it did. */
	async leave(how: Farewell | "end"): Promise<Farewell> {
		const shell = this.#shell;
		if (shell === null) return "detach";
		const wish = how !== "end" ? how : this.#own ? "close" : "detach";
		const left = shell.leave(wish);
		this.#shell = null;
		for (const run of this.#runs.values()) run.failed(new CallError("The session was left."));
		this.#runs.clear();
		this.cells.clear();
		this.turns.clear();
		this.#editor.post({ kind: "session" });
		return left;
	}

	/** Sends code or a prompt as a run of Lua's; resolves when it is seen as a cell or a turn. */
	submit(run: number, entry: Entry): Promise<void> {
		const { entries } = this.shell;
		return new Promise((resolve, reject) => {
			this.#runs.set(entries.submit(entry).submission, { run, seen: resolve, failed: reject });
		});
	}

	/** Runs the words after `:Ipyai`, and does what they leave to the client. */
	async command(line: string): Promise<{ text: PlainText; failed: boolean }> {
		const { sessionId } = this.view;
		const request = { sessionId, requestId: randomUUID(), line };
		const { text, failed, action } = await this.live.request("command/run", request);
		this.shell.act(action);
		// What tells of the person's own things is told as it is.
		const isSentence = failed || !text.includes("\n");
		return { text: plainText(isHelp(line) ? helpOf(text) : isSentence ? inNeovim(text) : text), failed };
	}

	#runOf(entry: Submission | null): number | null {
		const run = entry === null ? undefined : this.#runs.get(entry);
		if (run === undefined) return null;
		this.#runs.delete(entry!);
		run.seen();
		return run.run;
	}

	/** What the session asks of Neovim. */
	get #face(): Face {
		const post = (message: Message): void => this.#editor.post(message);
		return {
			transcript: this.#transcript,
			opened: () => {},
			changed: () => this.#tell(),
			say: ({ text }) => post({ kind: "notice", level: "info", text: plainText(inNeovim(text)) }),
			approvalAsked: ({ approval }) => post(toApproval(approval, this.#isMine(approval))),
			approvalEnded: ({ approval: { approvalId }, note }) =>
				post({
					kind: "approvalEnded",
					approvalId: exact(approvalId),
					text: note && plainText(inNeovim(note.text)),
				}),
			inputAsked: ({ request: { inputId, prompt, password } }) =>
				post({ kind: "input", inputId: exact(inputId), prompt: plainText(prompt), password }),
			inputEnded: ({ request: { inputId } }) => post({ kind: "inputEnded", inputId: exact(inputId) }),
			page: ({ text }) => post({ kind: "page", lines: terminalLines(text) }),
			nextInput: ({ text }) => post({ kind: "nextInput", text: plainText(text) }),
			edit: ({ path, line }) => post({ kind: "edit", path: exact(path), line }),
			// Code that Lua sends is not read as typed: these never come of it.
			program: () => {},
			clearScreen: () => {},
			leaveAsked: ({ answer }) => answer("detach"),
			leave: ({ how }) => post({ kind: "exit", keep: how === "detach" }),
			goOver: ({ session }) => post({ kind: "goOver", session: session === null ? null : exact(session) }),
			leaving: () => {},
		};
	}

	get #transcript(): Transcript {
		const turn = (action: TurnAction): void => this.turns.onAction(action);
		return {
			past: ({ item, author, entry }) =>
				item.kind === "cell" ? this.cells.item(item, author, entry) : this.turns.item(item, author, entry),
			cellStarted: (action) => this.cells.started(action),
			cellOutput: ({ cell, output }) => this.cells.output(cell.cellId, output),
			lateOutput: (action) => this.cells.lateOutput(action),
			cellFinished: ({ cell }) => this.cells.finished(cell),
			promptQueued: turn,
			promptEdited: turn,
			promptRemoved: turn,
			turnStarted: turn,
			turnNumbered: turn,
			textGrew: turn,
			textEnded: turn,
			toolStarted: turn,
			toolOutput: turn,
			toolFinished: turn,
			steered: turn,
			turnChanges: turn,
			turnFinished: turn,
			// The float about it goes, and says so to whom it asked.
			approvalAnswered: () => {},
			notice: ({ level, text }) =>
				this.#editor.post({ kind: "notice", level, text: plainText(inNeovim(text)) }),
			inputEntered: () => {},
			commandAnswered: () => {},
			rejected: ({ entry, reason }) => {
				const run = this.#runs.get(entry);
				this.#runs.delete(entry);
				run?.failed(new CallError(reason));
			},
		};
	}

	/** Whether the question comes of a prompt from here, or concerns nobody else. */
	#isMine({ turnId }: Approval): boolean {
		const { view } = this;
		return view.turns.get(turnId)?.by === view.participantId || !hasOthers(view);
	}

	#tell(): void {
		this.#editor.update("session", () => {
			const view = this.#shell?.view;
			if (!view) return null;
			const { sessionId, title, cwd, kernel, settings } = view;
			const { backend, model, think, permissions } = settings;
			return {
				kind: "session",
				sessionId: exact(sessionId),
				title: orNull(title),
				cwd: plainText(cwd),
				own: this.#own,
				kernel: plainText(kernel?.status ?? "none"),
				kernelId: kernel === null ? null : exact(kernel.kernelId),
				backend: orNull(backend),
				model: orNull(model),
				think: plainText(think),
				permissions: plainText(permissions),
				participants: view.participants.map(({ name }) => plainText(name)),
				terminals: view.terminals.length,
				link: this.#shell?.link.kind === "lost" ? "lost" : "ready",
			};
		});
	}
}

const isHelp = (line: string): boolean => line.trim() === "help";

const helpOf = (text: string): string =>
	`${inNeovim(text)}\n\nCells, prompts, sessions, keys and options of Neovim: :help ipyai`;

const orNull = (text: string | null): PlainText | null => (text === null ? null : plainText(text));

const toApproval = (approval: Approval, mine: boolean): Message => {
	const { title, text, language, notes } = askedCall(approval);
	const { approvalId, always } = approval;
	return {
		kind: "approval",
		approvalId: exact(approvalId),
		tool: exposedText(title),
		text: exposedText([text, ...notes.map((note) => `# ${note}`)].join("\n")),
		// Vim's name for it.
		language: language === "bash" ? words`sh` : plainText(language),
		always: always === null ? null : exposedText(always),
		mine,
	};
};
